#include "lsm/settlements.h"

#include <algorithm>
#include <utility>

#include "base/allocator.h"
#include "base/log.h"

namespace lsm {
namespace {

// Debts with the pool or back from it, and those given to it in one tick: each
// that is back holds a block. Neighbours are read by one job, for they may
// share a block; a job is short, since a client's read may wait for it.
constexpr size_t kUnderWayMax = 128;
constexpr size_t kDebtsOfTick = 32;
constexpr size_t kDebtsOfJob = 16;
// To find them in one tick: dead ones hold no block, but take their time.
constexpr size_t kDebtsLookedAt = 256;

// A row that cannot be read is tried again, then taken for one that existed:
// a filter has said so.
constexpr int64_t kRetryUs = 1'000'000;
constexpr int kFailuresMax = 5;

// What on_settle is promised to see of an old value: so the blob file in which
// it may lie is not read.
const ReadOptions kHeadOnly = {.value_bytes = kBlobHeadBytes};

bool IsValue(const std::optional<TableRow>& row) {
  return row && KindOf(row->packed) == Kind::kValue;
}

}  // namespace

void Settlements::Owe(std::string_view key, Sequence sequence) {
  auto debt = std::make_shared<Debt>();
  debt->key = key;
  debt->sequence = sequence;
  ++size_;
  order_.push_back(debt);
  if (replaying_) {
    const bool is_new = replayed_.emplace(debt->key, debt).second;
    CHECK(is_new);
  }
  unread_.push_back(std::move(debt));
}

void Settlements::Pay(Debt* debt) {
  CHECK(!debt->paid);
  debt->paid = true;
  --size_;
  while (!order_.empty() && order_.front()->paid) order_.pop_front();
}

void Settlements::PayReplayed(std::string_view key) {
  if (!replaying_) return;
  const auto found = replayed_.find(key);
  if (found == replayed_.end()) return;
  const DebtPtr debt = std::move(found->second);
  replayed_.erase(found);
  Pay(debt.get());
}

void Settlements::EndReplay() {
  replaying_ = false;
  replayed_ = {};
  std::erase_if(unread_, [](const DebtPtr& debt) { return debt->paid; });
}

Sequence Settlements::oldest() const {
  return order_.empty() ? kSequenceMax : order_.front()->sequence;
}

Sequence Settlements::newest() const {
  return order_.empty() ? 0 : order_.back()->sequence;
}

std::vector<Settlements::DebtPtr> Settlements::TakeUnread(
    size_t max, const IsDead& is_dead) {
  std::vector<DebtPtr> taken;
  for (size_t i = 0; i < kDebtsLookedAt && taken.size() < max; ++i) {
    if (unread_.empty()) break;
    DebtPtr debt = std::move(unread_.front());
    unread_.pop_front();
    if (debt->paid) continue;
    if (is_dead(debt->key, debt->sequence)) {
      known_.push_back(std::move(debt));
    } else {
      taken.push_back(std::move(debt));
    }
  }
  std::sort(taken.begin(), taken.end(),
            [](const DebtPtr& a, const DebtPtr& b) { return a->key < b->key; });
  return taken;
}

void Settlements::StartReads(const std::shared_ptr<const Version>& version,
                             int64_t now_us, const IsDead& is_dead,
                             ReaderPool* pool) {
  now_us_ = now_us;
  while (!failed_.empty() && failed_.front().at_us <= now_us) {
    unread_.push_back(std::move(failed_.front().debt));
    failed_.pop_front();
  }
  // While some are read a job's worth is gathered.
  const bool few = in_flight_ > 0 && unread_.size() < kDebtsOfJob;
  const size_t under_way = in_flight_ + known_.size();
  if (unread_.empty() || few || under_way > kUnderWayMax - kDebtsOfTick) {
    return;
  }
  const std::vector<DebtPtr> debts = TakeUnread(kDebtsOfTick, is_dead);
  in_flight_ += debts.size();
  std::vector<ReaderPool::Job> jobs;
  for (size_t i = 0; i < debts.size(); i += kDebtsOfJob) {
    const size_t end = std::min(i + kDebtsOfJob, debts.size());
    std::vector<DebtPtr> some(debts.begin() + i, debts.begin() + end);
    jobs.push_back([this, pin = version, some = std::move(some)]() mutable {
      for (const DebtPtr& debt : some) {
        debt->row =
            pin->Get(debt->key, HashKey(debt->key), kSequenceMax, kHeadOnly);
      }
      // Here, because the last one to let go of a version takes it apart.
      pin.reset();
      mailbox_->Post([this, some = std::move(some)] { Arrive(some); });
    });
  }
  pool->Start(std::move(jobs));
}

void Settlements::Arrive(const std::vector<DebtPtr>& debts) {
  in_flight_ -= debts.size();
  for (const DebtPtr& debt : debts) {
    if (debt->paid) continue;
    if (debt->row.ok() || ++debt->failures == kFailuresMax) {
      known_.push_back(debt);
    } else {
      failed_.push_back({debt, now_us_ + kRetryUs});
    }
  }
}

base::Result<std::vector<Settlements::Known>> Settlements::ReadAll(
    const Version& version) const {
  std::vector<Known> all;
  for (const DebtPtr& debt : order_) {
    if (debt->paid) continue;
    TRY_ASSIGN(
        std::optional<TableRow> row,
        version.Get(debt->key, HashKey(debt->key), kSequenceMax, kHeadOnly));
    const bool existed = IsValue(row);
    all.push_back({debt, existed, std::move(row)});
  }
  return all;
}

size_t Settlements::memory_bytes() const {
  // A debt lies beside the counts of its pointers; its key is most often short.
  constexpr size_t kPointerCounts = 16;
  constexpr size_t kKeyBytes = 32;
  static const size_t kEach =
      base::AllocatedBytes(sizeof(Debt) + kPointerCounts) +
      base::AllocatedBytes(kKeyBytes) + sizeof(DebtPtr);
  return order_.size() * kEach +
         (unread_.size() + known_.size()) * sizeof(DebtPtr);
}

std::vector<Settlements::Known> Settlements::TakeKnown(size_t max) {
  std::vector<Known> taken;
  while (!known_.empty() && taken.size() < max) {
    DebtPtr debt = std::move(known_.front());
    known_.pop_front();
    if (debt->paid) continue;
    Known known{debt, /*existed=*/true, std::nullopt};
    if (debt->row.ok()) {
      known.existed = IsValue(debt->row.value());
      known.row = std::move(debt->row).value();
    } else {
      base::LogWarning("a count of keys may be wrong by one: ",
                       debt->row.status().message());
    }
    taken.push_back(std::move(known));
  }
  return taken;
}

std::shared_ptr<const void> Settlements::Hold() {
  std::shared_ptr<const void> hold = hold_.lock();
  if (hold == nullptr) {
    hold = std::make_shared<char>();
    hold_ = hold;
  }
  return hold;
}

}  // namespace lsm
