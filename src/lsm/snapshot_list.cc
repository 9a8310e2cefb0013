#include "lsm/snapshot_list.h"

#include <utility>

namespace lsm {

std::shared_ptr<const PinnedSnapshot> SnapshotList::Add(
    Sequence sequence, PinnedSnapshot::View view) {
  const bool waits = !view.generations.empty();
  auto snapshot = std::make_shared<PinnedSnapshot>(sequence, std::move(view));
  if (!waits) return snapshot;
  // Short scans make many that live shortly: no more of them stay than live.
  if (waiting_.size() == waiting_.capacity()) (void)Living();
  waiting_.push_back(snapshot);
  return snapshot;
}

std::vector<std::shared_ptr<PinnedSnapshot>> SnapshotList::Living() {
  std::vector<std::shared_ptr<PinnedSnapshot>> living;
  std::erase_if(waiting_, [&living](const auto& waiting) {
    std::shared_ptr<PinnedSnapshot> snapshot = waiting.lock();
    if (snapshot == nullptr) return true;
    living.push_back(std::move(snapshot));
    return false;
  });
  return living;
}

std::vector<Sequence> SnapshotList::Sequences() {
  std::vector<Sequence> sequences;
  for (const auto& snapshot : Living()) {
    sequences.push_back(snapshot->sequence());
  }
  return sequences;
}

Sequence SnapshotList::Oldest() {
  const std::vector<Sequence> sequences = Sequences();
  return sequences.empty() ? kSequenceMax : sequences.front();
}

void SnapshotList::MoveOver(const std::shared_ptr<const Version>& version,
                            Sequence flushed) {
  std::vector<std::weak_ptr<PinnedSnapshot>> waiting;
  for (const auto& snapshot : Living()) {
    if (!snapshot->MoveOver(version, flushed)) waiting.push_back(snapshot);
  }
  waiting_ = std::move(waiting);
}

void SnapshotList::Abandon() {
  for (const auto& snapshot : Living()) snapshot->Abandon();
  waiting_.clear();
}

}  // namespace lsm
