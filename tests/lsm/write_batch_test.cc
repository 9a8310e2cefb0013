#include "lsm/write_batch.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/coding.h"
#include "base/random.h"

namespace lsm {
namespace {

WriteBatch Sample() {
  WriteBatch batch;
  batch.Put("key", HashKey("key"), "value", /*nothing_below=*/true);
  batch.Put("", HashKey(""), "");
  batch.Delete(std::string("\0\xff", 2), HashKey({"\0\xff", 2}));
  batch.KillScope("prefix");
  batch.AddCount(300, std::numeric_limits<int64_t>::min());
  batch.BlindPut("blind", HashKey("blind"), "value");
  batch.Settle("key");
  return batch;
}

TEST(WriteBatch, KeepsItsOperationsInOrder) {
  const WriteBatch batch = Sample();
  ASSERT_EQ(batch.size(), 7u);
  EXPECT_EQ(batch[0].opcode, Opcode::kPut);
  EXPECT_EQ(batch[0].key, "key");
  EXPECT_EQ(batch[0].value, "value");
  EXPECT_EQ(batch[0].hash, HashKey("key"));
  EXPECT_TRUE(batch[0].nothing_below);
  EXPECT_EQ(batch[1].key, "");
  EXPECT_EQ(batch[2].opcode, Opcode::kDelete);
  EXPECT_EQ(batch[2].key, std::string_view("\0\xff", 2));
  EXPECT_EQ(batch[3].opcode, Opcode::kKillScope);
  EXPECT_EQ(batch[3].key, "prefix");
  EXPECT_EQ(batch[4].opcode, Opcode::kAddCount);
  EXPECT_EQ(batch[4].counter, 300u);
  EXPECT_EQ(batch[4].delta, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(batch[5].opcode, Opcode::kBlindPut);
  EXPECT_EQ(batch[5].value, "value");
  EXPECT_EQ(batch[5].hash, HashKey("blind"));
  EXPECT_EQ(batch[6].opcode, Opcode::kSettle);
  EXPECT_EQ(batch[6].key, "key");
}

TEST(WriteBatch, HasTheBytesThatTheReadmeDraws) {
  WriteBatch batch;
  batch.Put("ab", HashKey("ab"), "x");
  batch.AddCount(7, -1);
  EXPECT_EQ(batch.bytes(), std::string_view("\2\0\0\0\1\2ab\1x\4\7\1", 13));
}

TEST(WriteBatch, IsTheSameAfterALogEntry) {
  const WriteBatch batch = Sample();
  const WriteBatch read = WriteBatch::Decode(batch.bytes()).value();
  EXPECT_EQ(read.bytes(), batch.bytes());
  ASSERT_EQ(read.size(), batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(read[i].opcode, batch[i].opcode);
    EXPECT_EQ(read[i].key, batch[i].key);
    EXPECT_EQ(read[i].value, batch[i].value);
    EXPECT_EQ(read[i].hash, batch[i].hash);
    EXPECT_EQ(read[i].delta, batch[i].delta);
    // What was known when it was written may be wrong when it is replayed.
    EXPECT_FALSE(read[i].nothing_below);
  }
}

TEST(WriteBatch, IsEmptyAgainAfterClear) {
  WriteBatch batch = Sample();
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.bytes(), WriteBatch().bytes());
  EXPECT_TRUE(WriteBatch::Decode(batch.bytes()).value().empty());
}

TEST(WriteBatch, RefusesEveryCutAndEverySurplus) {
  const std::string bytes(Sample().bytes());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(WriteBatch::Decode(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(WriteBatch::Decode(bytes + '\0').ok());
  EXPECT_FALSE(WriteBatch::Decode(bytes + '\4').ok());
}

TEST(WriteBatch, RefusesUnknownOperationsAndWrongCounts) {
  std::string bytes(Sample().bytes());
  bytes[4] = 9;
  EXPECT_FALSE(WriteBatch::Decode(bytes).ok());
  bytes = Sample().bytes();
  bytes[0] = 4;
  EXPECT_FALSE(WriteBatch::Decode(bytes).ok());
}

// Whatever the bytes are, reading them ends in a batch or in Corruption.
TEST(WriteBatch, SurvivesAnyBytes) {
  base::Random random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(Sample().bytes());
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Next());
    }
    const auto read = WriteBatch::Decode(bytes);
    if (!read.ok()) {
      EXPECT_EQ(read.status().code(), base::Code::kCorruption);
    }
  }
}

}  // namespace
}  // namespace lsm
