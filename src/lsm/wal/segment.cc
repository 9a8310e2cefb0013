#include "lsm/wal/segment.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/coding.h"

namespace lsm {
namespace {

constexpr std::string_view kSegmentPrefix = "wal-";
constexpr std::string_view kSparePrefix = "spare-";
constexpr std::string_view kSuffix = ".log";
constexpr size_t kDigits = 16;

std::string NumberedName(std::string_view prefix, uint64_t number) {
  char digits[kDigits + 1];
  std::snprintf(digits, sizeof digits, "%016llx",
                static_cast<unsigned long long>(number));
  std::string name(prefix);
  return name.append(digits).append(kSuffix);
}

std::optional<uint64_t> ParseNumberedName(std::string_view prefix,
                                          std::string_view name) {
  if (name.size() != prefix.size() + kDigits + kSuffix.size() ||
      !name.starts_with(prefix) || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  uint64_t number = 0;
  for (const char c : name.substr(prefix.size(), kDigits)) {
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && (c < 'a' || c > 'f')) return std::nullopt;
    number =
        number << 4 | static_cast<uint64_t>(decimal ? c - '0' : c - 'a' + 10);
  }
  return number;
}

}  // namespace

std::string SegmentName(uint64_t number) {
  return NumberedName(kSegmentPrefix, number);
}

std::string SpareName(uint64_t number) {
  return NumberedName(kSparePrefix, number);
}

std::optional<uint64_t> ParseSegmentName(std::string_view name) {
  return ParseNumberedName(kSegmentPrefix, name);
}

std::optional<uint64_t> ParseSpareName(std::string_view name) {
  return ParseNumberedName(kSparePrefix, name);
}

base::Result<uint64_t> HighestSegmentNumber(base::FileSystem* fs,
                                            const std::string& directory) {
  TRY_ASSIGN(const std::vector<std::string> names, fs->List(directory));
  uint64_t highest = 0;
  for (const std::string& name : names) {
    highest = std::max(highest, ParseSegmentName(name).value_or(0));
  }
  return highest;
}

void EncodeSegmentLink(const SegmentLink& link, char* payload) {
  base::StoreLittle<uint64_t>(payload, link.segment);
  base::StoreLittle<uint64_t>(payload + 8, link.end);
}

std::optional<SegmentLink> DecodeSegmentLink(const FrameHeader& header,
                                             std::string_view payload) {
  if (!header.Has(kFrameOpening) || payload.size() != kSegmentLinkBytes) {
    return std::nullopt;
  }
  SegmentLink link;
  link.segment = base::LoadLittle<uint64_t>(payload.data());
  link.end = base::LoadLittle<uint64_t>(payload.data() + 8);
  link.chain = header.prev_chain;
  return link;
}

}  // namespace lsm
