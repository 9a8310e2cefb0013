#include "lsm/pinned_snapshot.h"

#include <utility>

namespace lsm {

PinnedSnapshot::PinnedSnapshot(Sequence sequence, View view)
    : Snapshot(sequence), view_(std::move(view)) {}

base::Result<PinnedSnapshot::View> PinnedSnapshot::view() const {
  base::MutexLock lock(mutex_);
  if (view_.version == nullptr) {
    return base::Status::Io("the engine of this snapshot was closed");
  }
  return view_;
}

base::Result<std::optional<PinnedSnapshot::Row>> PinnedSnapshot::Get(
    std::string_view key, uint64_t hash) const {
  TRY_ASSIGN(const View now, view());
  for (const auto& generation : now.generations) {
    const Record* const record = generation->Find(key);
    if (record == nullptr) continue;
    if (record->tombstone()) return std::optional<Row>();
    return std::optional<Row>(
        Row{record->sequence(), std::string(record->value())});
  }
  TRY_ASSIGN(const std::optional<TableRow> row,
             now.version->Get(key, hash, sequence()));
  if (!row || KindOf(row->packed) == Kind::kTombstone) {
    return std::optional<Row>();
  }
  return std::optional<Row>(
      Row{SequenceOf(row->packed), std::string(row->value)});
}

bool PinnedSnapshot::MoveOver(const std::shared_ptr<const Version>& version,
                              Sequence flushed) {
  View old;  // Goes after the lock: letting go of a version takes time.
  base::MutexLock lock(mutex_);
  old = view_;
  std::erase_if(view_.generations, [flushed](const auto& generation) {
    return generation->last_sequence() <= flushed;
  });
  if (view_.generations.size() < old.generations.size()) {
    view_.version = version;
  }
  return view_.generations.empty();
}

void PinnedSnapshot::Abandon() {
  base::MutexLock lock(mutex_);
  view_ = {};
}

}  // namespace lsm
