// What the model's readers see while it goes on: snapshots, read in pages both
// ways, and checkpoints. Each is of one moment and must stay so.

#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/strings.h"
#include "lsm/checkpoint.h"
#include "lsm/engine_model.h"
#include "lsm/snapshot_reader.h"

namespace lsm {
namespace {

constexpr size_t kSnapshotsMax = 4;

}  // namespace

base::Status EngineModel::ReadBeside() {
  switch (random_.Below(8)) {
    case 0:
      if (snapshots_.size() == kSnapshotsMax) snapshots_.pop_front();
      snapshots_.push_back({engine_->TakeSnapshot(), states_.back()});
      return base::Status::Ok();
    case 1:
      if (!snapshots_.empty()) snapshots_.pop_back();
      return base::Status::Ok();
    case 2:
      return TakeCheckpoint();
    case 3:
      CheckRange();
      return base::Status::Ok();
    default:
      if (!snapshots_.empty()) {
        CheckSnapshot(snapshots_[random_.Below(snapshots_.size())]);
      }
      return base::Status::Ok();
  }
}

// A few of the rows are still active and are copied, not sealed.
void EngineModel::CheckRange() {
  const State& now = states_.back();
  CheckPages(
      engine_->TakeRange(ScopePrefix(now.scope), ScopePrefix(now.scope + 1)),
      now);
}

void EngineModel::CheckSnapshot(const HeldSnapshot& held) {
  CheckPages({held.snapshot, nullptr}, held.state);
  const std::string name = base::StrCat("name", random_.Below(options_.names));
  const std::string key = RowKey(held.state.scope, name);
  const auto row = held.snapshot->Get(key, HashKey(key));
  if (!row.ok()) return CheckReadError(row.status());
  const auto it = held.state.rows.find(name);
  const bool same = it == held.state.rows.end()
                        ? !row.value()
                        : row.value() && IdOf(row.value()->value) == it->second;
  if (!same) Violate("a snapshot shows another value of " + name);
}

void EngineModel::CheckPages(const RangePin& pin, const State& expected) {
  const std::string prefix = ScopePrefix(expected.scope);
  std::string begin = prefix;
  std::string end = ScopePrefix(expected.scope + 1);
  const bool backward = random_.OneIn(2);
  std::map<std::string, ValueId> rows;
  SnapshotReader reader(pin);
  for (bool more = true; more;) {
    RowPage page;
    const auto read = reader.Read({.begin = begin,
                                   .end = end,
                                   .backward = backward,
                                   .rows_max = 1 + random_.Below(40),
                                   .bytes_max = 1 + random_.Below(200'000)},
                                  &page);
    if (!read.ok()) return CheckReadError(read.status());
    more = read.value();
    for (size_t i = 0; i < page.size(); ++i) {
      const std::string name(page.key(i).substr(prefix.size()));
      if (!rows.emplace(name, IdOf(page.value(i))).second) {
        Violate("a range shows " + name + " twice");
      }
    }
    if (!more) break;
    const std::string last(page.key(page.size() - 1));
    (backward ? end : begin) = backward ? last : last + '\0';
  }
  if (rows != expected.rows) {
    Violate(base::StrCat("a snapshot shows other rows: ", rows.size(),
                         " instead of ", expected.rows.size()));
  }
}

// --- Checkpoints. What is written between the call and its answer may be in
// it or not, so all states from then on are kept.

base::Status EngineModel::TakeCheckpoint() {
  if (!checkpoint_states_.empty()) return base::Status::Ok();
  checkpoint_states_.push_back(states_.back());
  engine_->PrepareCheckpoint([this](base::Result<CheckpointSource> source) {
    const std::vector<State> states = std::exchange(checkpoint_states_, {});
    if (!source.ok()) return;
    const State* expected = nullptr;
    for (const State& state : states) {
      if (state.sequence <= source.value().flushed) expected = &state;
    }
    if (expected == nullptr) return Violate("a checkpoint of an earlier time");
    const std::string to = base::StrCat("/copy", ++checkpoints_);
    const base::Status status =
        WriteCheckpoint(disk_.get(), source.value(), "/data", to);
    if (status.ok()) CheckCopy(to, *expected);
  });
  return base::Status::Ok();
}

// On another disk, so that whatever befalls this one does not befall it.
void EngineModel::CheckCopy(const std::string& directory,
                            const State& expected) {
  const auto disk = disk_->Kill();
  disk->SetFreeBytes(uint64_t{1} << 40);
  Options options = EngineOptions();
  options.fs = disk.get();
  options.directory = directory;
  options.background_threads = false;
  options.on_progress = nullptr;
  options.faults = {};
  const auto copy = Engine::Open(std::move(options));
  if (!copy.ok()) {
    return Violate("a checkpoint does not open: " + copy.status().ToString());
  }
  Engine& engine = *copy.value();
  const std::string prefix = ScopePrefix(expected.scope);
  std::map<std::string, ValueId> rows;
  auto range = engine.NewRange(prefix, ScopePrefix(expected.scope + 1));
  for (; range->Valid(); range->Next()) {
    rows.emplace(range->key().substr(prefix.size()), IdOf(range->value()));
  }
  if (rows != expected.rows) Violate("a checkpoint holds other rows");
  if (engine.unsettled() > 0 ||
      engine.counter(CounterOf(expected.scope)) != expected.counter) {
    Violate("a checkpoint counts wrong");
  }
}

}  // namespace lsm
