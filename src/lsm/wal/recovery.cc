// The recovery rule of DESIGN.md 4.2; README.md here tells it as a picture.

#include "lsm/wal/recovery.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "lsm/wal/batch_assembler.h"
#include "lsm/wal/segment_reader.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;
using Frame = SegmentReader::Frame;

class Replay {
 public:
  Replay(const ReplayRequest& request, const ApplyBatch& apply)
      : request_(request), batches_(request.flushed, apply) {}

  Result<LogEnd> Run();

 private:
  // A stretch of the log: a segment up to its end or up to a recorded cut.
  struct Stretch {
    SegmentReader* segment = nullptr;
    uint64_t limit = 0;
    bool has_cut = false;
  };
  struct Place {
    size_t stretch = 0;
    uint64_t offset = kFileHeaderBlock;
  };
  using MaybeFrame = std::optional<Frame>;

  Status OpenSegments();
  // One that Open refused with `why`; nothing if there is nothing to read.
  std::unique_ptr<SegmentReader> OpenDamaged(uint64_t number,
                                             const Status& why);
  Status OpenUpTo(size_t count);
  Status LayOut();
  const RecordedCut* CutOf(uint64_t segment) const;
  bool IsDead(uint64_t segment) const;
  const Stretch& At(const Place& place) const { return log_[place.stretch]; }

  Status ReadAll();
  // Sets `*at` behind the next acceptable frame; false: there is none.
  Result<bool> ReadNext(Place* at);
  Result<bool> EnterLinked(Place* at);
  bool Accepts(const Place& at, const Frame& frame) const;
  bool AcceptsOpening(const Place& at, const Frame& frame) const;
  bool Follows(const Frame& frame) const;
  Status Consume(const Place& at, const Frame& frame);

  // Rule (2). Sets `*at` to the frame stepped over to, and L to what stands
  // before it.
  Result<bool> StepOver(Place* at);
  bool IsStep(const FrameHeader& header) const;
  // With skip_damage: sets `*at` behind the next frame that can be read on
  // from, unless the log ends here anyway.
  Result<bool> SkipDamage(Place* at);
  Status NoteLostEnd(Place at);
  void AddGap(std::string_view what, Sequence upto);
  // Rule (3) and (4).
  Status EndAt(const Place& at);
  Result<Sequence> FindEvidence(const Place& at);
  std::string Describe(const Place& at, Sequence evidence) const;

  const ReplayRequest& request_;
  BatchAssembler batches_;
  std::vector<std::unique_ptr<SegmentReader>> segments_;  // As listed.
  std::vector<Stretch> log_;

  Sequence last_ = 0;   // L of the rule.
  uint64_t chain_ = 0;  // Of the last frame accepted.
  // Before the first fragment of the batch that has begun.
  Place batch_place_;
  uint64_t batch_chain_ = 0;
  bool lost_end_ = false;  // With skip_damage: the last segment is not there.
  LogEnd end_;
};

// --- The layout of the log.

Status Replay::OpenUpTo(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t number = request_.segments[i];
    auto reader =
        SegmentReader::Open(request_.fs, request_.directory, request_.db_uuid,
                            number, request_.faults);
    if (reader.ok()) {
      segments_.push_back(std::move(reader).value());
      continue;
    }
    const Status& why = reader.status();
    if (!request_.skip_damage || why.code() != base::Code::kCorruption) {
      return why;
    }
    auto damaged = OpenDamaged(number, why);
    if (damaged != nullptr) segments_.push_back(std::move(damaged));
  }
  return Status::Ok();
}

// What was in it shows where the next segment begins.
std::unique_ptr<SegmentReader> Replay::OpenDamaged(uint64_t number,
                                                   const Status& why) {
  const std::string path =
      base::JoinPath(request_.directory, SegmentName(number));
  auto reader = SegmentReader::OpenAnyway(request_.fs, path, number);
  end_.damaged_files.emplace_back(why.message());
  // Sound in itself, but not the one that belongs here.
  const bool foreign = reader.ok() && reader.value()->flaw().ok();
  if (!foreign && reader.ok()) return std::move(reader).value();
  lost_end_ = number == request_.segments.back();
  return nullptr;
}

Status Replay::OpenSegments() {
  const auto& listed = request_.segments;
  if (std::adjacent_find(listed.begin(), listed.end(),
                         std::greater_equal<>()) != listed.end()) {
    return Status::Corruption(base::StrCat(
        request_.directory, ": the log segments are not listed in order"));
  }
  const Status status = OpenUpTo(listed.size());
  if (status.code() != base::Code::kCorruption || !request_.cut_at_corruption) {
    return status;
  }
  // The log ends before the segment that cannot be read.
  end_.corruption = status.message();
  end_.damaged_segment = listed[segments_.size()];
  return Status::Ok();
}

// Of several, the first one counts: it was recorded when the frames up to the
// other were found torn.
const RecordedCut* Replay::CutOf(uint64_t segment) const {
  const RecordedCut* first = nullptr;
  for (const RecordedCut& cut : request_.cuts) {
    if (cut.segment != segment) continue;
    if (first == nullptr || cut.offset < first->offset) first = &cut;
  }
  return first;
}

bool Replay::IsDead(uint64_t segment) const {
  return std::any_of(request_.cuts.begin(), request_.cuts.end(),
                     [segment](const RecordedCut& cut) {
                       return cut.segment < segment && segment < cut.next;
                     });
}

Status Replay::LayOut() {
  uint64_t expected = 0;  // The segment that the last cut names.
  for (const auto& segment : segments_) {
    if (IsDead(segment->number())) continue;
    Stretch stretch = {segment.get(), segment->end(), false};
    if (expected != 0 && segment->number() != expected &&
        !request_.skip_damage) {
      break;
    }
    expected = 0;
    if (const RecordedCut* cut = CutOf(segment->number())) {
      stretch.has_cut = true;
      stretch.limit = std::min(stretch.limit, cut->offset);
      expected = cut->next;
    }
    log_.push_back(stretch);
  }
  if (expected == 0 || !end_.corruption.empty() || request_.skip_damage) {
    return Status::Ok();
  }
  return Status::Corruption(
      base::StrCat(request_.directory, ": log segment ", expected,
                   " follows a recorded cut and is not listed"));
}

// --- Reading.

Result<LogEnd> Replay::Run() {
  TRY(OpenSegments());
  TRY(LayOut());
  if (!log_.empty()) TRY(ReadAll());
  if (lost_end_) AddGap(end_.damaged_files.back(), 0);
  end_.last = last_;
  for (const auto& segment : segments_) {
    end_.highest_seen = std::max(end_.highest_seen, segment->highest_seen());
  }
  return std::move(end_);
}

Status Replay::ReadAll() {
  Place at;
  for (;;) {
    TRY_ASSIGN(bool read, ReadNext(&at));
    if (!read) {
      TRY_ASSIGN(read, StepOver(&at));
    }
    if (!read && request_.skip_damage) {
      TRY_ASSIGN(read, SkipDamage(&at));
    }
    if (!read) {
      if (request_.skip_damage) TRY(NoteLostEnd(at));
      return EndAt(at);
    }
  }
}

Result<bool> Replay::ReadNext(Place* at) {
  const Stretch& stretch = At(*at);
  const bool at_cut = stretch.has_cut && at->offset == stretch.limit;
  if (at_cut && at->stretch + 1 < log_.size()) {
    stretch.segment->Forget();
    *at = {at->stretch + 1, kFileHeaderBlock};
    return true;
  }
  TRY_ASSIGN(const MaybeFrame frame,
             stretch.segment->FrameAt(at->offset, stretch.limit));
  if (frame && Accepts(*at, *frame)) {
    TRY(Consume(*at, *frame));
    at->offset = frame->end;
    return true;
  }
  if (stretch.has_cut) return false;
  return EnterLinked(at);
}

// The segment may simply be full: then the next one's opening frame says that
// it follows right here.
Result<bool> Replay::EnterLinked(Place* at) {
  if (at->stretch + 1 == log_.size()) return false;
  const Stretch& next = log_[at->stretch + 1];
  TRY_ASSIGN(const MaybeFrame frame,
             next.segment->FrameAt(kFileHeaderBlock, next.limit));
  if (!frame || !Follows(*frame)) return false;
  const auto link = DecodeSegmentLink(frame->header, frame->payload);
  if (!link || link->segment != At(*at).segment->number() ||
      link->end != at->offset) {
    return false;
  }
  At(*at).segment->Forget();
  *at = {at->stretch + 1, kFileHeaderBlock};
  TRY(Consume(*at, *frame));
  at->offset = frame->end;
  return true;
}

bool Replay::Follows(const Frame& frame) const {
  if (request_.faults.ignore_chain) return true;
  return frame.header.prev_chain == chain_ && frame.header.prev_last == last_;
}

bool Replay::Accepts(const Place& at, const Frame& frame) const {
  if (at.offset == kFileHeaderBlock) return AcceptsOpening(at, frame);
  return !frame.header.Has(kFrameOpening) && Follows(frame);
}

// Of the first segment, or of one that a cut names: the others are entered
// through EnterLinked.
bool Replay::AcceptsOpening(const Place& at, const Frame& frame) const {
  if (!DecodeSegmentLink(frame.header, frame.payload)) return false;
  if (at.stretch > 0) return log_[at.stretch - 1].has_cut;
  return frame.header.prev_last <= request_.flushed;
}

Status Replay::Consume(const Place& at, const Frame& frame) {
  if (frame.header.Has(kFrameFirst)) {
    batch_place_ = at;
    batch_chain_ = chain_;
  }
  const Status status = batches_.Add(frame.header, frame.payload);
  if (status.code() == base::Code::kCorruption) {
    const Status named = status.With(
        base::StrCat(At(at).segment->path(), " at offset ", at.offset));
    if (!request_.skip_damage) return named;
    batches_.Drop();
    AddGap(named.message(), frame.header.last);
    last_ = frame.header.last;
    chain_ = frame.chain;
    return Status::Ok();
  }
  TRY(status);
  last_ = frame.header.last;
  chain_ = frame.chain;
  return Status::Ok();
}

// --- Rule (2): damage that the tables make good.

bool Replay::IsStep(const FrameHeader& header) const {
  const Sequence flushed = request_.flushed;
  const bool wholly_below = header.last <= flushed;
  const bool spans = header.prev_last <= flushed && flushed < header.last;
  return header.Has(kFrameFirst) && (wholly_below || spans);
}

Result<bool> Replay::StepOver(Place* at) {
  if (last_ >= request_.flushed) return false;
  for (Place to = *at; to.stretch < log_.size();
       to = {to.stretch + 1, kFileHeaderBlock}) {
    const Stretch& stretch = At(to);
    for (;;) {
      TRY_ASSIGN(const std::optional<uint64_t> found,
                 stretch.segment->FindHeader(to.offset, stretch.limit));
      if (!found) break;
      TRY_ASSIGN(const MaybeFrame frame,
                 stretch.segment->FrameAt(*found, stretch.limit));
      if (!frame || !IsStep(frame->header)) {
        to.offset = *found + 8;
        continue;
      }
      end_.warnings.push_back(base::StrCat(
          "damage in the log from ", At(*at).segment->path(), " offset ",
          at->offset, " to ", stretch.segment->path(), " offset ", *found,
          " was stepped over: the tables hold everything up to sequence ",
          request_.flushed));
      batches_.Drop();
      *at = {to.stretch, *found};
      last_ = frame->header.prev_last;
      chain_ = frame->header.prev_chain;
      TRY(Consume(*at, *frame));
      at->offset = frame->end;
      return true;
    }
  }
  return false;
}

// --- Beyond the rule: for those who save what can be saved.

void Replay::AddGap(std::string_view what, Sequence upto) {
  const Sequence known = std::max(last_, request_.flushed);
  if (upto != 0) upto = std::max(upto, known);
  end_.gaps.push_back({std::string(what), known, upto});
}

Result<bool> Replay::SkipDamage(Place* at) {
  TRY_ASSIGN(const Sequence evidence, FindEvidence(*at));
  if (evidence <= std::max(last_, request_.flushed)) return false;
  const std::string what = Describe(*at, evidence);
  for (Place to = *at; to.stretch < log_.size();
       to = {to.stretch + 1, kFileHeaderBlock}) {
    const Stretch& stretch = At(to);
    for (;;) {
      TRY_ASSIGN(const std::optional<uint64_t> found,
                 stretch.segment->FindHeader(to.offset, stretch.limit));
      if (!found) break;
      to.offset = *found;
      TRY_ASSIGN(const MaybeFrame frame,
                 stretch.segment->FrameAt(to.offset, stretch.limit));
      if (!frame || !frame->header.Has(kFrameFirst) ||
          frame->header.prev_last < last_) {
        to.offset += 8;
        continue;
      }
      AddGap(what, frame->header.prev_last);
      batches_.Drop();
      last_ = frame->header.prev_last;
      chain_ = frame->header.prev_chain;
      TRY(Consume(to, *frame));
      *at = {to.stretch, frame->end};
      return true;
    }
  }
  AddGap(what, evidence);
  return false;
}

// What follows may lie in the part that a file has lost: here, or at the
// beginning of the next segment. Any witness of it is gone, too.
Status Replay::NoteLostEnd(Place at) {
  for (; at.stretch < log_.size(); at = {at.stretch + 1, kFileHeaderBlock}) {
    SegmentReader* const segment = At(at).segment;
    if (segment->end() >= segment->header().size) continue;
    TRY_ASSIGN(const std::optional<FrameHeader> header,
               segment->HeaderAt(at.offset));
    const uint64_t wanted =
        header ? FrameBytes(header->payload_bytes, segment->alignment())
               : kFrameHeaderBytes;
    if (at.offset + wanted <= segment->end()) continue;
    AddGap(
        base::StrCat(segment->path(), ": the log may have gone on at offset ",
                     at.offset, "; the file ends at ", segment->end(),
                     " and was made with ", segment->header().size),
        0);
    return Status::Ok();
  }
  return Status::Ok();
}

// --- Rules (3) and (4): corruption or torn tail.

Result<Sequence> Replay::FindEvidence(const Place& at) {
  Sequence evidence = 0;
  uint64_t from = at.offset;
  const uint64_t first = At(at).segment->number();
  for (const auto& segment : segments_) {
    if (segment->number() < first) continue;
    TRY_ASSIGN(const Sequence promised, segment->HighestPromise(from));
    evidence = std::max(evidence, promised);
    segment->Forget();
    from = kFileHeaderBlock;
  }
  return evidence;
}

std::string Replay::Describe(const Place& at, Sequence evidence) const {
  // A segment that looks full may be, and the next one's opening be bad.
  const bool has_next = at.stretch + 1 < log_.size();
  const std::string next =
      has_next ? base::StrCat(" or at the beginning of ",
                              log_[at.stretch + 1].segment->path())
               : "";
  return base::StrCat(
      At(at).segment->path(), ": the log is damaged at offset ", at.offset,
      next, ": sequences after ", std::max(last_, request_.flushed), " up to ",
      evidence, " were synced, as a later frame says, and cannot be read");
}

Status Replay::EndAt(const Place& at) {
  TRY_ASSIGN(const Sequence evidence, FindEvidence(at));
  const bool lost = evidence > std::max(last_, request_.flushed);
  if (lost && !request_.faults.ignore_evidence && !request_.skip_damage) {
    const std::string text = Describe(at, evidence);
    if (!request_.cut_at_corruption) return Status::Corruption(text);
    // The first damage is the one to tell and to copy from.
    end_.corruption = text;
    end_.damaged_segment = At(at).segment->number();
  }
  // A batch that never ended goes as a whole.
  const bool inside = batches_.inside();
  const Place cut = inside ? batch_place_ : at;
  const SegmentReader& segment = *At(cut).segment;
  end_.cut = {segment.number(), cut.offset};
  end_.link = {segment.number(), cut.offset, inside ? batch_chain_ : chain_};
  for (size_t i = 0; i <= cut.stretch; ++i) {
    end_.segments.push_back(log_[i].segment->number());
  }
  return Status::Ok();
}

}  // namespace

Result<LogEnd> ReplayLog(const ReplayRequest& request,
                         const ApplyBatch& apply) {
  return Replay(request, apply).Run();
}

}  // namespace lsm
