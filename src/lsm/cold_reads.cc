#include "lsm/cold_reads.h"

#include <utility>

namespace lsm {
namespace {

// Reads that one Finish is done with: some 100 us.
constexpr size_t kFinishedMax = 128;

}  // namespace

size_t ColdReads::Fetch(const std::shared_ptr<const Version>& version,
                        std::span<const std::string> keys, Done done) {
  const auto asker = std::make_shared<Asker>();
  asker->keys_left = keys.size();
  asker->done = std::move(done);
  std::vector<ReaderPool::Job> jobs;
  for (const std::string& key : keys) {
    const auto found = reads_.find(key);
    if (found != reads_.end()) {
      ++coalesced_;
      found->second->askers.push_back(asker);
      continue;
    }
    auto read = std::make_shared<Read>();
    read->key = key;
    read->version = version;
    read->askers.push_back(asker);
    jobs.push_back(NewJob(read));
    ++in_flight_;
    const std::string_view own_key = read->key;
    reads_.emplace(own_key, std::move(read));
  }
  const size_t begun = jobs.size();
  pool_->Start(std::move(jobs));
  return begun;
}

ReaderPool::Job ColdReads::NewJob(const ReadPtr& read) {
  return [this, read] {
    read->row = read->version->Get(read->key, HashKey(read->key), kSequenceMax);
    // Here, because the last one to let go of a version takes it apart.
    read->version.reset();
    mailbox_->Post([this, read] { Arrive(read); });
  };
}

void ColdReads::Arrive(const ReadPtr& read) {
  --in_flight_;
  if (read->replaced) return;
  read->arrived = true;
  ready_.push_back(read);
}

void ColdReads::Replace(std::string_view key) {
  if (believe_all_) return;
  const auto found = reads_.find(key);
  if (found == reads_.end()) return;
  const ReadPtr read = std::move(found->second);
  reads_.erase(found);
  ++discarded_;
  read->replaced = true;
  if (!read->arrived) ready_.push_back(read);
}

base::Status ColdReads::Install(Read* read, MemoryStore* memory) {
  if (read->replaced) return base::Status::Ok();
  reads_.erase(read->key);
  TRY(read->row.status());
  const std::string_view key = read->key;
  const std::optional<TableRow>& row = read->row.value();
  if (row) {
    memory->InstallClean(key, HashKey(key), row->packed, row->value);
  } else {
    memory->InstallClean(key, HashKey(key), Pack(0, Kind::kTombstone), {});
  }
  return base::Status::Ok();
}

bool ColdReads::Finish(MemoryStore* memory) {
  if (ready_.empty()) return false;
  std::vector<ReadPtr> now = std::exchange(ready_, {});
  if (now.size() > kFinishedMax) {
    ready_.assign(now.begin() + kFinishedMax, now.end());
    now.resize(kFinishedMax);
  }
  std::vector<std::shared_ptr<Asker>> answered;
  for (const ReadPtr& read : now) {
    const base::Status status = Install(read.get(), memory);
    for (std::shared_ptr<Asker>& asker : std::exchange(read->askers, {})) {
      if (asker->error.ok()) asker->error = status;
      if (--asker->keys_left == 0) answered.push_back(std::move(asker));
    }
  }
  // Only now: whoever is answered may write, or ask again.
  for (const auto& asker : answered) asker->done(asker->error);
  return true;
}

void ColdReads::Abort() {
  std::vector<ReadPtr> left = std::exchange(ready_, {});
  for (auto& [key, read] : reads_) {
    if (!read->arrived) left.push_back(read);
  }
  reads_.clear();
  for (const ReadPtr& read : left) {
    for (const std::shared_ptr<Asker>& asker :
         std::exchange(read->askers, {})) {
      if (--asker->keys_left == 0) asker->done(base::Status::Miss());
    }
  }
}

}  // namespace lsm
