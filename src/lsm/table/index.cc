#include "lsm/table/index.h"

#include <algorithm>

#include "base/check.h"
#include "base/coding.h"
#include "lsm/table/prefix.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

constexpr uint8_t kFlatIndex = 1;

// The first 8 bytes as a number that sorts as they do; zeros stand for what
// is missing, so equal heads need a look at the strings.
uint64_t Head(std::string_view bytes) {
  if (bytes.size() >= 8) return base::LoadBig<uint64_t>(bytes.data());
  uint64_t head = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    head |= uint64_t{static_cast<uint8_t>(bytes[i])} << (56 - 8 * i);
  }
  return head;
}

}  // namespace

std::string_view ShortestSeparator(std::string_view last,
                                   std::string_view next) {
  // A true prefix of `next`, one byte longer than what both share: below
  // `next`, and above `last` because it differs where `last` is smaller.
  const size_t shared = CommonPrefix(last, next);
  if (shared + 1 < next.size()) return next.substr(0, shared + 1);
  return last;
}

void IndexBuilder::Add(std::string_view separator, uint64_t stored_size) {
  separators_.append(separator);
  ends_.push_back(separators_.size());
  stored_sizes_.push_back(stored_size);
}

std::string IndexBuilder::Finish() const {
  CHECK(!ends_.empty());
  const std::string_view all = separators_;
  const size_t last_start = ends_.size() == 1 ? 0 : ends_[ends_.size() - 2];
  const size_t shared =
      CommonPrefix(all.substr(0, ends_[0]), all.substr(last_start));
  std::string block(1, static_cast<char>(kFlatIndex));
  block.reserve(separators_.size() + 8 * ends_.size() + 32);
  base::PutVarint(&block, ends_.size());
  base::PutLengthPrefixed(&block, all.substr(0, shared));
  uint64_t start = 0;
  for (size_t i = 0; i < ends_.size(); ++i) {
    base::PutLengthPrefixed(
        &block, all.substr(start + shared, ends_[i] - start - shared));
    base::PutVarint(&block, stored_sizes_[i]);
    start = ends_[i];
  }
  return block;
}

Result<Index> Index::Parse(std::string_view block, uint64_t data_bytes) {
  const Status malformed = Status::Corruption("malformed index");
  if (block.empty() || static_cast<uint8_t>(block[0]) != kFlatIndex) {
    return malformed;
  }
  block.remove_prefix(1);
  uint64_t blocks = 0;
  std::string_view prefix;
  // An entry takes two bytes at least, and a block a trailer: a lie about their
  // number ends here.
  if (!base::GetVarint(&block, &blocks) || blocks == 0 ||
      blocks > block.size() / 2 || blocks > data_bytes / kBlockTrailerBytes ||
      !base::GetLengthPrefixed(&block, &prefix)) {
    return malformed;
  }
  Index index;
  index.prefix_ = prefix;
  index.heads_.reserve(blocks);
  index.offsets_.reserve(blocks + 1);
  index.tail_ends_.reserve(blocks);
  index.tails_.reserve(block.size());
  uint64_t offset = 0;
  index.offsets_.push_back(0);
  std::string_view before;
  for (uint64_t i = 0; i < blocks; ++i) {
    std::string_view tail;
    uint64_t stored_size = 0;
    if (!base::GetLengthPrefixed(&block, &tail) ||
        !base::GetVarint(&block, &stored_size) || tail < before ||
        data_bytes - offset < kBlockTrailerBytes ||
        data_bytes - offset - kBlockTrailerBytes < stored_size) {
      return malformed;
    }
    before = tail;
    offset += stored_size + kBlockTrailerBytes;
    index.tails_.append(tail);
    index.tail_ends_.push_back(index.tails_.size());
    index.heads_.push_back(Head(tail));
    index.offsets_.push_back(offset);
  }
  if (!block.empty() || offset != data_bytes) return malformed;
  index.tails_.shrink_to_fit();
  return index;
}

std::string_view Index::tail(size_t block) const {
  const uint64_t start = block == 0 ? 0 : tail_ends_[block - 1];
  return std::string_view(tails_).substr(start, tail_ends_[block] - start);
}

size_t Index::Find(std::string_view key) const {
  const int order = key.substr(0, prefix_.size()).compare(prefix_);
  if (order != 0) return order < 0 ? 0 : blocks();
  const std::string_view rest = key.substr(prefix_.size());
  const uint64_t head = Head(rest);
  const auto begin = heads_.begin();
  auto found = std::lower_bound(begin, heads_.end(), head);
  // Among equal heads the strings decide.
  auto high = found;
  if (found != heads_.end() && *found == head) {
    high = std::upper_bound(found, heads_.end(), head);
  }
  while (found != high) {
    const auto middle = found + (high - found) / 2;
    if (tail(static_cast<size_t>(middle - begin)) < rest) {
      found = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<size_t>(found - begin);
}

Extent Index::extent(size_t block) const {
  return {offsets_[block],
          offsets_[block + 1] - offsets_[block] - kBlockTrailerBytes};
}

std::string Index::Separator(size_t block) const {
  return prefix_ + std::string(tail(block));
}

bool Index::EndsWith(size_t block, std::string_view key) const {
  return key.size() >= prefix_.size() &&
         key.substr(prefix_.size()) == tail(block) &&
         key.substr(0, prefix_.size()) == prefix_;
}

size_t Index::memory_bytes() const {
  return prefix_.capacity() + tails_.capacity() +
         (heads_.capacity() + offsets_.capacity() + tail_ends_.capacity()) *
             sizeof(uint64_t);
}

}  // namespace lsm
