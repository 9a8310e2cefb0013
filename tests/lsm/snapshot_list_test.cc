#include "lsm/snapshot_list.h"

#include <gtest/gtest.h>

#include "lsm/engine_lab.h"
#include "lsm/memory/memory_store.h"

namespace lsm {
namespace {

using Sequences = std::vector<Sequence>;

// A sealed generation of one row.
std::shared_ptr<const Generation> SealedAt(MemoryStore* memory,
                                           Sequence sequence) {
  memory->Put("k", HashKey("k"), sequence, "v", false);
  return memory->Seal();
}

TEST(SnapshotList, KnowsThoseThatWaitAndLive) {
  MemoryStore memory({});
  {
    SnapshotList list;
    const auto version = Version::Empty();
    EXPECT_EQ(list.Oldest(), kSequenceMax);
    const auto done = list.Add(3, {.version = version});
    EXPECT_EQ(list.Sequences(), Sequences());

    auto first = list.Add(5, {{SealedAt(&memory, 5)}, version});
    const auto second = list.Add(9, {{SealedAt(&memory, 9)}, version});
    EXPECT_EQ(list.Sequences(), (Sequences{5, 9}));
    EXPECT_EQ(list.Oldest(), 5u);
    list.MoveOver(version, 4);
    EXPECT_EQ(list.Sequences(), (Sequences{5, 9}));
    first.reset();
    EXPECT_EQ(list.Sequences(), (Sequences{9}));
    list.MoveOver(version, 9);
    EXPECT_EQ(list.Sequences(), Sequences());
    EXPECT_TRUE(second->view().value().generations.empty());
  }
}

TEST(SnapshotList, TellsThoseThatWaitThatNothingWillCome) {
  MemoryStore memory({});
  SnapshotList list;
  const auto waits = list.Add(5, {{SealedAt(&memory, 5)}, Version::Empty()});
  const auto done = list.Add(5, {.version = Version::Empty()});
  list.Abandon();
  EXPECT_EQ(waits->view().status().code(), base::Code::kIo);
  EXPECT_TRUE(done->view().ok());
}

// A seal is not a flush: however many snapshots are taken, tables are made
// when their bytes are worth it.
TEST(SnapshotList, SnapshotsShareASealAndForceNoFlush) {
  EngineLab lab;
  ASSERT_TRUE(lab.Open().ok());
  lab.Put("k", "v");
  const auto first = lab->TakeSnapshot();
  EXPECT_EQ(lab->TakeSnapshot(), first);
  for (int i = 0; i < 20; ++i) {
    lab.Put("k", "v");
    EXPECT_NE(lab->TakeSnapshot(), nullptr);
    lab.Drive();
  }
  EXPECT_EQ(lab->stats().flushes, 0u);
  // Together the generations weigh as one.
  for (int i = 0; i < 20; ++i) {
    lab.Put("k", std::string(8000, 'v'));
    EXPECT_NE(lab->TakeSnapshot(), nullptr);
    lab.Drive();
  }
  EXPECT_GE(lab->stats().flushes, 1u);
  EXPECT_LE(lab->stats().flushes, 3u);
}

}  // namespace
}  // namespace lsm
