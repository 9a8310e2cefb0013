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

TEST(DataSet, IsStillThereForWhoIsAnsweredWhenItCloses) {
  Store store;
  ASSERT_TRUE(Append(store.Begin(), "k", "v", /*bytes_max=*/100).ok());
  store.Commit();
  store.engine().Submit();
  uint64_t batches = 0;
  store.data().Flush(
      [&](base::Status) { batches = store.data().stats().log_batches; });
  EXPECT_EQ(batches, 0u);
  store.Reopen();
  EXPECT_GT(batches, 0u);
}

TEST(DataSet, BeginsWithAnEmptyWheelAfterARestart) {
  Store store;
  store.data().expiry().Add("row", store.clock().WallMillis() + 1000);
  store.Reopen();
  EXPECT_EQ(store.data().expiry().size(), 0u);
}

}  // namespace
}  // namespace types
