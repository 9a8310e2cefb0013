#include "lsm/table/table.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

// What the newest version of `key` up to `upto` is, by looking at all rows.
const Row* Lookup(const std::vector<Row>& rows, std::string_view key,
                  Sequence upto) {
  for (const Row& row : rows) {
    if (row.key == key && SequenceOf(row.packed) <= upto) return &row;
  }
  return nullptr;
}

void ExpectGet(const Table& table, std::string_view key, Sequence upto,
               const Row* expected) {
  const auto got = Get(table, key, upto);
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  ASSERT_EQ(got.value().has_value(), expected != nullptr);
  if (expected == nullptr) return;
  EXPECT_EQ(got.value()->packed, expected->packed);
  EXPECT_EQ(got.value()->value, expected->value);
}

TEST(Table, AnswersAsAListOfItsRowsWould) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    TableLab lab;
    BlockCache cache(random.Below(100'000));
    if (random.OneIn(2)) lab.cache_ = &cache;
    lab.options_.block_bytes = size_t{1} << random.Below(14);
    lab.options_.compression = static_cast<Compression>(random.Below(3));
    lab.options_.filter_bits_per_key = random.OneIn(3) ? 0 : 10;
    lab.options_.restart_interval = 1 + random.Below(20);
    const std::vector<Row> rows = RandomRows(random, 1 + random.Below(600));
    const auto table = lab.Make(rows).value();
    EXPECT_EQ(AllRows(*table->NewIterator({})), rows);
    for (const Row& row : rows) {
      EXPECT_TRUE(table->MayContain(HashKey(row.key)));
      ExpectGet(*table, row.key, SequenceOf(row.packed), &row);
    }
    for (const Row& row : RandomRows(random, 200)) {
      const Sequence upto = random.Below(1100);
      ExpectGet(*table, row.key, upto, Lookup(rows, row.key, upto));
    }
  }
}

TEST(Table, KnowsWhatIsInIt) {
  TableLab lab;
  lab.options_.level = 3;
  lab.options_.expiry_of = [](std::string_view, std::string_view value) {
    return value == "mortal" ? int64_t{5000} : int64_t{0};
  };
  const TableProperties built =
      lab.Build({Value("a", 5, "x"), Value("b", 9, "mortal"), Tombstone("b", 2),
                 Tombstone("c", 7)});
  EXPECT_EQ(built.smallest_key, "a");
  EXPECT_EQ(built.largest_key, "c");
  EXPECT_EQ(built.smallest_sequence, 2u);
  EXPECT_EQ(built.largest_sequence, 9u);
  EXPECT_EQ(built.rows, 4u);
  EXPECT_EQ(built.keys, 3u);
  EXPECT_EQ(built.tombstones, 2u);
  EXPECT_EQ(built.dense_blocks, 1u);
  EXPECT_EQ(built.raw_bytes, 4u + 4 * 8 + 7);
  EXPECT_EQ(built.level, 3u);
  EXPECT_EQ(built.earliest_expiry_ms, 5000);
  EXPECT_EQ(built.latest_expiry_ms, 5000);
  EXPECT_EQ(built.file_bytes, lab.Bytes().size());
  EXPECT_EQ(lab.Open().value()->properties(), built);
}

TEST(Table, KeepsOneKeysVersionsFindableOverManyBlocks) {
  TableLab lab;
  lab.options_.block_bytes = 200;
  std::vector<Row> rows = {Value("a", 1, "before")};
  for (Sequence sequence = 1000; sequence > 0; --sequence) {
    rows.push_back(Value("b", sequence, std::to_string(sequence)));
  }
  rows.push_back(Value("c", 1, "after"));
  const auto table = lab.Make(rows).value();
  EXPECT_GT(table->properties().data_blocks, 10u);
  for (Sequence sequence = 1; sequence <= 1000; ++sequence) {
    EXPECT_EQ(Get(*table, "b", sequence).value()->value,
              std::to_string(sequence));
  }
  EXPECT_FALSE(Get(*table, "b", 0).value().has_value());
  EXPECT_EQ(Get(*table, "c", 1).value()->value, "after");
}

TEST(Table, HoldsHugeValuesAndKeysAndEmptyOnes) {
  TableLab lab;
  base::Random random(1);
  std::string noise(64 << 20, '\0');
  for (size_t i = 0; i + 8 <= noise.size(); i += 8) {
    base::StoreLittle(noise.data() + i, random.Next());
  }
  const std::vector<Row> rows = {
      Value("", 1, ""), Value(std::string("\0", 1), 1, "nul"),
      Value("huge", 1, noise), Value(std::string(1 << 20, 'k') + "1", 1, "v1"),
      Value(std::string(1 << 20, 'k') + "2", 1, std::string(4 << 20, 'z'))};
  const auto table = lab.Make(rows).value();
  for (const Row& row : rows) ExpectGet(*table, row.key, 1, &row);
  EXPECT_EQ(AllRows(*table->NewIterator({})), rows);
}

TEST(Table, KeepsALargeRowApartFromSmallOnes) {
  TableLab lab;
  const auto properties =
      lab.Build({Value("a", 1, "small"), Value("b", 1, std::string(9000, 'x')),
                 Value("c", 1, "small")});
  EXPECT_EQ(properties.data_blocks, 3u);
}

TEST(Table, ReadsOneBlockForARowAndNoneForAFilteredKey) {
  TableLab lab;
  BlockCache cache(1 << 20);
  lab.cache_ = &cache;
  std::vector<Row> rows;
  for (int i = 1000; i < 3000; ++i) {
    rows.push_back(Value("key" + std::to_string(i), 1, std::string(50, 'v')));
  }
  const auto table = lab.Make(rows).value();
  const auto got = Get(*table, "key1500", 1);
  EXPECT_TRUE(got.value().has_value());
  EXPECT_EQ(cache.stats().misses, 1u);
  EXPECT_EQ(cache.stats().blocks, 1u);
  ASSERT_TRUE(Get(*table, "key1500", 1).value().has_value());
  EXPECT_EQ(cache.stats().hits, 1u);
  int looked = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "key1500/" + std::to_string(i);
    ASSERT_FALSE(Get(*table, key, 1).value().has_value());
    looked += table->MayContain(HashKey(key));
  }
  EXPECT_LT(looked, 30);
  EXPECT_EQ(cache.stats().hits, 1u + static_cast<uint64_t>(looked));
}

TEST(Table, RefusesAnotherDatabasesFileAnotherNumberAndAnotherSize) {
  TableLab lab;
  lab.Build({Value("a", 1, "x")});
  const uint64_t size = lab.Bytes().size();
  Uuid other = lab.uuid_;
  other.bytes[0] ^= 1;
  for (const auto& opened :
       {Table::Open(&lab.fs_, lab.path(), 7, other, size, nullptr),
        Table::Open(&lab.fs_, lab.path(), 8, lab.uuid_, size, nullptr),
        Table::Open(&lab.fs_, lab.path(), 7, lab.uuid_, size + 1, nullptr)}) {
    EXPECT_EQ(opened.status().code(), base::Code::kCorruption);
    EXPECT_NE(opened.status().message().find(lab.path()), std::string::npos);
  }
  EXPECT_EQ(Table::Open(&lab.fs_, "db/none", 7, lab.uuid_, size, nullptr)
                .status()
                .code(),
            base::Code::kIo);
}

TEST(TableBuilder, StopsAtTheFirstErrorAndStaysThere) {
  TableLab lab;
  lab.fs_.SetFreeBytes(300'000);
  auto file = lab.fs_.CreateWritable(lab.path()).value();
  lab.options_.compression = Compression::kNone;
  TableBuilder builder(lab.options_, file.get(), 7, lab.uuid_);
  base::Status status;
  for (int i = 10'000; i < 20'000 && status.ok(); ++i) {
    status = builder.Add(std::to_string(i), 1, std::string(100, 'v'));
  }
  EXPECT_EQ(status.code(), base::Code::kNoRoom);
  lab.fs_.SetFreeBytes(1 << 30);
  EXPECT_EQ(builder.Add("z", 1, "").code(), base::Code::kNoRoom);
  EXPECT_EQ(builder.Finish().status().code(), base::Code::kNoRoom);
}

TEST(TableBuilderDeathTest, DoesNotTakeRowsOutOfOrder) {
  TableLab lab;
  auto file = lab.fs_.CreateWritable(lab.path()).value();
  TableBuilder builder(lab.options_, file.get(), 7, lab.uuid_);
  ASSERT_TRUE(builder.Add("b", Pack(5, Kind::kValue), "").ok());
  EXPECT_DEATH((void)builder.Add("a", Pack(9, Kind::kValue), ""), "order");
  EXPECT_DEATH((void)builder.Add("b", Pack(5, Kind::kValue), ""), "order");
  EXPECT_DEATH((void)builder.Add("b", Pack(6, Kind::kValue), ""), "order");
}

TEST(TableBuilder, EstimatesWhatItWillLeave) {
  TableLab lab;
  auto file = lab.fs_.CreateWritable(lab.path()).value();
  TableBuilder builder(lab.options_, file.get(), 7, lab.uuid_);
  base::Random random(1);
  for (int i = 10'000; i < 30'000; ++i) {
    const std::string value = std::to_string(random.Next());
    ASSERT_TRUE(builder.Add(std::to_string(i), 1, value).ok());
  }
  const uint64_t estimated = builder.EstimatedBytes();
  const uint64_t actual = builder.Finish().value().file_bytes;
  EXPECT_LT(estimated, actual + actual / 20);
  EXPECT_GT(estimated, actual - actual / 20);
}

}  // namespace
}  // namespace lsm
