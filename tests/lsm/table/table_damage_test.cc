// Whatever happens to the bytes of a table, an answer is right or a status
// that names the file.

#include <gtest/gtest.h>

#include "lsm/table/footer.h"
#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

std::vector<Row> SomeRows() {
  std::vector<Row> rows;
  for (int i = 100; i < 140; ++i) {
    const std::string key = "key" + std::to_string(i);
    if (i % 10 == 3) rows.push_back(Tombstone(key, 900));
    rows.push_back(Value(key, 500, std::string(20, 'v') + key));
  }
  return rows;
}

// Reads everything there is in two ways. Returns how many errors came, each
// of which must be honest.
int ReadAll(TableLab& lab, const std::vector<Row>& rows, uint64_t size) {
  int errors = 0;
  const auto expect_named = [&](const base::Status& status) {
    ++errors;
    EXPECT_EQ(status.code(), base::Code::kCorruption) << status.ToString();
    EXPECT_NE(status.message().find(lab.path()), std::string::npos)
        << status.ToString();
  };
  const auto opened =
      Table::Open(&lab.fs_, lab.path(), 7, lab.uuid_, size, nullptr);
  if (!opened.ok()) {
    expect_named(opened.status());
    return errors;
  }
  const Table& table = *opened.value();
  for (const Row& row : rows) {
    const auto got = Get(table, row.key, SequenceOf(row.packed));
    if (!got.ok()) {
      expect_named(got.status());
      continue;
    }
    EXPECT_TRUE(got.value().has_value()) << row.key;
    if (!got.value().has_value()) continue;
    EXPECT_EQ(got.value()->packed, row.packed);
    EXPECT_EQ(got.value()->value, row.value);
  }
  const auto it = table.NewIterator({});
  const std::vector<Row> seen = AllRows(*it);
  if (!it->status().ok()) expect_named(it->status());
  EXPECT_TRUE(seen.size() <= rows.size() &&
              std::equal(seen.begin(), seen.end(), rows.begin()));
  EXPECT_EQ(seen.size() == rows.size(), it->status().ok());
  return errors;
}

class TableDamage : public testing::TestWithParam<Compression> {
 protected:
  void SetUp() override {
    lab_.options_.compression = GetParam();
    lab_.options_.block_bytes = 256;
    lab_.Build(rows_);
    good_ = lab_.Bytes();
    ASSERT_EQ(ReadAll(lab_, rows_, good_.size()), 0);
  }

  const std::vector<Row> rows_ = SomeRows();
  TableLab lab_;
  std::string good_;
};

INSTANTIATE_TEST_SUITE_P(All, TableDamage,
                         testing::Values(Compression::kNone, Compression::kLz4,
                                         Compression::kZstd));

TEST_P(TableDamage, NoticesEveryFlippedByte) {
  base::Random random(1);
  for (size_t at = 0; at < good_.size(); ++at) {
    SCOPED_TRACE(at);
    lab_.fs_.FlipBit(lab_.path(), at, static_cast<int>(random.Below(8)));
    ASSERT_GT(ReadAll(lab_, rows_, good_.size()), 0);
    lab_.fs_.Overwrite(lab_.path(), at, good_.substr(at, 1));
  }
}

TEST_P(TableDamage, NoticesEveryTruncation) {
  for (size_t size = 0; size < good_.size(); ++size) {
    SCOPED_TRACE(size);
    lab_.Replace(good_.substr(0, size));
    ASSERT_GT(ReadAll(lab_, rows_, good_.size()), 0);
    // Even when the size is believed.
    ASSERT_GT(ReadAll(lab_, rows_, size), 0);
  }
}

TEST_P(TableDamage, NoticesZeroedAndAppendedBytes) {
  for (size_t at = 0; at < good_.size(); at += 64) {
    std::string bad = good_;
    for (size_t i = at; i < std::min(at + 64, bad.size()); ++i) bad[i] = '\0';
    if (bad == good_) continue;
    lab_.Replace(bad);
    ASSERT_GT(ReadAll(lab_, rows_, bad.size()), 0);
  }
  lab_.Replace(good_ + "x");
  ASSERT_GT(ReadAll(lab_, rows_, good_.size() + 1), 0);
}

TEST_P(TableDamage, NoticesBlocksOfAnotherFileAndOtherPlaces) {
  // The same rows under another number: every block has an equal twin.
  lab_.Build(rows_, 8);
  const std::string twin = lab_.Bytes(8);
  ASSERT_EQ(twin.size(), good_.size());
  lab_.Replace(twin);
  EXPECT_GT(ReadAll(lab_, rows_, good_.size()), 0);
  for (size_t at = 0; at + 256 < good_.size(); at += 256) {
    std::string mixed = good_;
    mixed.replace(at, 256, twin, at, 256);
    lab_.Replace(mixed);
    EXPECT_GT(ReadAll(lab_, rows_, good_.size()), 0);
    std::string moved = good_;
    moved.replace(at, 128, good_, at + 128, 128);
    lab_.Replace(moved);
    EXPECT_GT(ReadAll(lab_, rows_, good_.size()), 0);
  }
}

TEST(TableSwap, NoticesTwoBlocksThatChangedPlaces) {
  TableLab lab;
  lab.options_.compression = Compression::kNone;
  lab.options_.block_bytes = 256;
  // Rows of one size make blocks of one size.
  std::vector<Row> rows;
  for (int i = 100; i < 180; ++i) {
    rows.push_back(Value(std::to_string(i), 1, std::string(100, 'v')));
  }
  const auto properties = lab.Build(rows);
  std::string bytes = lab.Bytes();
  const size_t size = properties.data_bytes / properties.data_blocks;
  ASSERT_EQ(properties.data_bytes % properties.data_blocks, 0u);
  const std::string first = bytes.substr(0, size);
  bytes.replace(0, size, bytes, size, size);
  bytes.replace(size, size, first);
  lab.Replace(bytes);
  EXPECT_GT(ReadAll(lab, rows, bytes.size()), 0);
}

TEST(TableFeature, RefusesAFeatureThatItDoesNotKnow) {
  TableLab lab;
  lab.Build({Value("a", 1, "x")});
  const std::string bytes = lab.Bytes();
  Footer footer = Footer::Decode(std::string_view(bytes).substr(bytes.size() -
                                                                kFooterBytes))
                      .value();
  footer.required_features = 2;
  lab.Replace(bytes.substr(0, bytes.size() - kFooterBytes) + footer.Encode());
  const base::Status status = lab.Open().status();
  EXPECT_EQ(status.code(), base::Code::kInvalid);
  EXPECT_NE(status.message().find(lab.path()), std::string::npos);
}

}  // namespace
}  // namespace lsm
