#include "lsm/saved_rows.h"

#include <algorithm>
#include <utility>

#include "lsm/compaction/drop_rules.h"
#include "lsm/compaction/merging_iterator.h"
#include "lsm/key_ranges.h"
#include "lsm/table/whole_rows.h"

namespace lsm {

using base::Status;

// Tables one behind the other; only one is open at a time.
class SavedRows::ChainIterator : public RowIterator {
 public:
  ChainIterator(base::FileSystem* fs, std::vector<const TableBlocks*> tables)
      : fs_(fs), tables_(std::move(tables)) {}

  bool Valid() const override { return rows_ != nullptr && rows_->Valid(); }
  void Seek(std::string_view key) override {
    SeekToFirst();
    while (Valid() && this->key() < key) Next();
  }
  void SeekToFirst() override {
    next_ = 0;
    rows_.reset();
    status_ = Status::Ok();
    Settle();
  }
  void Next() override {
    rows_->Next();
    Settle();
  }
  std::string_view key() const override { return rows_->key(); }
  uint64_t packed() const override { return rows_->packed(); }
  std::string_view value() const override { return rows_->value(); }
  Status status() const override { return status_; }

 private:
  void Settle() {
    while (!Valid()) {
      if (rows_ != nullptr) status_ = rows_->status();
      if (!status_.ok() || next_ == tables_.size()) return;
      const TableBlocks& table = *tables_[next_++];
      auto file =
          fs_->OpenReadable(table.path, base::FileSystem::ReadMode::kStable);
      if (!file.ok()) {
        rows_.reset();
        status_ = file.status();
        return;
      }
      rows_ = std::make_unique<WholeRows>(std::move(file).value(), table.seed,
                                          table.blocks);
      rows_->SeekToFirst();
    }
  }

  base::FileSystem* const fs_;
  const std::vector<const TableBlocks*> tables_;
  size_t next_ = 0;
  std::unique_ptr<WholeRows> rows_;
  Status status_;
};

class SavedRows::LogIterator : public RowIterator {
 public:
  explicit LogIterator(const SavedRows* rows) : rows_(rows->log_) {}

  bool Valid() const override { return at_ != rows_.end(); }
  void Seek(std::string_view key) override { at_ = rows_.lower_bound(key); }
  void SeekToFirst() override { at_ = rows_.begin(); }
  void Next() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  uint64_t packed() const override { return at_->second.packed; }
  std::string_view value() const override { return at_->second.value; }
  Status status() const override { return Status::Ok(); }

 private:
  const std::map<std::string, LogRow, std::less<>>& rows_;
  std::map<std::string, LogRow, std::less<>>::const_iterator at_ =
      rows_.begin();
};

void SavedRows::AddTable(const std::string& path, const TableCheck& check) {
  if (check.whole_blocks.empty()) return;
  tables_.push_back({path, check.survey->seed(), check.counted.smallest_key,
                     check.counted.largest_key, check.whole_blocks});
}

void SavedRows::AddBatch(Sequence sequence, const WriteBatch& batch) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const Operation operation = batch[i];
    switch (operation.opcode) {
      case Opcode::kBlindPut:
        owed_.emplace(operation.key);
        [[fallthrough]];
      case Opcode::kPut:
        log_[std::string(operation.key)] = {Pack(sequence, Kind::kValue),
                                            std::string(operation.value)};
        break;
      case Opcode::kDelete:
        log_[std::string(operation.key)] = {Pack(sequence, Kind::kTombstone),
                                            ""};
        break;
      case Opcode::kKillScope:
        AddKill(operation.key, sequence);
        break;
      case Opcode::kAddCount:
        counts_[operation.counter] += operation.delta;
        break;
      case Opcode::kSettle:
        owed_.erase(std::string(operation.key));
        break;
    }
  }
}

void SavedRows::AddKill(std::string_view prefix, Sequence sequence) {
  Sequence& known = kills_[std::string(prefix)];
  known = std::max(known, sequence);
}

std::vector<std::unique_ptr<RowIterator>> SavedRows::TableSources() const {
  std::vector<const TableBlocks*> sorted;
  for (const TableBlocks& table : tables_) sorted.push_back(&table);
  std::sort(sorted.begin(), sorted.end(),
            [](const TableBlocks* a, const TableBlocks* b) {
              return a->smallest < b->smallest;
            });
  // Each goes behind the chain that ends first, if that ends before it.
  std::multimap<std::string_view, std::vector<const TableBlocks*>> chains;
  for (const TableBlocks* table : sorted) {
    std::vector<const TableBlocks*> chain;
    if (!chains.empty() && chains.begin()->first < table->smallest) {
      chain = std::move(chains.begin()->second);
      chains.erase(chains.begin());
    }
    chain.push_back(table);
    chains.emplace(table->largest, std::move(chain));
  }
  std::vector<std::unique_ptr<RowIterator>> sources;
  for (auto& [largest, chain] : chains) {
    sources.push_back(std::make_unique<ChainIterator>(fs_, std::move(chain)));
  }
  return sources;
}

Status SavedRows::VisitLive(const std::vector<KeyRange>& key_ranges,
                            const Visit& visit) const {
  std::vector<std::unique_ptr<RowIterator>> sources = TableSources();
  sources.push_back(std::make_unique<LogIterator>(this));
  return VisitNewest(std::move(sources), key_ranges, visit);
}

Status SavedRows::VisitOwed(const std::vector<KeyRange>& key_ranges,
                            const Visit& visit) const {
  if (owed_.empty()) return Status::Ok();
  return VisitNewest(
      TableSources(), key_ranges,
      [&](std::string_view key, uint64_t packed, std::string_view value) {
        return owed_.contains(key) ? visit(key, packed, value) : Status::Ok();
      });
}

Status SavedRows::VisitNewest(std::vector<std::unique_ptr<RowIterator>> sources,
                              const std::vector<KeyRange>& key_ranges,
                              const Visit& visit) const {
  DropContext context;
  context.dead_scopes = std::make_shared<DeadScopes>(
      kills_, ScopeLengthsOf(key_ranges), kSequenceMax);
  context.nothing_below = [](std::string_view) { return true; };
  DropRules rules(std::move(context));
  const std::unique_ptr<RowIterator> rows =
      NewMergingIterator(std::move(sources));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (!rules.Keep(rows->key(), rows->packed())) continue;
    TRY(visit(rows->key(), rows->packed(), rows->value()));
  }
  return rows->status();
}

}  // namespace lsm
