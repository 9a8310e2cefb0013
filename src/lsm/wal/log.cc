#include "lsm/wal/log.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "lsm/wal/frame_buffer.h"
#include "lsm/wal/log_writer.h"

namespace lsm {

using base::Status;

base::Result<std::unique_ptr<Log>> Log::Open(LogOptions options,
                                             const LogStart& start) {
  CHECK(options.segment_bytes >= kSegmentBytesMin);
  CHECK(options.segment_bytes % base::kDirectAlignment == 0);
  CHECK(options.frame_bytes_max >= base::kDirectAlignment);
  CHECK(options.depth >= 1 && options.depth <= kLogDepthMax);
  CHECK(options.spares >= 0 && start.number > 0);
  CHECK(start.last <= kSequenceMax);
  auto writer = std::make_unique<LogWriter>(std::move(options), start);
  TRY(writer->Start(start));
  return std::unique_ptr<Log>(new Log(std::move(writer), start.last));
}

Log::Log(std::unique_ptr<LogWriter> writer, Sequence last)
    : writer_(std::move(writer)),
      open_(std::make_unique<FrameBuffer>()),
      last_(last) {}

Log::~Log() {
  // Whoever cares how it ended has called Close.
  if (open_ != nullptr) (void)Close().ok();
}

void Log::Append(Sequence sequence, std::string_view batch) {
  CHECK(sequence > last_ && sequence <= kSequenceMax);
  CHECK(batch.size() <= UINT32_MAX);
  last_ = sequence;
  const size_t bytes = kBatchHeaderBytes + batch.size();
  appended_bytes_.store(appended_bytes_.load(std::memory_order_relaxed) + bytes,
                        std::memory_order_relaxed);
  if (writer_->failed()) [[unlikely]] {
    open_->Clear();
    return;
  }
  if (open_->payload_bytes() + bytes <= writer_->payload_max()) [[likely]] {
    open_->AppendBatch(sequence, batch);
    return;
  }
  PushFull(sequence, batch);
}

void Log::PushFull(Sequence sequence, std::string_view batch) {
  std::vector<std::unique_ptr<FrameBuffer>> full;
  if (open_->payload_bytes() > 0) {
    full.push_back(std::exchange(open_, writer_->NewBuffer()));
  }
  if (kBatchHeaderBytes + batch.size() <= writer_->payload_max()) {
    open_->AppendBatch(sequence, batch);
  } else {
    PushFragments(sequence, batch, &full);
  }
  writer_->Push(std::move(full));
}

void Log::PushFragments(Sequence sequence, std::string_view batch,
                        std::vector<std::unique_ptr<FrameBuffer>>* full) {
  size_t room = writer_->payload_max() - kBatchHeaderBytes;
  bool first = true;
  while (first || !batch.empty()) {
    auto frame = std::make_unique<FrameBuffer>();
    uint16_t flags = 0;
    if (first) {
      flags |= kFrameFirst;
      frame->BeginFragment(sequence, batch.size());
      if (writer_->faults().count_batch_at_begin) frame->EndFragment(sequence);
    }
    const std::string_view piece = batch.substr(0, room);
    batch.remove_prefix(piece.size());
    frame->AppendFragment(sequence, piece);
    if (batch.empty()) {
      flags |= kFrameLast;
      frame->EndFragment(sequence);
    }
    frame->set_flags(flags);
    full->push_back(std::move(frame));
    first = false;
    room = writer_->payload_max();
  }
}

bool Log::Submit() {
  if (open_->payload_bytes() == 0 || writer_->failed()) return false;
  return writer_->Offer(&open_);
}

bool Log::SubmitInline() {
  if (open_->payload_bytes() == 0 || writer_->failed()) return false;
  return writer_->WriteInline(&open_);
}

Sequence Log::open_first() const {
  return open_->payload_bytes() > 0 ? open_->first() : last_ + 1;
}

size_t Log::open_bytes() const { return open_->payload_bytes(); }

void Log::Abandon(const Status& why) { writer_->Abandon(why); }

Status Log::Close() {
  CHECK(open_ != nullptr);
  return writer_->Close(std::exchange(open_, nullptr));
}

Sequence Log::released() const { return writer_->released(); }

Sequence Log::synced() const { return writer_->synced(); }

bool Log::failed() const { return writer_->failed(); }

Status Log::error() const { return writer_->error(); }

Status Log::Sync(Sequence upto) { return writer_->Sync(upto); }

Status Log::SetPolicy(SyncPolicy policy) { return writer_->SetPolicy(policy); }

SyncPolicy Log::policy() const { return writer_->policy(); }

int Log::in_flight() const { return writer_->in_flight(); }

size_t Log::unreleased_bytes() const {
  // In this order: what was released has been appended before.
  const uint64_t released = writer_->released_bytes();
  return appended_bytes_.load(std::memory_order_relaxed) - released;
}

std::vector<uint64_t> Log::SegmentsUpTo(Sequence flushed) const {
  return writer_->SegmentsUpTo(flushed);
}

void Log::GiveUp(const std::vector<uint64_t>& numbers) {
  writer_->GiveUp(numbers);
}

void Log::HoldSpares(bool hold) { writer_->HoldSpares(hold); }

uint64_t Log::bytes_retained() const { return writer_->bytes_retained(); }

// A frame on its way takes what was appended to it, and some padding.
size_t Log::memory_bytes() const {
  const size_t kept = writer_->free_bytes();
  const size_t unreleased = unreleased_bytes();
  if (open_ == nullptr) return kept + unreleased;
  return kept + open_->capacity() + unreleased -
         std::min(unreleased, open_bytes());
}

bool Log::out_of_space() const { return !writer_->spare_status().ok(); }

Status Log::spare_status() const { return writer_->spare_status(); }

bool Log::starved() const { return writer_->starved(); }

uint64_t Log::bytes_left() const { return writer_->bytes_left(); }

LogStats Log::stats() const { return writer_->stats(); }

void Log::Step() { writer_->Step(); }

}  // namespace lsm
