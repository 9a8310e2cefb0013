#include "lsm/version/table_file.h"

#include <gtest/gtest.h>

#include <vector>

namespace lsm {
namespace {

class TableFileTest : public testing::Test {
 protected:
  TableFilePtr Make(uint64_t number) {
    return std::make_shared<TableFile>(
        TableInfo{.number = number}, nullptr,
        [this](uint64_t obsolete) { obsolete_.push_back(obsolete); });
  }

  std::vector<uint64_t> obsolete_;
};

TEST_F(TableFileTest, StaysOnDiskWhenItIsOnlyClosed) {
  Make(5).reset();
  EXPECT_TRUE(obsolete_.empty());
}

TEST_F(TableFileTest, IsObsoleteWhenTheLastHolderLetsGoOfARetiredOne) {
  TableFilePtr file = Make(5);
  TableFilePtr reader = file;
  file->Retire();
  file.reset();
  EXPECT_TRUE(obsolete_.empty()) << "a reader still holds it";
  reader.reset();
  EXPECT_EQ(obsolete_, std::vector<uint64_t>{5});
}

TEST_F(TableFileTest, IsObsoleteWhenItsEditIsWitnessedLast) {
  TableFilePtr waiting = Make(5);
  EXPECT_TRUE(obsolete_.empty());
  waiting->Retire();
  waiting.reset();
  EXPECT_EQ(obsolete_, std::vector<uint64_t>{5});
}

}  // namespace
}  // namespace lsm
