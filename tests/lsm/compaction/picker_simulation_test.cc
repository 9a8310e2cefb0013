// The picker in a store of numbers: flushes come, choices are carried out on
// arrays, no disk, no bytes. Shows what the rules cost over time.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "lsm/compaction/picker.h"

namespace lsm {
namespace {

std::string KeyOf(uint32_t n) {
  std::string key(4, '\0');
  for (int i = 0; i < 4; ++i) key[i] = static_cast<char>(n >> (24 - 8 * i));
  return key;
}

// One byte a row; a table is the sorted list of its keys.
class Simulation {
 public:
  static constexpr uint32_t kGenerationRows = 1000;
  static constexpr size_t kTableRows = 500;

  void Flush(const std::set<uint32_t>& keys) {
    ++flushes_;
    VersionEdit edit;
    Write(0, flushes_, {keys.begin(), keys.end()}, &edit);
    flushed_rows_ += keys.size();
    Apply(edit);
    Settle();
  }

  // Carries choices out until there is none.
  void Settle() {
    for (int i = 0;; ++i) {
      const Choice choice = Pick(*version_, options_, nullptr);
      if (choice.kind == Choice::Kind::kNothing) return;
      ASSERT_LT(i, 10'000) << "never settles";
      ASSERT_NE(choice.kind, Choice::Kind::kDrop);
      CarryOut(choice);
    }
  }

  uint64_t rows() const {
    uint64_t rows = 0;
    for (int level = 0; level < kLevelsMax; ++level) {
      rows += version_->LevelBytes(level);
    }
    return rows;
  }
  // Rows written for each row flushed.
  double WriteAmplification() const {
    return static_cast<double>(written_rows_) /
           static_cast<double>(flushed_rows_);
  }
  void ResetCounts() { written_rows_ = flushed_rows_ = 0; }
  size_t distinct_rows() const {
    std::set<uint32_t> all;
    for (const auto& [number, keys] : tables_) {
      all.insert(keys.begin(), keys.end());
    }
    return all.size();
  }

 private:
  void CarryOut(const Choice& choice) {
    VersionEdit edit;
    std::set<uint32_t> merged;
    for (const TableFilePtr& file : choice.inputs) {
      edit.removed_tables.push_back(file->number());
      if (choice.kind == Choice::Kind::kMove) {
        edit.added_tables.push_back(
            {static_cast<uint8_t>(choice.output_level), 0, file->info()});
        continue;
      }
      const std::vector<uint32_t>& keys = tables_.at(file->number());
      merged.insert(keys.begin(), keys.end());
      tables_.erase(file->number());
    }
    if (choice.kind == Choice::Kind::kMerge) {
      Write(choice.output_level, 0, {merged.begin(), merged.end()}, &edit);
    }
    Apply(edit);
  }

  void Write(int level, uint64_t run, const std::vector<uint32_t>& keys,
             VersionEdit* edit) {
    written_rows_ += keys.size();
    for (size_t from = 0; from < keys.size(); from += kTableRows) {
      const size_t to = std::min(from + kTableRows, keys.size());
      TableInfo info;
      info.number = ++number_;
      info.bytes = info.rows = to - from;
      info.smallest = KeyOf(keys[from]);
      info.largest = KeyOf(keys[to - 1]);
      info.min_sequence = info.max_sequence = flushes_;
      edit->added_tables.push_back({static_cast<uint8_t>(level), run, info});
      opened_.push_back(std::make_shared<TableFile>(info, nullptr, nullptr));
      tables_[info.number] = {keys.begin() + static_cast<long>(from),
                              keys.begin() + static_cast<long>(to)};
    }
  }

  void Apply(const VersionEdit& edit) {
    version_ = version_->Apply(edit, opened_).value();
    opened_.clear();
  }

  // As the engine has them: the base is four generations large.
  const PickerOptions options_ = {.base_bytes = 4 * kGenerationRows};
  std::shared_ptr<const Version> version_ = Version::Empty();
  std::map<uint64_t, std::vector<uint32_t>> tables_;
  std::vector<TableFilePtr> opened_;
  uint64_t number_ = 0;
  uint64_t flushes_ = 0;
  uint64_t written_rows_ = 0;
  uint64_t flushed_rows_ = 0;
};

struct Outcome {
  double write_amplification = 0;
  double space_amplification = 0;  // on average of the run
};

// Overwrites `keys` keys uniformly, several times over.
Outcome Overwrite(uint32_t keys, double times) {
  base::Random random(keys);
  Simulation store;
  double rows = 0;
  const auto flush_some = [&](double rounds) {
    const auto flushes =
        static_cast<int>(rounds * keys / Simulation::kGenerationRows);
    for (int i = 0; i < flushes; ++i) {
      std::set<uint32_t> batch;
      while (batch.size() < Simulation::kGenerationRows) {
        batch.insert(static_cast<uint32_t>(random.Below(keys)));
      }
      store.Flush(batch);
      rows += static_cast<double>(store.rows()) / flushes;
    }
  };
  flush_some(3);
  store.ResetCounts();
  rows = 0;
  flush_some(times);
  return {store.WriteAmplification(),
          rows / static_cast<double>(store.distinct_rows())};
}

TEST(PickerSimulation, KeepsUniformOverwritesWithinItsBounds) {
  for (const uint32_t generations : {10, 40, 100}) {
    SCOPED_TRACE(generations);
    const Outcome outcome =
        Overwrite(generations * Simulation::kGenerationRows, 1.5);
    EXPECT_LT(outcome.write_amplification, 10);
    EXPECT_LT(outcome.space_amplification, generations >= 40 ? 1.15 : 1.3);
  }
}

TEST(PickerSimulation, MovesARisingSequenceOfKeysWithoutRewritingIt) {
  Simulation store;
  uint32_t next = 0;
  for (int i = 0; i < 100; ++i) {
    std::set<uint32_t> batch;
    while (batch.size() < Simulation::kGenerationRows) batch.insert(++next);
    store.Flush(batch);
  }
  EXPECT_LT(store.WriteAmplification(), 2.5);
  EXPECT_EQ(store.rows(), store.distinct_rows());
}

}  // namespace
}  // namespace lsm
