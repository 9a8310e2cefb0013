#include "lsm/memory/memory_store.h"

#include <algorithm>

#include "base/check.h"

namespace lsm {
namespace {

// One part in so many of the clean bytes may be on probation where the hand
// stands that evicts them. There they have gathered for a whole round: it is
// half as much all round.
constexpr uint64_t kProbationShare = 6;

// The read that brings a record to memory is a use; the next one proves it.
constexpr uint8_t kProvingUses = 2;

// How many records a hand must see for what it saw before to count half: at
// most so many, and fewer where a round is short.
constexpr size_t kSeenHalfLife = 256;
constexpr size_t kHalfLivesPerRound = 16;

// What moving a record costs beside looking at it, in steps.
constexpr size_t kMoveSteps = 3;
constexpr size_t kMoveBytesPerStep = 1024;

}  // namespace

MemoryStore::MemoryStore(MemoryOptions options)
    : lies_sparse_(options.lies_sparse),
      first_id_(options.first_generation),
      flushed_id_(options.first_generation - 1) {
  CHECK(options.first_generation > Record::kNoGeneration);
  BeginGeneration(first_id_);
}

MemoryStore::~MemoryStore() {
  sealed_.clear();
  generations_.pop_back();  // The active one: nobody else knows it.
  for (const auto& generation : generations_) {
    if (generation == nullptr) continue;
    CHECK(generation->unpinned());
    for (Record* record : generation->superseded_) Record::Free(record);
  }
  for (const auto& generation : leaving_) {
    for (Record* record : generation->superseded_) Record::Free(record);
  }
  HashIndex::Cursor cursor;
  while (index_.size() > 0) {
    const HashIndex::Batch batch = index_.Sweep(&cursor);
    for (size_t i = 0; i < batch.size; ++i) {
      index_.Erase(batch.records[i]);
      Record::Free(batch.records[i]);
    }
  }
}

const Record* MemoryStore::Find(std::string_view key, uint64_t hash) {
  const Record* record = index_.Find(key, hash);
  if (record != nullptr) record->Touch();
  return record;
}

void MemoryStore::Put(std::string_view key, uint64_t hash, Sequence sequence,
                      std::string_view value, bool nothing_below) {
  Write(key, hash, Pack(sequence, Kind::kValue), value, nothing_below);
}

void MemoryStore::Delete(std::string_view key, uint64_t hash, Sequence sequence,
                         bool nothing_below) {
  Write(key, hash, Pack(sequence, Kind::kTombstone), {}, nothing_below);
}

void MemoryStore::Write(std::string_view key, uint64_t hash, uint64_t packed,
                        std::string_view value, bool nothing_below) {
  Generation* active = mutable_active();
  active->NoteOperation(SequenceOf(packed));
  Record::Content content{packed, value, active->id(), nothing_below};
  Record* old = index_.Find(key, hash);
  if (old == nullptr) {
    WriteNew(key, hash, content);
  } else if (old->generation() == active->id()) {
    content.nothing_below = old->nothing_below();
    WriteOverActive(old, hash, content);
  } else {
    content.nothing_below = nothing_below && old->tombstone() && !IsDirty(*old);
    WriteOverOlder(old, hash, content);
  }
}

void MemoryStore::WriteNew(std::string_view key, uint64_t hash,
                           const Record::Content& content) {
  Record* record = Record::New(key, hash, content);
  index_.Insert(record, hash);
  BeginUse(record, hash);
  AddToActive(record);
}

void MemoryStore::WriteOverActive(Record* old, uint64_t hash,
                                  const Record::Content& content) {
  Generation* active = mutable_active();
  active->tombstones_ -= old->tombstone() ? 1 : 0;
  active->tombstones_ += KindOf(content.packed) == Kind::kTombstone ? 1 : 0;
  if (old->Fits(content.value.size())) {
    old->Overwrite(content);
    return;
  }
  Record* now = Record::New(old->key(), hash, content);
  now->CopyUse(*old);
  index_.Replace(old, now);
  active->index_.Replace(now);
  active->record_bytes_ += now->bytes();
  active->record_bytes_ -= old->bytes();
  Record::Free(old);
}

void MemoryStore::WriteOverOlder(Record* old, uint64_t hash,
                                 const Record::Content& content) {
  Generation* keeper = PinnedGeneration(old->generation());
  const bool dirty = IsDirty(*old);
  if (!dirty) clean_bytes_ -= old->bytes();
  if (keeper == nullptr && old->Fits(content.value.size())) {
    old->Overwrite(content);
    AddToActive(old);
    return;
  }
  Record* now = Record::New(old->key(), hash, content);
  now->CopyUse(*old);
  index_.Replace(old, now);
  AddToActive(now);
  if (keeper == nullptr) {
    Record::Free(old);
    return;
  }
  keeper->superseded_.push_back(old);
  keeper->superseded_bytes_ += old->bytes();
  if (!dirty) retired_bytes_ += old->bytes();
}

void MemoryStore::AddToActive(Record* record) {
  Generation* active = mutable_active();
  active->index_.Insert(record);
  active->record_bytes_ += record->bytes();
  active->tombstones_ += record->tombstone() ? 1 : 0;
}

const Record* MemoryStore::InstallClean(std::string_view key, uint64_t hash,
                                        uint64_t packed,
                                        std::string_view value) {
  Record* record = index_.Find(key, hash);
  if (record != nullptr) return record;
  record = Record::New(key, hash, {packed, value});
  index_.Insert(record, hash);
  BeginUse(record, hash);
  clean_bytes_ += record->bytes();
  return record;
}

std::shared_ptr<const Generation> MemoryStore::Seal() {
  Generation* generation = mutable_active();
  if (generation->empty()) return nullptr;
  generation->index_.Settle();
  // The last pin frees nothing, see generation.h.
  std::shared_ptr<const Generation> pin(generation, [](const Generation* g) {
    g->unpinned_.store(true, std::memory_order_release);
  });
  sealed_.push_back(pin);
  sealed_bytes_ += generation->bytes();
  BeginGeneration(generation->id() + 1);
  return pin;
}

void MemoryStore::FlushedUpTo(uint64_t id) {
  CHECK(id < active().id());
  size_t flushed = 0;
  for (; flushed < sealed_.size() && sealed_[flushed]->id() <= id; ++flushed) {
    const Generation& generation = *sealed_[flushed];
    sealed_bytes_ -= generation.bytes();
    clean_bytes_ += generation.record_bytes_ - generation.superseded_bytes_;
    retired_bytes_ +=
        generation.superseded_bytes_ + generation.index_.memory_bytes();
    retired_.push_back(generation.id());
    flushed_id_ = generation.id();
  }
  sealed_.erase(sealed_.begin(), sealed_.begin() + flushed);
}

const Record* MemoryStore::DrawDirty(base::Random* random,
                                     size_t steps_max) const {
  HashIndex::Cursor cursor;
  cursor.placement = static_cast<uint32_t>(random->Next());
  for (size_t step = 0; step < steps_max; ++step) {
    const HashIndex::Batch batch = index_.Sweep(&cursor);
    if (batch.size == 0) continue;
    const Record* const record = batch.records[random->Below(batch.size)];
    if (IsDirty(*record)) return record;
  }
  return nullptr;
}

// What has a ghost was evicted too early: it begins as proven, and not as the
// first of the proven to go.
void MemoryStore::BeginUse(const Record* record, uint64_t hash) {
  if (!index_.TakeGhost(hash)) return;
  ++ghosts_met_;
  record->SetUse(/*uses=*/0, /*proven=*/true);
}

size_t MemoryStore::EvictClean(size_t bytes_wanted, size_t steps_max) {
  size_t freed = 0;
  for (size_t steps = 0; steps < steps_max && freed < bytes_wanted;) {
    const bool proven_turn =
        seen_.probation_bytes * kProbationShare <= seen_.bytes;
    const HashIndex::Batch batch =
        index_.Sweep(proven_turn ? &proven_hand_ : &probation_hand_);
    steps += 1 + batch.size;
    // To the end of the bucket, or its last records would be passed over.
    for (size_t i = 0; i < batch.size; ++i) {
      Record* record = batch.records[i];
      if (!IsDirty(*record)) freed += EvictOrAge(record, proven_turn);
    }
  }
  clean_bytes_ -= freed;
  return freed;
}

size_t MemoryStore::EvictOrAge(Record* record, bool proven_turn) {
  NoteSeen(*record);
  if (record->proven() != proven_turn) return 0;
  if (proven_turn && record->uses() > 0) {
    record->SetUse(record->uses() - 1, /*proven=*/true);
    return 0;
  }
  if (!proven_turn && record->uses() >= kProvingUses) {
    record->SetUse(/*uses=*/1, /*proven=*/true);
    return 0;
  }
  if (PinnedGeneration(record->generation()) != nullptr) return 0;
  const size_t bytes = record->bytes();
  if (proven_turn) {
    index_.Erase(record);
  } else {
    index_.Evict(record);
  }
  Record::Free(record);
  return bytes;
}

void MemoryStore::NoteSeen(const Record& record) {
  seen_.bytes += record.bytes();
  if (!record.proven()) seen_.probation_bytes += record.bytes();
  const size_t half_life =
      std::min(kSeenHalfLife, records() / kHalfLivesPerRound);
  if (++seen_.records < half_life) return;
  seen_ = {seen_.probation_bytes / 2, seen_.bytes / 2, 0};
}

MemoryStore::Moves MemoryStore::MoveSparse(size_t steps_max) {
  Moves moves;
  for (size_t steps = 0; steps < steps_max;) {
    const HashIndex::Batch batch = index_.Sweep(&moving_hand_);
    steps += 1 + batch.size;
    for (size_t i = 0; i < batch.size; ++i) {
      Record* old = batch.records[i];
      if (!MayMove(*old) || !lies_sparse_(old)) {
        ++moves.stayed;
        continue;
      }
      index_.Replace(old, Record::Move(*old));
      steps += kMoveSteps + old->bytes() / kMoveBytesPerStep;
      Record::FreeMoved(old);
      ++moves.moved;
    }
  }
  return moves;
}

bool MemoryStore::MayMove(const Record& record) {
  return !IsDirty(record) && PinnedGeneration(record.generation()) == nullptr;
}

bool MemoryStore::FreeSome(size_t steps) {
  for (size_t i = retired_.size(); i > 0; --i) {
    const uint64_t id = retired_.front();
    retired_.pop_front();
    std::unique_ptr<Generation>& generation = generations_[id - first_id_];
    if (generation->unpinned()) {
      leaving_.push_back(std::move(generation));
    } else {
      retired_.push_back(id);
    }
  }
  for (; generations_.front() == nullptr; ++first_id_) generations_.pop_front();

  while (!leaving_.empty() && steps > 0) {
    if (FreeSomeOf(leaving_.front().get(), &steps)) leaving_.pop_front();
  }
  return !leaving_.empty();
}

bool MemoryStore::FreeSomeOf(Generation* generation, size_t* steps) {
  std::deque<Record*>& superseded = generation->superseded_;
  for (; *steps > 0 && !superseded.empty(); --*steps) {
    retired_bytes_ -= superseded.back()->bytes();
    Record::Free(superseded.back());
    superseded.pop_back();
  }
  OrderedIndex& index = generation->index_;
  bool done = false;
  for (; *steps > 0 && !done; --*steps) {
    retired_bytes_ -= index.memory_bytes();
    done = index.FreeSome(/*slabs=*/1);
    retired_bytes_ += index.memory_bytes();
  }
  return done;
}

Generation* MemoryStore::PinnedGeneration(uint64_t id) {
  if (id < first_id_) return nullptr;
  Generation* generation = generations_[id - first_id_].get();
  if (generation == nullptr || generation->unpinned()) return nullptr;
  return generation;
}

void MemoryStore::BeginGeneration(uint64_t id) {
  CHECK(id <= Record::kGenerationMax);
  generations_.push_back(std::make_unique<Generation>(id));
}

}  // namespace lsm
