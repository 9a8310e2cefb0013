#include "lsm/cold_reads.h"

#include <utility>

namespace lsm {

size_t ColdReads::Fetch(const std::shared_ptr<const Version>& version,
                        std::span<const std::string> keys, Done done) {
  const auto asker = std::make_shared<Asker>();
  asker->keys_left = keys.size();
  asker->done = std::move(done);
  std::vector<ReaderPool::Job> jobs;
  for (const std::string& key : keys) {
    const auto found = placeholders_.find(key);
    if (found != placeholders_.end()) {
      ++coalesced_;
      found->second->askers.push_back(asker);
      continue;
    }
    auto placeholder = std::make_shared<Placeholder>();
    placeholder->key = key;
    placeholder->version = version;
    placeholder->askers.push_back(asker);
    jobs.push_back(NewJob(placeholder));
    ++in_flight_;
    const std::string_view own_key = placeholder->key;
    placeholders_.emplace(own_key, std::move(placeholder));
  }
  const size_t begun = jobs.size();
  pool_.Start(std::move(jobs));
  return begun;
}

ReaderPool::Job ColdReads::NewJob(const PlaceholderPtr& placeholder) {
  return [this, placeholder] {
    Placeholder& read = *placeholder;
    read.row = read.version->Get(read.key, HashKey(read.key), kSequenceMax);
    // Here, because the last one to let go of a version takes it apart.
    read.version.reset();
    mailbox_->Post([this, placeholder] { Arrive(placeholder); });
  };
}

void ColdReads::Arrive(const PlaceholderPtr& placeholder) {
  --in_flight_;
  if (placeholder->replaced) return;
  placeholder->arrived = true;
  ready_.push_back(placeholder);
}

void ColdReads::Replace(std::string_view key) {
  if (believe_all_) return;
  const auto found = placeholders_.find(key);
  if (found == placeholders_.end()) return;
  const PlaceholderPtr placeholder = std::move(found->second);
  placeholders_.erase(found);
  ++discarded_;
  placeholder->replaced = true;
  if (!placeholder->arrived) ready_.push_back(placeholder);
}

base::Status ColdReads::Install(Placeholder* placeholder, MemoryStore* memory) {
  if (placeholder->replaced) return base::Status::Ok();
  placeholders_.erase(placeholder->key);
  TRY(placeholder->row.status());
  const std::string_view key = placeholder->key;
  const std::optional<TableRow>& row = placeholder->row.value();
  if (row) {
    memory->InstallClean(key, HashKey(key), row->packed, row->value);
  } else {
    memory->InstallClean(key, HashKey(key), Pack(0, Kind::kTombstone), {});
  }
  return base::Status::Ok();
}

bool ColdReads::Finish(MemoryStore* memory) {
  if (ready_.empty()) return false;
  std::vector<std::shared_ptr<Asker>> answered;
  for (const PlaceholderPtr& placeholder : std::exchange(ready_, {})) {
    const base::Status status = Install(placeholder.get(), memory);
    for (std::shared_ptr<Asker>& asker :
         std::exchange(placeholder->askers, {})) {
      if (asker->error.ok()) asker->error = status;
      if (--asker->keys_left == 0) answered.push_back(std::move(asker));
    }
  }
  // Only now: whoever is answered may write, or ask again.
  for (const auto& asker : answered) asker->done(asker->error);
  return true;
}

void ColdReads::Abort() {
  std::vector<PlaceholderPtr> left = std::exchange(ready_, {});
  for (auto& [key, placeholder] : placeholders_) {
    if (!placeholder->arrived) left.push_back(placeholder);
  }
  placeholders_.clear();
  for (const PlaceholderPtr& placeholder : left) {
    for (const std::shared_ptr<Asker>& asker :
         std::exchange(placeholder->askers, {})) {
      if (--asker->keys_left == 0) asker->done(base::Status::Miss());
    }
  }
}

}  // namespace lsm
