#include "lsm/compaction/split_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "lsm/compaction/row_list.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

TableFilePtr File(uint64_t number, std::string smallest, std::string largest,
                  uint64_t bytes) {
  TableInfo info;
  info.number = number;
  info.smallest = std::move(smallest);
  info.largest = std::move(largest);
  info.bytes = bytes;
  return std::make_shared<TableFile>(info, nullptr, nullptr);
}

using Keys = std::vector<std::string>;

TEST(CutsOf, DividesTheBytesEvenly) {
  const std::vector<TableFilePtr> files = {
      File(1, "a", "c", 100), File(2, "d", "f", 100), File(3, "g", "i", 100),
      File(4, "k", "m", 100), File(5, "a", "m", 40),
  };
  EXPECT_EQ(CutsOf(files, 2, 1), Keys{"g"});
  EXPECT_EQ(CutsOf(files, 4, 1), (Keys{"d", "g", "k"}));
  EXPECT_EQ(CutsOf(files, 100, 1), (Keys{"d", "g", "k"}));
}

TEST(CutsOf, MakesNoPartTooSmall) {
  const std::vector<TableFilePtr> files = {File(1, "a", "c", 100),
                                           File(2, "d", "f", 100)};
  EXPECT_EQ(CutsOf(files, 1, 1), Keys());
  EXPECT_EQ(CutsOf(files, 8, 101), Keys());
  EXPECT_EQ(CutsOf(files, 8, 100), Keys{"d"});
  EXPECT_EQ(CutsOf({}, 8, 1), Keys());
}

TEST(CutsOf, CutsNowhereWhereAllBeginAlike) {
  const std::vector<TableFilePtr> files = {File(1, "a", "c", 100),
                                           File(2, "a", "f", 100)};
  EXPECT_EQ(CutsOf(files, 2, 1), Keys());
}

// Merges in parts, on a disk of its own.
class SplitMergeTest : public testing::Test {
 protected:
  SplitMergeTest() {
    CHECK(fs_.CreateDirectory("db").ok() && fs_.SyncDirectory("/").ok());
  }

  base::Result<MergeResult> Run(const std::vector<std::vector<Row>>& parts,
                                const Keys& cuts, bool threads) {
    return RunSplitMerge(
        [&]() -> base::Result<MergeJob> {
          MergeJob job;
          for (const auto& part : parts) {
            job.sources.push_back(std::make_unique<RowList>(part));
          }
          job.drop.nothing_below = [](std::string_view) { return true; };
          job.output.fs = &fs_;
          job.output.directory = "db";
          job.output.table_bytes = 2000;
          job.output.new_number = [this] { return ++number_; };
          job.output.options_for = [](uint8_t) {
            TableOptions options;
            options.block_bytes = 512;
            options.compression = Compression::kNone;
            return options;
          };
          return job;
        },
        cuts, threads);
  }
  std::vector<Row> Read(const std::vector<TableInfo>& tables) {
    std::vector<Row> rows;
    for (const TableInfo& info : tables) {
      const auto table =
          Table::Open(&fs_, base::JoinPath("db", TableName(info.number)),
                      info.number, Uuid(), info.bytes, nullptr)
              .value();
      const std::vector<Row> part = AllRows(*table->NewIterator({}));
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }

  CrashFileSystem fs_;
  std::atomic<uint64_t> number_ = 0;
};

TEST_F(SplitMergeTest, GivesWhatOneMergeGives) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::vector<Row> rows = RandomRows(random, 400);
    Keys cuts;
    for (int i = 0; i < 3; ++i) {
      cuts.push_back(rows[random.Below(rows.size())].key);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::erase(cuts, "");
    const MergeResult merged =
        Run(Deal(rows, 3, random), cuts, /*threads=*/random.OneIn(2)).value();
    EXPECT_EQ(Read(merged.tables), StateAt(rows, kSequenceMax));
    EXPECT_EQ(merged.rows.kept + merged.rows.hidden + merged.rows.tombstones,
              rows.size());
    for (size_t i = 1; i < merged.tables.size(); ++i) {
      EXPECT_LT(merged.tables[i - 1].largest, merged.tables[i].smallest);
    }
  }
}

TEST_F(SplitMergeTest, LeavesNothingWhereOnePartFails) {
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 400);
  const Keys cuts = {rows[rows.size() / 2].key};
  fs_.FailOnce(CrashFileSystem::Op::kSync, ".sst");
  EXPECT_FALSE(Run({rows}, cuts, /*threads=*/false).ok());
  EXPECT_TRUE(fs_.List("db").value().empty());
  EXPECT_TRUE(Run({rows}, cuts, /*threads=*/false).ok());
}

}  // namespace
}  // namespace lsm
