#include "net/outbox.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace net {
namespace {

// A tail this long is moved aside. Large enough that its allocation does not
// show, small enough that a held rest is not carried along for long.
constexpr size_t kChunkBytes = 64 << 10;
// An empty tail keeps so much capacity, until Trim.
constexpr size_t kTailBytesKept = 2 * kChunkBytes;
constexpr size_t kSegmentsKept = 1024;

}  // namespace

void Outbox::Commit(uint64_t gate, size_t replies, uint64_t released,
                    uint64_t together) {
  const uint64_t end = written();
  if (end == committed_) return;
  committed_ = end;
  tail_bytes_max_ = std::max(tail_bytes_max_, tail_.size());
  const bool may_leave = gate <= released;
  if (segment_count() == 0) {
    if (may_leave) {
      open_ = end;
    } else {
      segments_.push_back({end, gate, replies});
    }
  } else if (Segment& back = segments_.back();
             back.gate == gate || (back.gate >= together && back.gate < gate)) {
    back.end = end;
    back.gate = gate;
    back.replies += replies;
  } else {
    segments_.push_back({end, gate, replies});
  }
  if (tail_.size() >= kChunkBytes) {
    if (full_.empty()) full_begin_ = tail_begin_;
    full_bytes_ += tail_.size();
    tail_begin_ = end;
    full_.push_back(std::move(tail_));
    tail_.clear();
  }
}

void Outbox::Discard() { tail_.resize(committed_ - tail_begin_); }

void Outbox::Release(uint64_t released) {
  while (first_segment_ < segments_.size() &&
         segments_[first_segment_].gate <= released) {
    open_ = segments_[first_segment_++].end;
  }
  if (first_segment_ == segments_.size()) {
    segments_.clear();
    first_segment_ = 0;
  } else if (first_segment_ > segments_.size() / 2 &&
             first_segment_ > kSegmentsKept) {
    // A stream that is never quite released: forget the open ones.
    segments_.erase(segments_.begin(), segments_.begin() + first_segment_);
    first_segment_ = 0;
  }
}

void Outbox::Fail(uint64_t released, std::string_view error) {
  CHECK(uncommitted_bytes() == 0);
  Release(released);
  if (!holds()) return;
  std::string rest;
  Append(sent_, open_, &rest);
  uint64_t begin = open_;
  for (size_t i = first_segment_; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    if (segment.gate <= released) {
      Append(begin, segment.end, &rest);
    } else {
      for (uint64_t n = 0; n < segment.replies; ++n) rest.append(error);
    }
    begin = segment.end;
  }
  segments_.clear();
  first_segment_ = 0;
  full_.clear();
  full_bytes_ = 0;
  tail_ = std::move(rest);
  tail_begin_ = sent_;
  committed_ = open_ = written();
}

int Outbox::Ready(iovec* pieces, int count_max) const {
  int count = 0;
  const auto offer = [&](const std::string& bytes, uint64_t begin) {
    const uint64_t from = std::max(begin, sent_);
    const uint64_t to = std::min<uint64_t>(begin + bytes.size(), open_);
    if (from >= to || count == count_max) return;
    pieces[count++] = {const_cast<char*>(bytes.data()) + (from - begin),
                       static_cast<size_t>(to - from)};
  };
  uint64_t begin = full_begin_;
  for (const std::string& chunk : full_) {
    if (count == count_max || begin >= open_) return count;
    offer(chunk, begin);
    begin += chunk.size();
  }
  offer(tail_, tail_begin_);
  return count;
}

void Outbox::Sent(size_t bytes) {
  DCHECK(bytes <= ready_bytes());
  sent_ += bytes;
  while (!full_.empty() && full_begin_ + full_.front().size() <= sent_) {
    full_begin_ += full_.front().size();
    full_bytes_ -= full_.front().size();
    full_.pop_front();
  }
  if (empty() && !tail_.empty()) {
    tail_begin_ = sent_;
    tail_.clear();
    if (tail_.capacity() > kTailBytesKept) std::string().swap(tail_);
  }
}

void Outbox::Trim() {
  if (tail_.empty() && tail_.capacity() > 2 * tail_bytes_max_) {
    std::string().swap(tail_);
  }
  tail_bytes_max_ = tail_.size();
  if (segments_.empty() && segments_.capacity() > kSegmentsKept) {
    std::vector<Segment>().swap(segments_);
  }
}

void Outbox::Append(uint64_t begin, uint64_t end, std::string* out) const {
  const auto take = [&](const std::string& bytes, uint64_t at) {
    const uint64_t from = std::max(begin, at);
    const uint64_t to = std::min<uint64_t>(at + bytes.size(), end);
    if (from < to) out->append(bytes, from - at, to - from);
  };
  uint64_t at = full_begin_;
  for (const std::string& chunk : full_) {
    take(chunk, at);
    at += chunk.size();
  }
  take(tail_, tail_begin_);
}

}  // namespace net
