#include "lsm/memory/tree_node.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lsm {
namespace {

using namespace std::string_literals;

class TreeNodeTest : public testing::Test {
 protected:
  ~TreeNodeTest() override {
    for (Record* record : records_) Record::Free(record);
  }
  Record* NewRecord(const std::string& key) {
    records_.push_back(Record::New(key, 0, {Pack(1, Kind::kValue)}));
    return records_.back();
  }
  void Fill(TreeLeaf* leaf, uint32_t skip, std::vector<std::string> keys) {
    leaf->skip = skip;
    leaf->count = 0;
    for (const std::string& key : keys) {
      bool equal;
      const size_t position = LowerBound(leaf, key, &equal);
      InsertRecord(leaf, position, NewRecord(key));
    }
  }
  std::vector<Record*> records_;
};

TEST(HeadOf, SortsAsTheKeysDo) {
  const std::vector<std::string> keys = {
      ""s, "\0"s, "\0\0"s, "\x01", "a", "a\x01", "b", "\x80", "\xff\xff"};
  for (size_t i = 1; i < keys.size(); ++i) {
    EXPECT_LE(HeadOf(keys[i - 1], 0), HeadOf(keys[i], 0)) << i;
  }
  EXPECT_EQ(HeadOf("prefix:12345678", 7), HeadOf("12345678", 0));
}

TEST_F(TreeNodeTest, TellsKeysApartWhoseHeadsAreEqual) {
  TreeLeaf leaf;
  const std::vector<std::string> keys = {
      "p"s, "p\0"s, "p\0\0"s, "p12345678", "p123456780", "p123456789", "p2"};
  std::vector<std::string> shuffled = {keys[3], keys[6], keys[1], keys[5],
                                       keys[0], keys[4], keys[2]};
  Fill(&leaf, 1, shuffled);
  ASSERT_EQ(leaf.count, keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(leaf.records[i]->key(), keys[i]);
    bool equal;
    EXPECT_EQ(LowerBound(&leaf, keys[i], &equal), i);
    EXPECT_TRUE(equal);
    EXPECT_EQ(LowerBound(&leaf, keys[i] + "\0"s, &equal), i + 1);
    EXPECT_EQ(equal, i < 2);
  }
}

TEST_F(TreeNodeTest, KeepsItsOrderWhenTheSkipChanges) {
  TreeLeaf leaf;
  Fill(&leaf, 0, {"abc1", "abc2", "abc3"});
  for (const size_t skip : {3, 1, 0}) {
    SetSkip(&leaf, skip);
    EXPECT_EQ(leaf.skip, skip);
    bool equal;
    EXPECT_EQ(LowerBound(&leaf, "abc2", &equal), 1u);
    EXPECT_TRUE(equal);
    EXPECT_EQ(LowerBound(&leaf, "abc4", &equal), 3u);
    EXPECT_FALSE(equal);
  }
}

TEST_F(TreeNodeTest, MovesItsUpperPart) {
  TreeLeaf leaf;
  TreeLeaf right;
  Fill(&leaf, 1, {"k1", "k2", "k3", "k4"});
  MoveRecords(&leaf, 3, &right);
  EXPECT_EQ(leaf.count, 3u);
  EXPECT_EQ(right.count, 1u);
  EXPECT_EQ(right.records[0]->key(), "k4");
  EXPECT_EQ(right.heads[0], HeadOf("k4", 1));
}

}  // namespace
}  // namespace lsm
