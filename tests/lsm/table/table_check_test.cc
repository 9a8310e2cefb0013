#include "lsm/table/table_check.h"

#include <gtest/gtest.h>

#include <set>

#include "lsm/table/table_lab.h"
#include "lsm/table/whole_rows.h"

namespace lsm {
namespace {

class TableCheckTest : public testing::Test {
 protected:
  void Build(size_t rows) {
    base::Random random(rows);
    lab_.options_.block_bytes = 256;
    rows_ = RandomRows(random, rows);
    properties_ = lab_.Build(rows_);
    bytes_ = lab_.Bytes();
  }
  TableRequest Request() {
    return {&lab_.fs_,
            lab_.path(),
            TableLab::kNumber,
            lab_.uuid_,
            properties_.file_bytes,
            properties_.rows};
  }
  TableCheck Check() {
    auto check = CheckTable(Request());
    EXPECT_TRUE(check.ok()) << check.status().ToString();
    return std::move(check).value();
  }
  std::vector<Row> Whole(const TableCheck& check) {
    auto file =
        lab_.fs_.OpenReadable(lab_.path(), base::FileSystem::ReadMode::kCached);
    WholeRows rows(std::move(file).value(), check.survey->seed(),
                   check.whole_blocks);
    std::vector<Row> all = AllRows(rows);
    EXPECT_TRUE(rows.status().ok());
    return all;
  }

  TableLab lab_;
  std::vector<Row> rows_;
  TableProperties properties_;
  std::string bytes_;
};

TEST_F(TableCheckTest, FindsNothingInASoundTable) {
  Build(2000);
  const TableCheck check = Check();
  for (const auto& flaw : check.flaws) ADD_FAILURE() << flaw.ToString();
  EXPECT_TRUE(check.lost.empty());
  EXPECT_EQ(check.counted, properties_);
  EXPECT_EQ(check.whole_blocks.size(), properties_.data_blocks);
  EXPECT_EQ(Whole(check), rows_);
}

// Every byte of a small table: it is named, and what is lost is exactly what
// the damaged block held.
TEST_F(TableCheckTest, NamesEveryFlippedByteAndLosesOnlyItsBlock) {
  Build(60);
  ASSERT_GT(properties_.data_blocks, 3u);
  for (size_t i = 0; i < bytes_.size(); ++i) {
    std::string broken = bytes_;
    broken[i] = static_cast<char>(broken[i] ^ (1 << i % 8));
    lab_.Replace(broken);
    const TableCheck check = Check();
    ASSERT_FALSE(check.flaws.empty()) << "byte " << i;
    for (const base::Status& flaw : check.flaws) {
      ASSERT_NE(flaw.message().find(lab_.path()), std::string_view::npos);
    }
    const std::vector<Row> whole = Whole(check);
    if (i >= properties_.data_bytes) {
      ASSERT_EQ(whole, rows_) << "byte " << i;
      ASSERT_TRUE(check.lost.empty()) << "byte " << i;
      continue;
    }
    ASSERT_EQ(check.lost.size(), 1u) << "byte " << i;
    const LostRows& lost = check.lost[0];
    ASSERT_LE(lost.bytes.offset, i);
    ASSERT_GT(lost.bytes.offset + lost.bytes.size, i);
    ASSERT_EQ(check.whole_blocks.size(), properties_.data_blocks - 1);
    const std::set<std::pair<std::string, uint64_t>> kept = [&] {
      std::set<std::pair<std::string, uint64_t>> set;
      for (const Row& row : whole) set.insert({row.key, row.packed});
      return set;
    }();
    for (const Row& row : rows_) {
      if (kept.contains({row.key, row.packed})) continue;
      ASSERT_GE(row.key, lost.first.value());
      ASSERT_LE(row.key, lost.last.value());
    }
  }
}

TEST_F(TableCheckTest, FindsTheBlocksWithoutAnIndex) {
  Build(300);
  const size_t index = properties_.index.offset + 3;
  const size_t block = properties_.data_bytes / 2;
  bytes_[index] = static_cast<char>(bytes_[index] ^ 1);
  lab_.Replace(bytes_);
  EXPECT_EQ(Whole(Check()), rows_);
  bytes_[block] = static_cast<char>(bytes_[block] ^ 1);
  lab_.Replace(bytes_);
  const TableCheck check = Check();
  EXPECT_EQ(check.whole_blocks.size(), properties_.data_blocks - 1);
  EXPECT_EQ(check.lost.size(), 1u);
}

TEST_F(TableCheckTest, SavesWhatATruncatedTableStillHas) {
  Build(100);
  for (size_t size = 0; size < bytes_.size(); size += 7) {
    lab_.Replace(std::string_view(bytes_).substr(0, size));
    const TableCheck check = Check();
    ASSERT_FALSE(check.flaws.empty()) << size;
    const std::vector<Row> whole = Whole(check);
    ASSERT_TRUE(std::equal(whole.begin(), whole.end(), rows_.begin())) << size;
    ASSERT_EQ(check.lost.empty(), whole.size() == rows_.size()) << size;
  }
}

TEST_F(TableCheckTest, TakesNothingFromATableOfAnotherDatabase) {
  Build(50);
  lab_.uuid_.bytes[3] ^= 1;
  const TableCheck check = Check();
  EXPECT_TRUE(check.whole_blocks.empty());
  EXPECT_EQ(check.lost.size(), 1u);
  ASSERT_FALSE(check.flaws.empty());
  EXPECT_NE(check.flaws[0].message().find("another database"),
            std::string_view::npos);
}

// Damage under right checksums: what only a mistake of the writer can make.
TEST_F(TableCheckTest, ComparesRowsAndPropertiesAndFilter) {
  Build(200);
  const auto rewritten = [&](Extent part, size_t at) {
    std::string bytes = bytes_;
    const uint64_t seed = TableSeed(lab_.uuid_, TableLab::kNumber);
    Buffer raw = OpenBlock(std::string_view(bytes).substr(
                               part.offset, part.size + kBlockTrailerBytes),
                           seed, part.offset)
                     .value();
    std::string payload(raw.view());
    payload[at] = static_cast<char>(payload[at] ^ payload[at]);
    std::string stored;
    AppendBlock(payload, Compression::kNone, seed, part.offset, &stored);
    return bytes.replace(part.offset, stored.size(), stored);
  };
  // A line of the filter without some of its bits.
  std::string bytes = bytes_;
  bytes = rewritten(properties_.filter, 2);
  for (size_t at = 2; at < 66 && bytes == bytes_; ++at) {
    bytes = rewritten(properties_.filter, at);
  }
  lab_.Replace(bytes);
  const TableCheck check = Check();
  ASSERT_EQ(check.flaws.size(), 1u);
  EXPECT_NE(check.flaws[0].message().find("the filter does not know"),
            std::string_view::npos)
      << check.flaws[0].ToString();
  EXPECT_TRUE(check.lost.empty());
}

TEST_F(TableCheckTest, SaysWhenTheDiskCannotRead) {
  Build(50);
  lab_.fs_.FailReads(lab_.path(), 10, 1);
  EXPECT_EQ(CheckTable(Request()).status().code(), base::Code::kIo);
}

}  // namespace
}  // namespace lsm
