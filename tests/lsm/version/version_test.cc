#include "lsm/version/version.h"

#include <gtest/gtest.h>

#include <set>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

TableInfo Info(uint64_t number, std::string smallest, std::string largest,
               Sequence min_sequence = 0, Sequence max_sequence = 0) {
  TableInfo info;
  info.number = number;
  info.bytes = 100;
  info.smallest = std::move(smallest);
  info.largest = std::move(largest);
  info.min_sequence = min_sequence;
  info.max_sequence = max_sequence;
  return info;
}

TableFilePtr File(const TableInfo& info) {
  return std::make_shared<TableFile>(info, nullptr, nullptr);
}

std::vector<uint64_t> Numbers(const std::vector<TableFilePtr>& files) {
  std::vector<uint64_t> numbers;
  for (const TableFilePtr& file : files) numbers.push_back(file->number());
  return numbers;
}

// Level 0: runs 9 and 8; level 2: one run of two tables.
std::shared_ptr<const Version> Sample() {
  const std::vector<Version::Placed> placed = {
      {0, 8, File(Info(8, "c", "m", 50, 59))},
      {0, 9, File(Info(9, "a", "f", 60, 69))},
      {2, 0, File(Info(1, "a", "e", 1,  20))},
      {2, 0, File(Info(2, "g", "k", 1,  20))},
  };
  return Version::Build(placed).value();
}

TEST(Version, KnowsItsShape) {
  const auto version = Sample();
  EXPECT_EQ(version->LevelFiles(0), 2u);
  EXPECT_EQ(version->level(0)[0]->id(), 9u);
  EXPECT_EQ(version->level(0)[1]->id(), 8u);
  EXPECT_EQ(version->LevelBytes(2), 200u);
  EXPECT_EQ(version->DeepestLevel(), 2);
  EXPECT_EQ(version->files(), 4u);
  EXPECT_EQ(Version::Empty()->DeepestLevel(), -1);
}

TEST(Version, VisitsWhatMayHoldAKeyNewestFirst) {
  const auto version = Sample();
  std::vector<uint64_t> seen;
  const auto visit = [&seen](const TableFile& file) {
    seen.push_back(file.number());
    return false;
  };
  version->VisitCandidates("d", visit);
  EXPECT_EQ(seen, (std::vector<uint64_t>{9, 8, 1}));
  seen.clear();
  version->VisitCandidates("z", visit);
  EXPECT_TRUE(seen.empty());
  version->VisitCandidates("d", [&seen](const TableFile& file) {
    seen.push_back(file.number());
    return true;
  });
  EXPECT_EQ(seen, std::vector<uint64_t>{9});
}

TEST(Version, FindsTheTablesThatARangeTouches) {
  const auto version = Sample();
  EXPECT_EQ(Numbers(version->Overlaps(0, "a", "b")), std::vector<uint64_t>{9});
  EXPECT_EQ(Numbers(version->Overlaps(0, "e", "z")),
            (std::vector<uint64_t>{9, 8}));
  EXPECT_EQ(Numbers(version->Overlaps(2, "e", "g")),
            (std::vector<uint64_t>{1, 2}));
  EXPECT_TRUE(version->Overlaps(1, "a", "z").empty());
}

TEST(Version, NothingIsBelowWhenNoOlderRunHasTheKey) {
  const auto version = Sample();
  EXPECT_FALSE(version->NothingBelow(0, 9, "l")) << "run 8 is older";
  EXPECT_TRUE(version->NothingBelow(0, 8, "l"));
  EXPECT_FALSE(version->NothingBelow(1, 0, "d")) << "level 2 is deeper";
  EXPECT_TRUE(version->NothingBelow(1, 0, "f")) << "between two tables";
  EXPECT_TRUE(version->NothingBelow(2, 0, "d"));
}

TEST(Version, AppliesAnEditAndSharesWhatItLeaves) {
  const auto before = Sample();
  VersionEdit edit;
  edit.removed_tables = {8, 1};
  edit.added_tables = {
      {2, 0,  Info(10, "a", "f", 1,  59)},
      {0, 11, Info(11, "b", "c", 70, 79)}
  };
  const std::vector<TableFilePtr> opened = {File(edit.added_tables[1].info),
                                            File(edit.added_tables[0].info)};
  const auto after = before->Apply(edit, opened);
  ASSERT_TRUE(after.ok()) << after.status().ToString();
  const Version& version = *after.value();
  ASSERT_EQ(version.level(0).size(), 2u);
  EXPECT_EQ(version.level(0)[0]->id(), 11u);
  EXPECT_EQ(version.level(0)[1], before->level(0)[0]) << "run 9 is shared";
  EXPECT_EQ(Numbers(version.level(2)[0]->files()),
            (std::vector<uint64_t>{10, 2}));
  EXPECT_EQ(before->files(), 4u) << "the old version stays as it was";
}

TEST(Version, MovesATableWithoutOpeningItAgain) {
  const auto before = Sample();
  VersionEdit edit;
  edit.removed_tables = {2};
  edit.added_tables = {
      {3, 0, Info(2, "g", "k", 1, 20)}
  };
  const auto after = before->Apply(edit, {});
  ASSERT_TRUE(after.ok()) << after.status().ToString();
  EXPECT_EQ(after.value()->level(3)[0]->files()[0],
            before->level(2)[0]->files()[1]);
}

TEST(Version, RefusesAnEditThatDoesNotFit) {
  const auto version = Sample();
  const auto refused = [&version](const VersionEdit& edit) {
    std::vector<TableFilePtr> opened;
    for (const AddedTable& added : edit.added_tables) {
      opened.push_back(File(added.info));
    }
    const auto after = version->Apply(edit, opened);
    return !after.ok() && after.status().code() == base::Code::kCorruption;
  };
  EXPECT_TRUE(refused({.removed_tables = {77}}));
  EXPECT_TRUE(refused({.added_tables = {{3, 0, Info(9, "a", "b")}}}))
      << "a number occurs twice";
  EXPECT_TRUE(refused({.added_tables = {{2, 0, Info(20, "e", "f")}}}))
      << "tables of a run overlap";
  EXPECT_TRUE(refused({.added_tables = {{0, 7, Info(20, "x", "y", 55, 56)}}}))
      << "an older run of level 0 has younger rows";
  EXPECT_FALSE(
      version->Apply({.added_tables = {{3, 0, Info(20, "a", "b")}}}, {}).ok())
      << "the table was not opened";
}

TEST(Version, ShowsNoMergeThatSkippedARunInTheMiddle) {
  const std::vector<Version::Placed> placed = {
      {0, 1, File(Info(1, "a", "b", 10, 19))},
      {0, 2, File(Info(2, "a", "b", 20, 29))},
      {0, 3, File(Info(3, "a", "b", 30, 39))},
  };
  const auto version = Version::Build(placed).value();
  VersionEdit edit;
  edit.removed_tables = {1, 3};
  edit.added_tables = {
      {0, 3, Info(4, "a", "b", 10, 39)}
  };
  const std::vector<TableFilePtr> opened = {File(edit.added_tables[0].info)};
  EXPECT_FALSE(version->Apply(edit, opened).ok());
}

TEST(Version, TakesOverAChangeThatWasPreparedBeforeAnother) {
  const auto base = Sample();
  TableInfo merged = Info(10, "a", "k", 1, 20);
  merged.blobs = {
      {90, 5, 50},
      {91, 7, 70}
  };
  VersionEdit merge;
  merge.removed_tables = {1, 2};
  merge.added_tables = {
      {2, 0, merged}
  };
  TableInfo flushed = Info(11, "b", "c", 70, 79);
  flushed.blobs = {
      {91, 3, 70}
  };
  VersionEdit flush;
  flush.added_tables = {
      {0, 11, flushed}
  };
  const std::vector<TableFilePtr> opened = {File(merged), File(flushed)};
  const auto change = base->Prepare(merge, opened);
  ASSERT_TRUE(change.ok()) << change.status().ToString();
  const auto meanwhile = base->Apply(flush, opened).value();
  const auto after = meanwhile->With(change.value());
  ASSERT_TRUE(after.ok()) << after.status().ToString();
  const auto one_by_one = meanwhile->Apply(merge, opened).value();
  for (int level = 0; level < kLevelsMax; ++level) {
    ASSERT_EQ(after.value()->level(level).size(),
              one_by_one->level(level).size());
    for (size_t i = 0; i < one_by_one->level(level).size(); ++i) {
      EXPECT_EQ(Numbers(after.value()->level(level)[i]->files()),
                Numbers(one_by_one->level(level)[i]->files()));
    }
  }
  EXPECT_EQ(after.value()->blobs(), (std::vector<BlobUse>{
                                        {90, 5,  50},
                                        {91, 10, 70}
  }));
  EXPECT_FALSE(after.value()->With(change.value()).ok())
      << "the run is not the one that was to change";
}

TEST(Version, ForgetsABlobFileThatNoTableRefersTo) {
  TableInfo info = Info(1, "a", "b");
  info.blobs = {
      {90, 5, 50},
      {91, 7, 70}
  };
  const std::vector<Version::Placed> placed = {
      {3, 0, File(info)},
  };
  const auto version = Version::Build(placed).value();
  EXPECT_EQ(version->blobs(), info.blobs);
  EXPECT_TRUE(
      version->Apply({.removed_tables = {1}}, {}).value()->blobs().empty());
}

// Real tables: levels of rows, older ones deeper, against a plain list.
class VersionModelTest : public testing::Test {
 protected:
  // A run of rows with sequences in [first, first + 100), cut into tables.
  void AddRun(int level, uint64_t run, Sequence first) {
    std::vector<Row> rows;
    for (const Row& row : RandomRows(random_, 120)) {
      const Sequence sequence = first + SequenceOf(row.packed) % 100;
      rows.push_back({row.key, Pack(sequence, KindOf(row.packed)), row.value});
    }
    std::sort(rows.begin(), rows.end(), ComesBefore);
    const auto same = [](const Row& a, const Row& b) {
      return a.key == b.key && SequenceOf(a.packed) == SequenceOf(b.packed);
    };
    rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
    model_.insert(model_.end(), rows.begin(), rows.end());

    size_t begin = 0;
    for (size_t end = 1; end <= rows.size(); ++end) {
      if (end < rows.size() &&
          (rows[end].key == rows[end - 1].key || !random_.OneIn(30))) {
        continue;
      }
      const std::vector<Row> part(rows.begin() + begin, rows.begin() + end);
      const TableInfo info =
          Info(++tables_, part.front().key, part.back().key, first, first + 99);
      placed_.push_back({level, run,
                         std::make_shared<TableFile>(
                             info, lab_.Make(part, tables_).value(), nullptr)});
      begin = end;
    }
  }

  std::optional<Row> Newest(std::string_view key, Sequence upto) const {
    std::optional<Row> newest;
    for (const Row& row : model_) {
      if (row.key != key || SequenceOf(row.packed) > upto) continue;
      if (!newest || row.packed > newest->packed) newest = row;
    }
    return newest;
  }

  TableLab lab_;
  base::Random random_{20};
  std::vector<Row> model_;
  std::vector<Version::Placed> placed_;
  uint64_t tables_ = 0;
};

TEST_F(VersionModelTest, GetFindsTheNewestVersionWhereverItLies) {
  AddRun(0, 9, 400);
  AddRun(0, 8, 300);
  AddRun(1, 0, 200);
  AddRun(4, 1, 100);
  AddRun(4, 0, 0);
  const auto version = Version::Build(placed_).value();
  std::set<std::string> keys;
  for (const Row& row : model_) keys.insert(row.key);
  for (std::string key : keys) {
    for (const bool absent : {false, true}) {
      if (absent) key += "not there";
      const uint64_t hash = HashKey(key);
      for (const Sequence upto : {Sequence{500}, random_.Below(500)}) {
        const auto got = version->Get(key, hash, upto);
        ASSERT_TRUE(got.ok()) << got.status().ToString();
        const std::optional<Row> expected = Newest(key, upto);
        ASSERT_EQ(got.value().has_value(), expected.has_value());
        if (!expected) continue;
        EXPECT_EQ(got.value()->packed, expected->packed);
        EXPECT_EQ(got.value()->value, expected->value);
        EXPECT_TRUE(version->MayContain(key, hash));
      }
    }
  }
}

TEST_F(VersionModelTest, IteratorsCoverExactlyTheRunsOfARange) {
  AddRun(0, 9, 200);
  AddRun(2, 0, 100);
  const auto version = Version::Build(placed_).value();
  std::vector<std::unique_ptr<RowIterator>> iterators;
  version->AppendIterators("", "", {}, &iterators);
  ASSERT_EQ(iterators.size(), 2u);
  std::vector<Row> rows = AllRows(*iterators[0]);
  const std::vector<Row> deeper = AllRows(*iterators[1]);
  rows.insert(rows.end(), deeper.begin(), deeper.end());
  EXPECT_EQ(rows, model_);

  iterators.clear();
  version->AppendIterators("\xff\xff\xff\xff\xff\xff\xff\xff\xff", "", {},
                           &iterators);
  EXPECT_TRUE(iterators.empty()) << "beyond every key";
}

TEST_F(VersionModelTest, GetReportsADamagedTable) {
  AddRun(1, 0, 100);
  const auto version = Version::Build(placed_).value();
  for (uint64_t number = 1; number <= tables_; ++number) {
    lab_.fs_.FlipBit(lab_.path(number), 3, 2);
  }
  const Row& row = model_.front();
  const auto got = version->Get(row.key, HashKey(row.key), kSequenceMax);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.status().code(), base::Code::kCorruption);
}

}  // namespace
}  // namespace lsm
