#include "lsm/cold_ranges.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "lsm/snapshot_reader.h"

namespace lsm {
namespace {

// What is read before others have their turn: about a millisecond.
constexpr size_t kPageRows = 4096;
constexpr size_t kPageBytes = 512 << 10;

}  // namespace

void ColdRanges::Fetch(std::shared_ptr<const Version> version,
                       std::shared_ptr<RangePages> pages, size_t bytes_max,
                       Done done) {
  auto read = std::make_shared<Read>();
  read->want = pages->want();
  pages->ForgetMiss();
  read->rows_left = std::max<size_t>(read->want.need.rows, 1);
  if (read->want.chain != RangePages::Want::kNewChain) {
    const RangePages::Chain& chain = pages->chain(read->want.chain);
    read->want.from = *chain.upto;
    read->want.need.value_bytes = chain.value_bytes;
    read->rows_left = std::max(read->rows_left, chain.rows);
  }
  read->version = std::move(version);
  read->done = std::move(done);
  read->bytes_max = bytes_max;
  bool is_known = false;
  std::erase_if(askers_, [&](const auto& asker) {
    const auto known = asker.lock();
    is_known = is_known || known == pages;
    return known == nullptr;
  });
  if (!is_known) askers_.push_back(pages);
  read->pages = std::move(pages);
  reads_.push_back(read);
  Start(read);
}

void ColdRanges::Start(const ReadPtr& read) {
  read->page = std::make_unique<RowPage>();
  std::vector<ReaderPool::Job> jobs;
  jobs.push_back([this, read] {
    ReadPage(read.get());
    // Here, because the last one to let go of a version takes it apart.
    if (read->at_end || read->rows_left == 0) read->version.reset();
    mailbox_->Post([this, read] { Arrive(read); });
  });
  pool_->Start(std::move(jobs));
}

// The version alone is a snapshot of all that was ever flushed into it.
void ColdRanges::ReadPage(Read* read) {
  const RangePages::Want& want = read->want;
  RangePin pin;
  pin.snapshot = std::make_shared<PinnedSnapshot>(
      kSequenceMax, PinnedSnapshot::View{{}, read->version});
  SnapshotReader::Request request;
  request.begin = want.from;
  request.end = want.end;
  request.rows_max = std::min(read->rows_left, kPageRows);
  request.bytes_max = kPageBytes;
  request.value_bytes = want.need.value_bytes;
  request.passing = want.need.passing || read->rows_left > kPageRows;
  const base::Result<bool> more =
      SnapshotReader(std::move(pin)).Read(request, read->page.get());
  const size_t rows = read->page->size();
  read->status = more.status();
  read->rows_left -= std::min(read->rows_left, rows);
  read->upto.reset();
  if (more.ok() && more.value()) {
    read->upto = std::string(read->page->key(rows - 1)) + '\0';
  } else if (!want.end.empty()) {
    read->upto = want.end;
  }
  read->at_end = !more.ok() || !more.value();
}

void ColdRanges::Arrive(const ReadPtr& read) {
  ++pages_read_;
  if (read->status.ok()) {
    read->want.chain =
        read->pages->Add(read->want, std::move(read->page), read->upto);
  }
  if (!IsOver(*read)) {
    read->want.from = *read->upto;
    return Start(read);
  }
  std::erase(reads_, read);
  ready_.push_back(read);
}

bool ColdRanges::IsOver(const Read& read) const {
  if (read.at_end || read.version == nullptr) return true;
  // Its asker has gone.
  if (read.pages.use_count() == 1) return true;
  return read.pages->bytes() >= read.bytes_max;
}

void ColdRanges::NoteFlushed(
    const std::shared_ptr<const Generation>& generation) {
  if (forget_flushed_) return;
  for (const auto& asker : askers_) {
    if (const auto pages = asker.lock()) pages->Keep(generation);
  }
}

bool ColdRanges::Finish() {
  if (ready_.empty()) return false;
  // Whoever is answered may ask again.
  for (const ReadPtr& read : std::exchange(ready_, {})) {
    read->done(read->status);
  }
  return true;
}

void ColdRanges::Abandon() {
  for (const auto& asker : std::exchange(askers_, {})) {
    if (const auto pages = asker.lock()) pages->Clear();
  }
}

void ColdRanges::Abort() {
  Abandon();
  std::vector<ReadPtr> left = std::exchange(ready_, {});
  left.insert(left.end(), reads_.begin(), reads_.end());
  reads_.clear();
  for (const ReadPtr& read : left) read->done(base::Status::Miss());
}

}  // namespace lsm
