#include "types/expiry.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/allocator.h"
#include "lsm/format.h"

namespace types {
namespace {

// Turning the wheel step by step pays up to a minute; after that, or backwards,
// it is cheaper and safer to deal it out anew.
constexpr int64_t kJumpTicks = 512;

// What a row on disk may take here, about.
constexpr size_t kReportedBytes = 160;

// What a row has allocated; a short one lies in the string itself.
size_t RowBytes(const std::string& row) {
  static const size_t kInside = std::string().capacity();
  return row.capacity() <= kInside ? 0
                                   : base::AllocatedBytes(row.capacity() + 1);
}

}  // namespace

void Expiry::Plan(std::string_view row, int64_t expires_ms) {
  const auto [planned, is_new] =
      planned_.try_emplace(lsm::HashKey(row), expires_ms);
  if (!is_new && planned->second <= expires_ms) return;
  planned->second = expires_ms;
  Entry entry = {expires_ms, std::string(row)};
  ++entries_;
  row_bytes_ += RowBytes(entry.row);
  Place(std::move(entry));
}

void Expiry::Uncharge(const Entry& entry) {
  --entries_;
  row_bytes_ -= RowBytes(entry.row);
}

bool Expiry::MakeRoom(int64_t expires_ms) {
  const int64_t now = std::max<int64_t>(tick_, 0);
  for (int ring = kRings - 1; ring >= kFarRing; --ring) {
    const int64_t first = now >> (ring * kSlotBits);
    for (int64_t ahead = kSlots - 1; ahead > 0; --ahead) {
      std::vector<Entry>& slot = rings_[ring][(first + ahead) % kSlots];
      if (slot.empty()) continue;
      const Entry& last = slot.back();
      if (last.expires_ms <= expires_ms) return false;
      const auto planned = planned_.find(lsm::HashKey(last.row));
      if (planned != planned_.end() && planned->second == last.expires_ms) {
        planned_.erase(planned);
      }
      Uncharge(last);
      slot.pop_back();
      return true;
    }
  }
  return false;
}

size_t Expiry::memory_bytes() const {
  size_t bytes = row_bytes_ +
                 planned_.size() * base::AllocatedBytes(kNodeBytes) +
                 base::AllocatedBytes(planned_.bucket_count() * sizeof(void*));
  for (const Ring& ring : rings_) {
    for (const std::vector<Entry>& slot : ring) {
      bytes += base::AllocatedBytes(slot.capacity() * sizeof(Entry));
    }
  }
  return bytes;
}

void Expiry::Add(std::span<const lsm::ExpiringRow> rows) {
  for (const lsm::ExpiringRow& row : rows) Plan(row.key, row.expires_ms);
}

size_t Expiry::room() const {
  return Charge() < bytes_max_ ? (bytes_max_ - Charge()) / kReportedBytes : 0;
}

void Expiry::Clear() {
  found_.clear();
  for (Ring& ring : rings_) {
    for (std::vector<Entry>& slot : ring) std::vector<Entry>().swap(slot);
  }
  entries_ = 0;
  row_bytes_ = 0;
  tick_ = -1;
  planned_.clear();
}

// Ring r holds what lies less than one turn of it ahead; time that has gone by
// counts as the current slot.
void Expiry::Place(Entry entry) {
  const int64_t now = std::max<int64_t>(tick_, 0);
  const int64_t at =
      std::max(now, (std::max<int64_t>(entry.expires_ms, 0) >> kTickBits) + 1);
  for (int ring = 0; ring < kRings; ++ring) {
    const int shift = ring * kSlotBits;
    const int64_t ahead = (at >> shift) - (now >> shift);
    if (ahead < kSlots || ring == kRings - 1) {
      const int64_t slot =
          (now >> shift) + std::min<int64_t>(ahead, kSlots - 1);
      rings_[ring][slot % kSlots].push_back(std::move(entry));
      return;
    }
  }
}

void Expiry::Advance() {
  ++tick_;
  for (int ring = 1; ring < kRings; ++ring) {
    const int shift = ring * kSlotBits;
    if ((tick_ & ((int64_t{1} << shift) - 1)) != 0) return;
    std::vector<Entry> dealt;
    dealt.swap(rings_[ring][(tick_ >> shift) % kSlots]);
    for (Entry& entry : dealt) Place(std::move(entry));
  }
}

void Expiry::Rebase(int64_t tick) {
  std::array<Ring, kRings> old;
  old.swap(rings_);
  tick_ = tick;
  for (Ring& ring : old) {
    for (std::vector<Entry>& slot : ring) {
      for (Entry& entry : slot) Place(std::move(entry));
    }
  }
}

void Expiry::TakeSlot(std::vector<std::string>* due, size_t budget) {
  std::vector<Entry>& slot = rings_[0][tick_ % kSlots];
  while (!slot.empty() && due->size() < budget) {
    Entry entry = std::move(slot.back());
    slot.pop_back();
    Uncharge(entry);
    // Another entry of the row speaks for it: an earlier one that has led to
    // a look already, or the one that look left behind.
    const auto planned = planned_.find(lsm::HashKey(entry.row));
    if (planned == planned_.end() || planned->second != entry.expires_ms) {
      continue;
    }
    planned_.erase(planned);
    due->push_back(std::move(entry.row));
  }
  // (shrink_to_fit does nothing where there are no exceptions.)
  if (slot.empty()) std::vector<Entry>().swap(slot);
}

std::vector<std::string> Expiry::TakeDue(int64_t now_ms, size_t budget) {
  std::vector<std::string> due;
  while (!found_.empty() && due.size() < budget) {
    due.push_back(std::move(found_.back()));
    found_.pop_back();
  }
  if (!active_) return due;
  const int64_t now_tick = now_ms >> kTickBits;
  if (tick_ < 0 || std::abs(now_tick - tick_) > kJumpTicks) Rebase(now_tick);
  TakeSlot(&due, budget);
  while (tick_ < now_tick && due.size() < budget) {
    Advance();
    TakeSlot(&due, budget);
  }
  return due;
}

}  // namespace types
