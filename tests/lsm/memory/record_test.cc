#include "lsm/memory/record.h"

#include <gtest/gtest.h>

#include <string>

namespace lsm {
namespace {

TEST(Record, GivesBackWhatItWasMadeOf) {
  const std::string key("k\0ey", 4);
  Record* record = Record::New(
      key, HashKey(key),
      {Pack(77, Kind::kValue), "value", (uint64_t{1} << 47) + 5, true});
  EXPECT_EQ(record->key(), key);
  EXPECT_EQ(record->value(), "value");
  EXPECT_EQ(record->sequence(), 77u);
  EXPECT_EQ(record->kind(), Kind::kValue);
  EXPECT_EQ(record->generation(), (uint64_t{1} << 47) + 5);
  EXPECT_TRUE(record->nothing_below());
  EXPECT_EQ(record->placement(), HashKey(key) >> 32);
  EXPECT_GE(record->bytes(), sizeof(Record) + 9);
  Record::Free(record);
}

TEST(Record, HoldsEmptyKeysAndValues) {
  Record* record = Record::New("", HashKey(""), {Pack(1, Kind::kTombstone)});
  EXPECT_EQ(record->key(), "");
  EXPECT_EQ(record->value(), "");
  EXPECT_TRUE(record->tombstone());
  Record::Free(record);
}

TEST(Record, FitsUntilItsRoomIsUsedUpOrMostlyIdle) {
  const std::string value(1000, 'v');
  Record* record =
      Record::New("key", HashKey("key"), {Pack(1, Kind::kValue), value});
  EXPECT_TRUE(record->Fits(1000));
  EXPECT_TRUE(record->Fits(record->bytes() - sizeof(Record) - 3));
  EXPECT_FALSE(record->Fits(record->bytes() - sizeof(Record) - 2));
  EXPECT_TRUE(record->Fits(900));
  EXPECT_FALSE(record->Fits(100));
  Record::Free(record);
}

TEST(Record, OverwritesWithPartOfItsOwnValue) {
  Record* record =
      Record::New("key", HashKey("key"), {Pack(1, Kind::kValue), "0123456789"});
  record->Overwrite({Pack(2, Kind::kValue), record->value().substr(3)});
  EXPECT_EQ(record->value(), "3456789");
  EXPECT_EQ(record->key(), "key");
  EXPECT_EQ(record->sequence(), 2u);
  Record::Free(record);
}

TEST(Record, IsTheSameWhereItIsMovedTo) {
  Record* old = Record::New(
      "key", HashKey("key"),
      {Pack(9, Kind::kValue), "value", /*generation=*/(uint64_t{1} << 40) + 1,
       /*nothing_below=*/true});
  old->SetUse(/*uses=*/2, /*proven=*/true);
  Record* now = Record::Move(*old);
  Record::FreeMoved(old);
  EXPECT_EQ(now->key(), "key");
  EXPECT_EQ(now->value(), "value");
  EXPECT_EQ(now->packed(), Pack(9, Kind::kValue));
  EXPECT_EQ(now->generation(), (uint64_t{1} << 40) + 1);
  EXPECT_TRUE(now->nothing_below());
  EXPECT_EQ(now->placement(), HashKey("key") >> 32);
  EXPECT_EQ(now->uses(), 2);
  EXPECT_TRUE(now->proven());
  // What fitted fits.
  EXPECT_TRUE(now->Fits(now->bytes() - sizeof(Record) - 3));
  Record::Free(now);
}

TEST(Record, CountsUsesUpToItsLimit) {
  Record* record = Record::New("k", HashKey("k"), {Pack(1, Kind::kValue)});
  EXPECT_EQ(record->uses(), 0);
  for (int i = 0; i < 10; ++i) record->Touch();
  EXPECT_EQ(record->uses(), Record::kUsesMax);
  Record::Free(record);
}

}  // namespace
}  // namespace lsm
