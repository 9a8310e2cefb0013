#include "lsm/wal/log_writer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"

namespace lsm {
namespace {

using base::MutexLock;
using base::Status;

// Buffers that grew beyond this for one large batch are not kept.
constexpr size_t kKeptBytesMax = size_t{1} << 20;

// What fits into an empty segment behind its opening frame, and into a frame.
size_t PayloadMax(const LogOptions& options) {
  const uint64_t room = options.segment_bytes - kFileHeaderBlock -
                        FrameBytes(kSegmentLinkBytes, base::kDirectAlignment);
  const uint64_t frame = std::min<uint64_t>(room, options.frame_bytes_max) &
                         ~static_cast<uint64_t>(base::kDirectAlignment - 1);
  return frame - kFrameOverhead;
}

SegmentPoolOptions PoolOptions(const LogOptions& options) {
  return {.fs = options.fs,
          .directory = options.directory,
          .db_uuid = options.db_uuid,
          .segment_bytes = options.segment_bytes,
          .preallocate = options.preallocate,
          .spares = options.spares,
          .list_segment = options.list_segment,
          .faults = options.faults};
}

void CountInto(std::array<uint64_t, LogStats::kBuckets>* buckets,
               uint64_t value) {
  const size_t bucket = static_cast<size_t>(std::bit_width(value));
  ++(*buckets)[std::min(bucket, LogStats::kBuckets - 1)];
}

}  // namespace

LogWriter::LogWriter(LogOptions options, const LogStart& start)
    : options_(std::move(options)),
      payload_max_(PayloadMax(options_)),
      released_(start.last),
      synced_(start.last),
      pool_(PoolOptions(options_), start.number),
      policy_(options_.policy),
      order_(start.last, options_.faults),
      older_(start.older),
      older_last_(start.last),
      witnessed_(start.last) {}

LogWriter::~LogWriter() { CHECK(threads_.empty()); }

Status LogWriter::Start(const LogStart& start) {
  TRY(OpenFirstSegment(start));
  if (!options_.threads) return Status::Ok();
  for (int i = 0; i < options_.depth; ++i) {
    threads_.emplace_back([this] { RunCommitThread(); });
  }
  threads_.emplace_back([this] { RunJanitorThread(); });
  return Status::Ok();
}

Status LogWriter::OpenFirstSegment(const LogStart& start) {
  TRY(pool_.FindSpares());
  TRY_ASSIGN(
      std::unique_ptr<Segment> segment,
      pool_.Make(options_.direct && options_.policy == SyncPolicy::kAlways));
  char link[kSegmentLinkBytes];
  EncodeSegmentLink(start.link, link);
  FrameBuffer opening;
  opening.set_flags(kFrameFirst | kFrameLast | kFrameOpening);
  opening.AppendRaw({link, sizeof link});
  FrameHeader header;
  header.number_low = static_cast<uint32_t>(segment->number);
  header.prev_last = header.durable_upto = start.last;
  header.prev_chain = start.link.chain;
  const uint64_t chain =
      opening.Seal(header, segment->salt, segment->alignment);
  TRY(segment->file->Write(segment->end, opening.Bytes(segment->alignment),
                           base::Durability::kDurable));
  segment->end += opening.Bytes(segment->alignment).size();

  MutexLock lock(mutex_);
  tail_ = {segment.get(), start.last, chain};
  segments_.push_back(std::move(segment));
  ++stats_.segments;
  return Status::Ok();
}

// --- Taking frames over.

std::unique_ptr<FrameBuffer> LogWriter::TakeFree() {
  if (free_.empty()) return nullptr;
  std::unique_ptr<FrameBuffer> buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

size_t LogWriter::free_bytes() const {
  MutexLock lock(mutex_);
  size_t bytes = 0;
  for (const auto& frame : free_) bytes += frame->capacity();
  return bytes;
}

std::unique_ptr<FrameBuffer> LogWriter::NewBuffer() {
  {
    MutexLock lock(mutex_);
    if (!free_.empty()) return TakeFree();
  }
  return std::make_unique<FrameBuffer>();
}

bool LogWriter::Offer(std::unique_ptr<FrameBuffer>* open) {
  {
    MutexLock lock(mutex_);
    if (InFlight() >= Slots()) return false;
    queue_.push_back(std::move(*open));
    *open = TakeFree();
    WantSegment();
  }
  work_.SignalOne();
  if (*open == nullptr) *open = std::make_unique<FrameBuffer>();
  if (!options_.threads) Pump();
  return true;
}

void LogWriter::Push(std::vector<std::unique_ptr<FrameBuffer>> frames) {
  {
    // Under one lock: a witness must not come between two fragments.
    MutexLock lock(mutex_);
    for (auto& frame : frames) queue_.push_back(std::move(frame));
    WantSegment();
  }
  work_.SignalAll();
  if (!options_.threads) Pump();
}

// A frame that does not fit waits for the next segment; with nothing in flight
// nobody else would tell the janitor. (After a failure it looks by itself.)
void LogWriter::WantSegment() {
  if (next_try_us_ == 0 && WantsNext()) WakeJanitor();
}

bool LogWriter::WriteInline(std::unique_ptr<FrameBuffer>* open) {
  {
    MutexLock lock(mutex_);
    if (policy_ != SyncPolicy::kAlways || InFlight() > 0 || failed() ||
        (*open)->payload_bytes() > kInlineBytesMax || !Fits(**open)) {
      return false;
    }
    queue_.push_back(std::move(*open));
    *open = TakeFree();
    ++stats_.inlined;
    CommitOne();
  }
  if (*open == nullptr) *open = std::make_unique<FrameBuffer>();
  return true;
}

void LogWriter::Pump() {
  MutexLock lock(mutex_);
  do {
    CommitAll();
    // Called back by a file while tending: the outer call goes on.
    if (tending_) return;
    Tend();
  } while (CanTake());
}

// --- Committing.

void LogWriter::RunCommitThread() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (CanTake()) {
      CommitOne();
      Notify();
    } else {
      work_.Wait(mutex_);
    }
  }
}

int LogWriter::Slots() const {
  // Buffered durable writes only get into each other's way.
  return tail_.segment->alignment == base::kDirectAlignment ? options_.depth
                                                            : 1;
}

int LogWriter::InFlight() const {
  return static_cast<int>(queue_.size()) + writing_;
}

bool LogWriter::WantsAligned() const {
  return policy_ == SyncPolicy::kAlways && options_.direct &&
         pool_.direct_works();
}

bool LogWriter::Suits() const {
  const bool aligned = tail_.segment->alignment == base::kDirectAlignment;
  return aligned == WantsAligned();
}

bool LogWriter::Fits(const FrameBuffer& frame) const {
  const Segment& segment = *tail_.segment;
  return segment.end + FrameBytes(frame.payload_bytes(), segment.alignment) <=
         segment.bytes_max;
}

bool LogWriter::CanTake() const {
  return !queue_.empty() && !sealing_ && !failed() && writing_ < Slots() &&
         order_.CanStart() && (Fits(*queue_.front()) || pool_.HasNext());
}

void LogWriter::CommitOne() {
  Job job = Take();
  Seal(&job);
  mutex_.Unlock();
  const int64_t began_us = options_.clock->MonotonicMicros();
  const Status status = Write(job);
  const int64_t write_us = options_.clock->MonotonicMicros() - began_us;
  mutex_.Lock();
  Finish(std::move(job), status, write_us);
}

void LogWriter::CommitAll() {
  while (CanTake()) {
    CommitOne();
    Notify();
  }
}

LogWriter::Job LogWriter::Take() {
  Job job;
  job.frame = std::move(queue_.front());
  queue_.pop_front();
  const FrameBuffer& frame = *job.frame;
  if (!Fits(frame) || (!Suits() && pool_.HasNext())) Rotate(&job);

  Segment* const segment = tail_.segment;
  job.segment = segment;
  job.offset = segment->end;
  job.durable_upto = order_.synced().last;
  job.durability = policy_ == SyncPolicy::kAlways ? base::Durability::kDurable
                                                  : base::Durability::kCached;
  const Sequence last = frame.ended() != 0 ? frame.ended() : tail_.last;
  job.ticket = order_.Start(last, frame.payload_bytes());
  segment->end += FrameBytes(frame.payload_bytes(), segment->alignment);
  segment->needed_upto =
      std::max({segment->needed_upto, last, frame.touched()});
  segment->last_ticket = job.ticket;
  ++writing_;
  return job;
}

void LogWriter::Rotate(Job* job) {
  char link[kSegmentLinkBytes];
  EncodeSegmentLink({tail_.segment->number, tail_.segment->end, 0}, link);
  job->opening = TakeFree();
  if (job->opening == nullptr) job->opening = std::make_unique<FrameBuffer>();
  // Inside a batch it neither begins nor ends one: recovery must not start
  // reading here after damage.
  const bool inside = (job->frame->flags() & kFrameFirst) == 0;
  job->opening->set_flags(inside ? kFrameOpening
                                 : kFrameOpening | kFrameFirst | kFrameLast);
  job->opening->AppendRaw({link, sizeof link});

  segments_.push_back(pool_.TakeNext());
  Segment* const segment = segments_.back().get();
  job->opening_offset = segment->end;
  segment->end += FrameBytes(kSegmentLinkBytes, segment->alignment);
  tail_.segment = segment;
  ++stats_.segments;
}

void LogWriter::Seal(Job* job) {
  Tail tail = tail_;
  sealing_ = true;
  mutex_.Unlock();
  FrameHeader header;
  header.number_low = static_cast<uint32_t>(job->segment->number);
  header.durable_upto = job->durable_upto;
  header.prev_last = tail.last;
  const auto seal = [&](FrameBuffer* frame) {
    header.prev_chain = tail.chain;
    tail.chain =
        frame->Seal(header, job->segment->salt, job->segment->alignment);
  };
  if (job->opening != nullptr) seal(job->opening.get());
  seal(job->frame.get());
  if (job->frame->ended() != 0) tail.last = job->frame->ended();
  mutex_.Lock();
  tail_ = tail;
  sealing_ = false;
  if (CanTake()) work_.SignalOne();
}

Status LogWriter::Write(const Job& job) {
  base::LogFile* const file = job.segment->file.get();
  const size_t alignment = job.segment->alignment;
  if (job.opening != nullptr) {
    TRY(file->Write(job.opening_offset, job.opening->Bytes(alignment),
                    job.durability));
  }
  return file->Write(job.offset, job.frame->Bytes(alignment), job.durability);
}

void LogWriter::Finish(Job job, const Status& status, int64_t write_us) {
  --writing_;
  if (!status.ok()) {
    Fail(status);
    return;
  }
  if (failed()) return;
  const bool durable = job.durability == base::Durability::kDurable;
  order_.Finish(job.ticket, durable);
  if (!durable) {
    job.segment->cached_ticket =
        std::max(job.segment->cached_ticket, job.ticket);
  }
  witnessed_ = std::max(witnessed_, job.durable_upto);
  last_finish_us_ = options_.clock->MonotonicMicros();
  Count(*job.frame,
        FrameBytes(job.frame->payload_bytes(), job.segment->alignment),
        write_us);
  if (Publish()) progress_.SignalAll();
  const int64_t now_us = last_finish_us_;
  if (janitor_asleep_ || SyncIsDue(now_us) ||
      (now_us >= next_try_us_ && WantsNext())) {
    WakeJanitor();
  }
  for (auto* frame : {&job.frame, &job.opening}) {
    if (*frame == nullptr || (*frame)->capacity() > kKeptBytesMax ||
        free_.size() >= static_cast<size_t>(options_.depth) + 2) {
      continue;
    }
    (*frame)->Clear();
    free_.push_back(std::move(*frame));
  }
  if (CanTake()) work_.SignalOne();
}

void LogWriter::Count(const FrameBuffer& frame, size_t bytes,
                      int64_t write_us) {
  ++stats_.frames;
  stats_.batches += frame.batches();
  stats_.bytes += bytes;
  CountInto(&stats_.group_size, frame.batches());
  CountInto(&stats_.write_us, static_cast<uint64_t>(write_us));
}

bool LogWriter::Publish() {
  const CommitPoint& synced = order_.synced();
  const CommitPoint& released =
      policy_ == SyncPolicy::kAlways ? synced : order_.written();
  bool risen = false;
  // In this order, so that nobody sees synced() above released().
  if (released.last > released_.load(std::memory_order_relaxed)) {
    released_.store(released.last, std::memory_order_release);
    risen = true;
  }
  if (released.bytes > released_bytes_.load(std::memory_order_relaxed)) {
    released_bytes_.store(released.bytes, std::memory_order_relaxed);
  }
  if (synced.last > synced_.load(std::memory_order_relaxed)) {
    synced_.store(synced.last, std::memory_order_release);
    risen = true;
  }
  return risen;
}

void LogWriter::Notify() {
  if (!options_.on_progress) return;
  mutex_.Unlock();
  options_.on_progress();
  mutex_.Lock();
}

void LogWriter::Fail(const Status& status) {
  if (failed()) return;
  error_ = status.With("the log failed");
  failed_.store(true, std::memory_order_release);
  queue_.clear();
  progress_.SignalAll();
}

// --- The end.

void LogWriter::Abandon(const Status& why) {
  {
    MutexLock lock(mutex_);
    if (failed() || !abandoned_.ok()) return;
    abandoned_ = why;
    WakeJanitor();
  }
  if (!options_.threads) Pump();
}

Status LogWriter::Close(std::unique_ptr<FrameBuffer> open) {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (open->payload_bytes() > 0 && !failed()) {
      queue_.push_back(std::move(open));
    }
  }
  work_.SignalAll();
  janitor_.SignalAll();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const Status status = Drain();
  MutexLock lock(mutex_);
  closed_ = true;
  progress_.SignalAll();
  return status;
}

Status LogWriter::Drain() {
  MutexLock lock(mutex_);
  CommitAll();
  while (!queue_.empty() && !failed()) {
    next_try_us_ = 0;
    TendSegments(options_.clock->MonotonicMicros());
    if (!CanTake()) break;
    CommitAll();
  }
  if (order_.NeedsSync() && !failed()) SyncAll();
  if (order_.synced().last > witnessed_ && queue_.empty() && !failed() &&
      !options_.faults.skip_witness) {
    PushWitness();
    CommitAll();
    if (order_.NeedsSync() && !failed()) SyncAll();
  }
  if (failed()) return error_;
  if (!queue_.empty()) {
    return pool_.spare_status().With("frames were left without a segment");
  }
  return Status::Ok();
}

}  // namespace lsm
