#include "lsm/range_walks.h"

#include <utility>

namespace lsm {
namespace {

// What is read before others have their turn: a few milliseconds.
constexpr size_t kPageRows = 8192;
constexpr size_t kPageBytes = 1 << 20;

}  // namespace

void RangeWalks::Start(RangePin pin, std::string begin, std::string end,
                       size_t value_bytes, Visit visit, Done done) {
  auto walk = std::make_shared<Walk>();
  walk->reader = std::make_unique<SnapshotReader>(std::move(pin));
  walk->next = std::move(begin);
  walk->end = std::move(end);
  walk->value_bytes = value_bytes;
  walk->visit = std::move(visit);
  walk->done = std::move(done);
  walks_.push_back(walk);
  Step(walk);
}

void RangeWalks::Step(const WalkPtr& walk) {
  std::vector<ReaderPool::Job> jobs;
  jobs.push_back([this, walk] {
    ReadPage(walk.get());
    mailbox_->Post([this, walk] { Arrive(walk); });
  });
  pool_->Start(std::move(jobs));
}

void RangeWalks::ReadPage(Walk* walk) {
  RowPage page;
  SnapshotReader::Request request;
  request.begin = walk->next;
  request.end = walk->end;
  request.rows_max = kPageRows;
  request.bytes_max = kPageBytes;
  request.value_bytes = walk->value_bytes;
  request.passing = true;
  const base::Result<bool> more = walk->reader->Read(request, &page);
  walk->status = more.status();
  const bool last = more.ok() && !more.value();
  if (more.ok()) {
    if (!last) walk->next = std::string(page.key(page.size() - 1)) + '\0';
    walk->status = walk->visit(page, last);
  }
  walk->is_over = last || !walk->status.ok();
  // Here, because the last one to let go of a version takes it apart.
  if (walk->is_over) walk->reader.reset();
}

void RangeWalks::Arrive(const WalkPtr& walk) {
  if (!walk->is_over) return Step(walk);
  std::erase(walks_, walk);
  over_.push_back(walk);
}

bool RangeWalks::Finish() {
  if (over_.empty()) return false;
  // Whoever is told may start another one.
  for (const WalkPtr& walk : std::exchange(over_, {})) {
    walk->done(walk->status);
  }
  return true;
}

void RangeWalks::Abandon() {
  for (const WalkPtr& walk : walks_) walk->reader.reset();
}

void RangeWalks::Abort() {
  Abandon();
  std::vector<WalkPtr> left = std::exchange(over_, {});
  left.insert(left.end(), walks_.begin(), walks_.end());
  walks_.clear();
  for (const WalkPtr& walk : left) walk->done(base::Status::Miss());
}

}  // namespace lsm
