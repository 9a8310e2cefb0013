#include "lsm/version/file_names.h"

#include <charconv>

#include "base/strings.h"
#include "lsm/wal/segment.h"

namespace lsm {
namespace {

constexpr size_t kDigits = 16;

// A numbered name is prefix, 16 lower-case hex digits, suffix.
struct Pattern {
  FileKind kind;
  std::string_view prefix;
  std::string_view suffix;
};
constexpr Pattern kTablePattern = {FileKind::kTable, "", ".sst"};
constexpr Pattern kBlobPattern = {FileKind::kBlob, "", ".blob"};
constexpr Pattern kManifestPattern = {FileKind::kManifest, "Manifest-", ""};

std::string Name(const Pattern& pattern, uint64_t number) {
  char digits[kDigits];
  for (size_t i = kDigits; i-- > 0; number >>= 4) {
    digits[i] = "0123456789abcdef"[number & 0xf];
  }
  return base::StrCat(pattern.prefix, std::string_view(digits, kDigits),
                      pattern.suffix);
}

std::optional<FileName> Numbered(FileKind kind, uint64_t number) {
  if (number >= kFileNumberMax) return std::nullopt;
  return FileName{kind, number};
}

std::optional<FileName> Parse(const Pattern& pattern, std::string_view name) {
  if (!name.starts_with(pattern.prefix) || !name.ends_with(pattern.suffix) ||
      name.size() != pattern.prefix.size() + kDigits + pattern.suffix.size()) {
    return std::nullopt;
  }
  const std::string_view digits = name.substr(pattern.prefix.size(), kDigits);
  uint64_t number = 0;
  const char* const end = digits.data() + kDigits;
  const auto [stop, error] = std::from_chars(digits.data(), end, number, 16);
  // Upper-case digits would make a second name for the same file.
  if (error != std::errc() || stop != end || Name(pattern, number) != name) {
    return std::nullopt;
  }
  return Numbered(pattern.kind, number);
}

}  // namespace

std::string TableName(uint64_t number) { return Name(kTablePattern, number); }

std::string BlobName(uint64_t number) { return Name(kBlobPattern, number); }

std::string ManifestName(uint64_t number) {
  return Name(kManifestPattern, number);
}

std::optional<FileName> ParseFileName(std::string_view name) {
  if (name == kCurrentName) return FileName{FileKind::kCurrent, 0};
  if (name == kLockName) return FileName{FileKind::kLock, 0};
  if (name == kReserveName) return FileName{FileKind::kReserve, 0};
  for (const Pattern& pattern :
       {kTablePattern, kBlobPattern, kManifestPattern}) {
    if (const auto parsed = Parse(pattern, name)) return parsed;
  }
  if (const auto number = ParseSegmentName(name)) {
    return Numbered(FileKind::kLogSegment, *number);
  }
  if (const auto number = ParseSpareName(name)) {
    return Numbered(FileKind::kSpareSegment, *number);
  }
  // Only what would be ours without its ending: a stranger's temporary file
  // is the stranger's.
  if (name.ends_with(kTemporaryEnding)) {
    name.remove_suffix(kTemporaryEnding.size());
    const auto target = ParseFileName(name);
    if (target && target->kind != FileKind::kTemporary) {
      return FileName{FileKind::kTemporary, target->number};
    }
  }
  return std::nullopt;
}

}  // namespace lsm
