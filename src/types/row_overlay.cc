#include "types/row_overlay.h"

#include <bit>

namespace types {
namespace {

bool SameKey(const RowKey& a, const RowKey& b) {
  return a.hash == b.hash && a.bytes == b.bytes;
}

}  // namespace

size_t RowOverlay::IndexOf(const RowKey& key) const {
  if (slots_.empty()) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (SameKey(entries_[i].key, key)) return i;
    }
    return kNone;
  }
  const size_t mask = slots_.size() - 1;
  for (size_t at = key.hash & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const size_t index = slots_[at] - 1;
    if (SameKey(entries_[index].key, key)) return index;
  }
  return kNone;
}

void RowOverlay::Set(const Entry& entry) {
  const size_t index = IndexOf(entry.key);
  if (index == kNone) {
    entries_.push_back(entry);
    Link(entries_.size() - 1);
    return;
  }
  Entry changed = entry;
  changed.existed = entries_[index].existed;
  changed.nothing_below = entries_[index].nothing_below;
  changed.blind = entries_[index].blind;
  Change(index, changed);
}

void RowOverlay::Forget(std::string_view prefix) {
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].key.bytes.starts_with(prefix)) continue;
    Entry forgotten = entries_[i];
    forgotten.state = State::kForgotten;
    Change(i, forgotten);
  }
}

void RowOverlay::Change(size_t index, const Entry& entry) {
  if (keep_undo_) undo_.push_back({index, entries_[index]});
  entries_[index] = entry;
}

void RowOverlay::Link(size_t index) {
  if (entries_.size() <= kLinearMax) return;
  if (slots_.size() < entries_.size() * 2) {
    Rebuild();
    return;
  }
  const size_t mask = slots_.size() - 1;
  size_t at = entries_[index].key.hash & mask;
  while (slots_[at] != 0) at = (at + 1) & mask;
  slots_[at] = static_cast<uint32_t>(index + 1);
}

void RowOverlay::Rebuild() {
  slots_.clear();
  if (entries_.size() <= kLinearMax) return;
  slots_.resize(std::bit_ceil(entries_.size() * 4));
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t at = entries_[i].key.hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

void RowOverlay::RollBack(const Mark& mark) {
  while (undo_.size() > mark.undo) {
    entries_[undo_.back().index] = undo_.back().entry;
    undo_.pop_back();
  }
  if (entries_.size() == mark.entries) return;
  entries_.resize(mark.entries);
  Rebuild();
}

void RowOverlay::Clear() {
  entries_.clear();
  undo_.clear();
  slots_.clear();
  keep_undo_ = false;
}

}  // namespace types
