#include "commands/table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/strings.h"

namespace commands {
namespace {

// Longer than any name, so that a long unknown word costs no more.
constexpr size_t kHashedBytesMax = 32;

// Letters count the same in either case: bit 5 of every byte is set. (So do a
// few others; the comparison that follows is exact.)
uint32_t HashName(std::string_view name) {
  constexpr uint64_t kFold = 0x2020202020202020;
  constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  const char* p = name.data();
  size_t left = std::min(name.size(), kHashedBytesMax);
  uint64_t hash = name.size();
  for (; left >= 8; left -= 8, p += 8) {
    uint64_t chunk;
    std::memcpy(&chunk, p, 8);
    hash = (hash ^ (chunk | kFold)) * kMultiplier;
    hash ^= hash >> 29;
  }
  uint64_t chunk = 0;
  std::memcpy(&chunk, p, left);
  hash = (hash ^ (chunk | kFold)) * kMultiplier;
  return static_cast<uint32_t>(hash >> 32);
}

}  // namespace

Table::Table(Families families) {
  std::vector<const CommandSpec*> rows;
  for (const std::span<const CommandSpec>& family : families) {
    for (const CommandSpec& spec : family) rows.push_back(&spec);
  }
  std::sort(rows.begin(), rows.end(),
            [](const CommandSpec* a, const CommandSpec* b) {
              return a->name < b->name;
            });
  count_ = rows.size();
  for (const CommandSpec* spec : rows) {
    entries_.push_back({spec, nullptr, std::string(spec->name), {}});
    for (const CommandSpec& sub : spec->subcommands) {
      entries_.push_back(
          {&sub, spec, base::StrCat(spec->name, "|", sub.name), {}});
    }
  }
  slots_.resize(std::bit_ceil(entries_.size() * 4 + 1));
  slot_mask_ = static_cast<uint32_t>(slots_.size() - 1);
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].parent == nullptr) Link(i);
  }
}

void Table::Link(size_t index) {
  const std::string_view name = entries_[index].spec->name;
  CHECK(Find(name) == nullptr);
  uint32_t at = HashName(name) & slot_mask_;
  while (slots_[at] != 0) at = (at + 1) & slot_mask_;
  slots_[at] = static_cast<uint16_t>(index + 1);
}

CommandEntry* Table::Find(std::string_view name) {
  for (uint32_t at = HashName(name) & slot_mask_; slots_[at] != 0;
       at = (at + 1) & slot_mask_) {
    CommandEntry& entry = entries_[slots_[at] - 1];
    if (base::EqualsIgnoreCase(entry.spec->name, name)) return &entry;
  }
  return nullptr;
}

CommandEntry* Table::FindSub(const CommandEntry& parent,
                             std::string_view name) {
  const size_t first = &parent - entries_.data() + 1;
  for (size_t i = 0; i < parent.spec->subcommands.size(); ++i) {
    CommandEntry& entry = entries_[first + i];
    if (base::EqualsIgnoreCase(entry.spec->name, name)) return &entry;
  }
  return nullptr;
}

CommandEntry* Table::FindFullName(std::string_view name) {
  const size_t bar = name.find('|');
  CommandEntry* entry = Find(name.substr(0, bar));
  if (entry == nullptr || bar == std::string_view::npos) return entry;
  return FindSub(*entry, name.substr(bar + 1));
}

void Table::ResetStatistics() {
  for (CommandEntry& entry : entries_) entry.statistics = CommandStatistics();
}

}  // namespace commands
