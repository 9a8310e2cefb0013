#include "lsm/table/filter.h"

#include <algorithm>
#include <cstring>

#include "base/coding.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

constexpr uint8_t kBlockedBloom = 1;
constexpr size_t kHeadBytes = 2;
constexpr size_t kLineBytes = 64;
constexpr uint32_t kProbesMax = 14;  // two products of seven pieces

// The line that a hash falls into.
size_t LineOf(uint64_t hash, size_t lines) {
  return static_cast<size_t>(((hash >> 32) * lines) >> 32);
}

// The bits of one hash in its line, one after the other. The upper pieces of
// a product depend on all bits of the hash; that LineOf has used the upper
// half leaves 32 bits of chance for them.
class Probes {
 public:
  explicit Probes(uint64_t hash)
      : mix_(hash * 0x9e3779b97f4a7c15), hash_(hash) {}

  // REQUIRES: i counts up from 0.
  uint32_t Bit(uint32_t i) {
    if (i == 7) mix_ = hash_ * 0xc2b2ae3d27d4eb4f;
    const auto bit = static_cast<uint32_t>(mix_ >> 55);
    mix_ <<= 9;
    return bit;
  }

 private:
  uint64_t mix_;
  const uint64_t hash_;
};

// The best number for whole-filter Bloom is 0.69 a bit; lines that fill
// unevenly favour a little less.
uint32_t ProbesFor(uint32_t bits_per_key) {
  return std::clamp<uint32_t>((bits_per_key * 6 + 5) / 10, 1, kProbesMax);
}

uint64_t LinesFor(uint64_t keys, uint32_t bits_per_key) {
  const uint64_t bits = keys * bits_per_key;
  return std::clamp<uint64_t>((bits + kLineBytes * 8 - 1) / (kLineBytes * 8), 1,
                              UINT32_MAX);
}

}  // namespace

FilterBuilder::FilterBuilder(uint32_t bits_per_key)
    : bits_per_key_(bits_per_key) {}

uint64_t FilterBuilder::EstimatedBytes() const {
  if (bits_per_key_ == 0) return 0;
  return kHeadBytes + LinesFor(hashes_.size(), bits_per_key_) * kLineBytes;
}

std::string FilterBuilder::Finish() const {
  if (bits_per_key_ == 0) return "";
  std::vector<Filter::Line> lines(LinesFor(hashes_.size(), bits_per_key_),
                                  Filter::Line{});
  const uint32_t probes = ProbesFor(bits_per_key_);
  for (const uint64_t hash : hashes_) {
    Filter::Line& line = lines[LineOf(hash, lines.size())];
    Probes probe(hash);
    for (uint32_t i = 0; i < probes; ++i) {
      const uint32_t bit = probe.Bit(i);
      line.words[bit / 64] |= uint64_t{1} << (bit % 64);
    }
  }
  std::string block;
  block.reserve(kHeadBytes + lines.size() * kLineBytes);
  block.push_back(static_cast<char>(kBlockedBloom));
  block.push_back(static_cast<char>(probes));
  block.append(reinterpret_cast<const char*>(lines.data()),
               lines.size() * kLineBytes);
  return block;
}

Result<Filter> Filter::Parse(std::string_view block) {
  if (block.size() < kHeadBytes + kLineBytes ||
      (block.size() - kHeadBytes) % kLineBytes != 0 ||
      static_cast<uint8_t>(block[0]) != kBlockedBloom ||
      static_cast<uint8_t>(block[1]) > kProbesMax) {
    return Status::Corruption("malformed filter");
  }
  static_assert(sizeof(Line) == kLineBytes);
  Filter filter;
  filter.probes_ = static_cast<uint8_t>(block[1]);
  filter.lines_.resize((block.size() - kHeadBytes) / kLineBytes);
  std::memcpy(filter.lines_.data(), block.data() + kHeadBytes,
              block.size() - kHeadBytes);
  return filter;
}

bool Filter::MayContain(uint64_t hash) const {
  if (lines_.empty()) return true;
  const Line& line = lines_[LineOf(hash, lines_.size())];
  Probes probe(hash);
  uint64_t all = 1;
  for (uint32_t i = 0; i < probes_; ++i) {
    const uint32_t bit = probe.Bit(i);
    all &= line.words[bit / 64] >> (bit % 64);
  }
  return all != 0;
}

}  // namespace lsm
