#include "types/scan_cursor.h"

#include "base/coding.h"

namespace types {
namespace {

constexpr uint64_t kCursorMax = (uint64_t{1} << 53) - 1;
constexpr uint8_t kVersion = 1;
// What a clean shutdown writes at most; older cursors start over.
constexpr size_t kEncodedBytesMax = 16 << 20;
// Of keys, which may be large: so much is remembered beside the last cursors
// of open connections.
constexpr size_t kKeyBytesMax = 16 << 20;

}  // namespace

uint64_t ScanCursors::Draw(base::Random& random) const {
  while (true) {
    const uint64_t cursor = 1 + random.Below(kCursorMax);
    if (!by_cursor_.contains(cursor)) return cursor;
  }
}

void ScanCursors::Remember(uint64_t cursor, PhysicalId physical,
                           std::string_view key, uint64_t owner) {
  Release(owner);
  MakeRoom();
  entries_.push_back({cursor, physical, std::string(key), owner});
  if (owner == 0) unowned_bytes_ += key.size();
  const auto entry = std::prev(entries_.end());
  by_cursor_[cursor] = entry;
  if (owner != 0) by_owner_[owner] = entry;
}

void ScanCursors::MakeRoom() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entries_.size() < capacity_ && unowned_bytes_ <= kKeyBytesMax) return;
    if (entry->owner == 0) {
      by_cursor_.erase(entry->cursor);
      unowned_bytes_ -= entry->key.size();
      entry = entries_.erase(entry);
    } else {
      ++entry;
    }
  }
}

std::optional<std::string> ScanCursors::Find(uint64_t cursor,
                                             PhysicalId physical) {
  const auto found = by_cursor_.find(cursor);
  if (found == by_cursor_.end()) return std::nullopt;
  const auto entry = found->second;
  if (entry->physical != physical) return std::nullopt;
  entries_.splice(entries_.end(), entries_, entry);
  return entry->key;
}

void ScanCursors::Release(uint64_t owner) {
  const auto found = by_owner_.find(owner);
  if (found == by_owner_.end()) return;
  found->second->owner = 0;
  unowned_bytes_ += found->second->key.size();
  by_owner_.erase(found);
}

void ScanCursors::Clear() {
  entries_.clear();
  unowned_bytes_ = 0;
  by_cursor_.clear();
  by_owner_.clear();
}

RowKey ScanCursors::Key() {
  static constexpr char kKey[] = {kSettingSpace, 'c', 'u', 'r',
                                  's',           'o', 'r', 's'};
  return HashedRowKey({kKey, sizeof kKey});
}

std::string ScanCursors::Encode() const {
  size_t bytes = 0;
  auto from = entries_.end();
  while (from != entries_.begin() && bytes < kEncodedBytesMax) {
    --from;
    bytes += from->key.size() + 24;
  }
  std::string out(1, static_cast<char>(kVersion));
  for (; from != entries_.end(); ++from) {
    base::PutLittle<uint64_t>(&out, from->cursor);
    base::PutLittle<uint32_t>(&out, from->physical);
    base::PutLengthPrefixed(&out, from->key);
  }
  return out;
}

base::Status ScanCursors::Decode(std::string_view bytes) {
  const base::Status damaged =
      base::Status::Corruption("the row of SCAN cursors is damaged");
  Clear();
  uint8_t version = 0;
  if (!base::GetLittle(&bytes, &version) || version != kVersion) return damaged;
  while (!bytes.empty()) {
    uint64_t cursor = 0;
    PhysicalId physical = 0;
    std::string_view key;
    if (!base::GetLittle(&bytes, &cursor) ||
        !base::GetLittle(&bytes, &physical) ||
        !base::GetLengthPrefixed(&bytes, &key) || cursor == 0 ||
        cursor > kCursorMax || by_cursor_.contains(cursor)) {
      Clear();
      return damaged;
    }
    Remember(cursor, physical, key, /*owner=*/0);
  }
  return base::Status::Ok();
}

}  // namespace types
