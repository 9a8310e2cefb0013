#include "lsm/writer_groups.h"

#include <algorithm>
#include <utility>

namespace lsm {

std::shared_ptr<WriterGroups::Group> WriterGroups::Join(Sequence sequence) {
  if (open_ == nullptr) {
    open_ = std::make_shared<Group>();
    base::MutexLock lock(mutex_);
    groups_.push_back(open_);
  }
  ++open_->size_;
  open_->last_.store(sequence, std::memory_order_relaxed);
  return open_;
}

void WriterGroups::Wake(Sequence synced) {
  base::MutexLock lock(mutex_);
  // Of two calls the one that knows less may come later.
  synced = std::max(synced, synced_);
  const bool wake_all = std::exchange(synced_, synced) == synced;
  const auto is_done = [synced](const Group& group) {
    return group.last_.load(std::memory_order_relaxed) <= synced;
  };
  for (const auto& group : groups_) {
    const bool done = is_done(*group);
    group->Wake(done || wake_all);
    if (!done && !wake_all) break;
  }
  // The last one may yet grow.
  while (groups_.size() > 1 && is_done(*groups_.front())) groups_.pop_front();
}

}  // namespace lsm
