#include "types/data_set.h"

#include <gtest/gtest.h>

#include "types/store.h"
#include "types/string.h"

namespace types {
namespace {

TEST(DataSet, TellsTheEngineWhenRowsDie) {
  lsm::Options options;
  Describe(&options);
  EXPECT_EQ(options.key_ranges.size(), 5u);
  Head head;
  head.expires_ms = 12345;
  EXPECT_EQ(options.expiry_of(HeadKey(0, "k"), HeadBytes(head).view()), 12345);
}

TEST(DataSet, KeepsScanCursorsOverACleanRestart) {
  Store store;
  store.data().cursors().Remember(42, 0, "here", 7);
  store.Reopen();
  EXPECT_EQ(store.data().cursors().Find(42, 0), "here");
}

TEST(DataSet, BeginsWithAnEmptyWheelAfterARestart) {
  Store store;
  store.data().expiry().Add("row", store.clock().WallMillis() + 1000);
  store.Reopen();
  EXPECT_EQ(store.data().expiry().size(), 0u);
}

}  // namespace
}  // namespace types
