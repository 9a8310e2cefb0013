// What an engine that runs for long, or is opened often, must not gather:
// files, numbers, and those who wait.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "lsm/engine.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

class EngineLeftoversTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    const base::Status status = lab.Open();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  int64_t CountFiles(std::string_view part) {
    const auto names = lab.disk->List("/data").value();
    return std::count_if(names.begin(), names.end(), [part](const auto& name) {
      return name.find(part) != std::string::npos;
    });
  }

  EngineLab lab;
};

// The tables go by themselves, when the kill may be believed.
TEST_F(EngineLeftoversTest, AKillFreesTheDiskOfAStoreThatNobodyWritesTo) {
  lab.Fill("Ma", 300);
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  EXPECT_EQ(CountFiles(".sst"), 1);
  auto snapshot = lab->TakeSnapshot();
  WriteBatch batch;
  batch.KillScope("Ma");
  lab.Write(batch);
  lab.Drive();
  EXPECT_EQ(CountFiles(".sst"), 1);
  snapshot.reset();
  lab.Drive();
  EXPECT_EQ(CountFiles(".sst"), 0);
}

TEST_F(EngineLeftoversTest, OpenedAgainAndAgainItKeepsOneSegment) {
  lab.Fill("k", 50);
  ASSERT_TRUE(lab.Flush().ok());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(lab.Close().ok());
    Open();
    EXPECT_EQ(lab.ReadAll().size(), 50u);
  }
  EXPECT_EQ(CountFiles("wal-"), 1);
  lab.Put("l", "v");
  lab->Submit();
  lab.PowerCut();
  Open();
  EXPECT_EQ(lab.ReadAll().size(), 51u);
}

// A database that is emptied leaves its counters behind, each time others.
TEST_F(EngineLeftoversTest, ForgetsCountersThatAreZero) {
  for (uint64_t id = 10; id < 20; ++id) {
    WriteBatch batch;
    batch.AddCount(id, 5);
    lab.Write(batch);
  }
  ASSERT_TRUE(lab.Flush().ok());
  for (uint64_t id = 10; id < 19; ++id) {
    WriteBatch batch;
    batch.AddCount(id, -5);
    lab.Write(batch);
  }
  ASSERT_TRUE(lab.Flush().ok());
  EXPECT_EQ(lab->stats().counters, 1u);
  ASSERT_TRUE(lab.Close().ok());
  Open();
  EXPECT_EQ(lab->stats().counters, 1u);
  EXPECT_EQ(lab->counter(10), 0);
  EXPECT_EQ(lab->counter(19), 5);
}

// The MANIFEST must be told of the last change, too.
TEST_F(EngineLeftoversTest, ForgetsNoCounterThatALaterFlushWillName) {
  WriteBatch more;
  more.AddCount(3, 5);
  WriteBatch less;
  less.AddCount(3, -5);
  const auto flush = [this] { lab->Flush([](const base::Status&) {}); };
  lab.Write(more);
  lab.Write(less);
  flush();  // Of zero, which has begun.
  lab.Write(more);
  flush();  // Of five, the next one.
  lab.Write(less);
  lab.Drive();
  ASSERT_TRUE(lab.Flush().ok());
  ASSERT_TRUE(lab.Close().ok());
  Open();
  EXPECT_EQ(lab->counter(3), 0);
}

// A merge that meets a bad block fails each time. Writers are told so, instead
// of waiting for an end that does not come.
TEST_F(EngineLeftoversTest, WritersDoNotWaitForAMergeThatCannotEnd) {
  lab.Fill("k", 100);
  ASSERT_TRUE(lab.Flush().ok());
  lab.disk->FlipBit(lab.Path(lab.Find(".sst")), 100, 1);
  for (int i = 0; i < 100 && lab->MayWrite().ok(); ++i) {
    lab.Put("k" + std::to_string(i), "v");
    ASSERT_TRUE(lab.Flush().ok());
    lab.clock.Advance(1'100'000);
    lab.Drive();
  }
  const base::Status refused = lab->MayWrite();
  EXPECT_EQ(refused.code(), base::Code::kCorruption) << refused.ToString();
  EXPECT_NE(refused.message().find(".sst"), std::string_view::npos);
}

TEST_F(EngineLeftoversTest, TellsWhoWaitsForACompactionThatItIsClosed) {
  lab.Fill("k", 100);
  ASSERT_TRUE(lab.Flush().ok());
  std::optional<base::Status> told;
  lab->Compact([&](const base::Status& status) { told = status; });
  lab->Tick();  // It is on its lane by now.
  ASSERT_TRUE(lab.Close().ok());
  ASSERT_TRUE(told.has_value());
  EXPECT_FALSE(told->ok());
}

}  // namespace
}  // namespace lsm
