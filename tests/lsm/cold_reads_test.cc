// Cold reads through the engine that owns them; reads happen when the test
// says so, in RunBackground.

#include "lsm/cold_reads.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

class ColdReadsTest : public testing::Test {
 protected:
  // Rows k0000 to k0299 on the disk and nothing in memory.
  ColdReadsTest() {
    Open();
    lab.Fill("k", 300);
    CHECK(lab.Flush().ok());
    Reopen();
  }

  void Open() { ASSERT_TRUE(lab.Open().ok()); }
  void Reopen() {
    ASSERT_TRUE(lab.Close().ok());
    Open();
  }

  // The answer to one FetchAsync, once it is there.
  using Answer = std::shared_ptr<std::optional<base::Status>>;
  Answer Ask(const std::vector<std::string>& keys) {
    auto answer = std::make_shared<std::optional<base::Status>>();
    CHECK(lab->FetchAsync(
        keys, [answer](base::Status status) { *answer = std::move(status); }));
    return answer;
  }

  Found Look(std::string_view key) { return lab->Get(key, HashKey(key)).found; }
  std::string Value(std::string_view key) {
    const Lookup lookup = lab->Get(key, HashKey(key));
    if (lookup.found == Found::kMiss) return "miss";
    return lookup.found == Found::kAbsent ? "absent"
                                          : std::string(lookup.value);
  }
  static std::string Filled(const std::string& key) {
    return "the value of " + key + std::string(70, '.');
  }
  // Every clean record goes.
  void EvictAll() {
    lab->SetMemoryBytes(1);
    while (lab->Tick()) {
    }
    lab->SetMemoryBytes(8 << 20);
  }

  EngineLab lab;
};

TEST_F(ColdReadsTest, BringsRowsIntoMemory) {
  ASSERT_EQ(Look("k0001"), Found::kMiss);
  const Answer answer = Ask({"k0001", "k0150"});
  EXPECT_EQ(lab->stats().reads_in_flight, 2u);
  lab->Tick();
  EXPECT_FALSE(answer->has_value());
  ASSERT_TRUE(lab->RunBackground());
  EXPECT_FALSE(answer->has_value());
  ASSERT_TRUE(lab->RunBackground());
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE((*answer)->ok());
  EXPECT_EQ(Value("k0001"), Filled("k0001"));
  EXPECT_EQ(Value("k0150"), Filled("k0150"));
  EXPECT_EQ(lab->stats().reads_in_flight, 0u);
  EXPECT_EQ(lab->stats().fetches, 2u);
}

TEST_F(ColdReadsTest, RemembersThatAKeyIsNotThere) {
  // Some absent key that the filter lets through.
  std::string key;
  for (int i = 0; key.empty(); ++i) {
    const std::string name = "k0001-" + std::to_string(i);
    if (Look(name) == Found::kMiss) key = name;
  }
  const Answer answer = Ask({key});
  lab.Drive();
  EXPECT_TRUE(answer->value().ok());
  EXPECT_EQ(Look(key), Found::kAbsent);
}

TEST_F(ColdReadsTest, AsksForNothingThatIsInMemory) {
  Ask({"k0001"});
  lab.Drive();
  lab.Put("new", "v");
  const std::vector<std::string> keys = {"k0001", "new"};
  EXPECT_FALSE(lab->FetchAsync(keys, [](const base::Status&) { FAIL(); }));
  Ask({"k0001", "k0002", "new"});
  EXPECT_EQ(lab->stats().reads_in_flight, 1u);
}

TEST_F(ColdReadsTest, ReadsAKeyOnceForAllWhoWantIt) {
  const Answer one = Ask({"k0001"});
  const Answer both = Ask({"k0002", "k0001"});
  const Answer same = Ask({"k0001"});
  EXPECT_EQ(lab->stats().reads_in_flight, 2u);
  EXPECT_EQ(lab->stats().coalesced_reads, 2u);
  EXPECT_EQ(lab->stats().fetches, 2u);
  ASSERT_TRUE(lab->RunBackground());
  EXPECT_TRUE(one->has_value());
  EXPECT_TRUE(same->has_value());
  EXPECT_FALSE(both->has_value());
  ASSERT_TRUE(lab->RunBackground());
  EXPECT_TRUE(both->value().ok());
  EXPECT_FALSE(lab->RunBackground());
}

TEST_F(ColdReadsTest, AWriteAnswersThoseWhoWait) {
  const Answer answer = Ask({"k0001"});
  lab.Put("k0001", "new");
  EXPECT_FALSE(answer->has_value());
  lab->Tick();
  EXPECT_TRUE(answer->value().ok());
  EXPECT_EQ(Value("k0001"), "new");
  EXPECT_EQ(lab->stats().discarded_reads, 1u);
  lab.Drive();
  EXPECT_EQ(Value("k0001"), "new");
  EXPECT_EQ(lab->stats().reads_in_flight, 0u);
}

// The record that the write has left goes to the tables and out of memory
// before the read ends: nothing in memory could tell that it is stale.
class StaleRead : public ColdReadsTest,
                  public testing::WithParamInterface<bool> {};

TEST_P(StaleRead, IsNotInstalled) {
  const bool deleted = GetParam();
  Ask({"k0001"});
  if (deleted) {
    lab.Delete("k0001");
  } else {
    lab.Put("k0001", "new");
  }
  // The flush goes first, the read later.
  bool flushed = false;
  lab->Flush([&](const base::Status&) { flushed = true; });
  lab->Submit();
  while (!flushed) ASSERT_TRUE(lab->RunBackground());
  EvictAll();
  ASSERT_EQ(Look("k0001"), Found::kMiss);
  EXPECT_EQ(lab->stats().reads_in_flight, 1u);
  // Who comes now does not get the old answer either.
  const Answer later = Ask({"k0001"});
  EXPECT_EQ(lab->stats().reads_in_flight, 2u);
  ASSERT_TRUE(lab->RunBackground());
  EXPECT_EQ(Look("k0001"), Found::kMiss);
  EXPECT_FALSE(later->has_value());
  lab.Drive();
  EXPECT_TRUE(later->value().ok());
  EXPECT_EQ(Value("k0001"), deleted ? "absent" : "new");
}

INSTANTIATE_TEST_SUITE_P(ColdReads, StaleRead, testing::Bool());

TEST_F(ColdReadsTest, StaleReadsAreSeenWhenTheSwitchInstallsThem) {
  lab.options.faults.install_stale_reads = true;
  Reopen();
  Ask({"k0001"});
  lab.Put("k0001", "new");
  bool flushed = false;
  lab->Flush([&](const base::Status&) { flushed = true; });
  lab->Submit();
  while (!flushed) ASSERT_TRUE(lab->RunBackground());
  EvictAll();
  lab.Drive();
  EXPECT_EQ(Value("k0001"), Filled("k0001"));
}

TEST_F(ColdReadsTest, AReadSurvivesTheTablesItReads) {
  const Answer answer = Ask({"k0001"});
  lab.Put("k0002", "new");
  bool compacted = false;
  lab->Compact([&](const base::Status&) { compacted = true; });
  lab->Submit();
  while (!compacted) ASSERT_TRUE(lab->RunBackground());
  EXPECT_FALSE(answer->has_value());
  lab.Drive();
  EXPECT_TRUE(answer->value().ok());
  EXPECT_EQ(Value("k0001"), Filled("k0001"));
}

TEST_F(ColdReadsTest, AnErrorGoesToThoseWhoAskedForTheKey) {
  const std::string name = lab.Find(".sst");
  lab.disk->FailReads(lab.Path(name), 0, 16);
  const Answer broken = Ask({"k0299", "k0000"});
  const Answer fine = Ask({"k0299"});
  const Answer joined = Ask({"k0000"});
  lab.Drive();
  EXPECT_TRUE(fine->value().ok());
  for (const Answer& answer : {broken, joined}) {
    ASSERT_EQ(answer->value().code(), base::Code::kIo);
    EXPECT_NE(answer->value().message().find(name), std::string_view::npos);
  }
  EXPECT_EQ(Look("k0000"), Found::kMiss);
  EXPECT_EQ(Value("k0299"), Filled("k0299"));
  // Nothing of it is left.
  lab.disk->HealReads();
  const Answer again = Ask({"k0000"});
  lab.Drive();
  EXPECT_TRUE(again->value().ok());
  EXPECT_EQ(Value("k0000"), Filled("k0000"));
}

TEST_F(ColdReadsTest, AnErrorOfAReadInVainIsNobodys) {
  lab.disk->FailReads(lab.Path(lab.Find(".sst")), 0, 4096);
  const Answer answer = Ask({"k0000"});
  lab.Put("k0000", "new");
  lab.Drive();
  EXPECT_TRUE(answer->value().ok());
  EXPECT_EQ(Value("k0000"), "new");
}

TEST_F(ColdReadsTest, WhoIsAnsweredMayWriteAndAskAgain) {
  int answers = 0;
  const std::vector<std::string> first = {"k0001"};
  const std::vector<std::string> second = {"k0002"};
  ASSERT_TRUE(lab->FetchAsync(first, [&](const base::Status&) {
    ++answers;
    lab.Put("k0001", "new");
    EXPECT_TRUE(
        lab->FetchAsync(second, [&](const base::Status&) { ++answers; }));
  }));
  lab.Drive();
  EXPECT_EQ(answers, 2);
  EXPECT_EQ(Value("k0001"), "new");
  EXPECT_EQ(Value("k0002"), Filled("k0002"));
}

TEST_F(ColdReadsTest, ClosingAnswersAllWhoWait) {
  const Answer queued = Ask({"k0001", "k0002"});
  const Answer joined = Ask({"k0002"});
  const Answer replaced = Ask({"k0003", "k0004"});
  lab.Put("k0003", "new");
  ASSERT_TRUE(lab.Close().ok());
  EXPECT_TRUE(queued->value().IsMiss());
  EXPECT_TRUE(joined->value().IsMiss());
  EXPECT_TRUE(replaced->value().IsMiss());
}

TEST_F(ColdReadsTest, ItMayEndWithReadsUnderWay) {
  for (const bool threads : {false, true}) {
    lab.options.background_threads = threads;
    Reopen();
    std::vector<std::string> keys;
    for (int i = 100; i < 300; ++i) keys.push_back("k0" + std::to_string(i));
    ASSERT_TRUE(lab->FetchAsync(keys, [](const base::Status&) { FAIL(); }));
    lab.PowerCut();
    lab.options.background_threads = false;
    Open();
  }
}

TEST_F(ColdReadsTest, ReadsWithItsThreadsWhileOthersWrite) {
  lab.options.background_threads = true;
  base::Mutex mutex;
  base::CondVar woken;
  uint64_t wakes = 0;
  lab.options.on_progress = [&] {
    base::MutexLock lock(mutex);
    ++wakes;
    woken.SignalAll();
  };
  Reopen();
  int answers = 0;
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(100 + i);
    const std::vector<std::string> keys = {"k0" + number, "k0200"};
    asked += lab->FetchAsync(keys, [&](const base::Status& status) {
      ++answers;
      EXPECT_TRUE(status.ok());
    });
    if (i % 3 == 0) lab.Put("k0" + number, "new");
    if (i % 10 == 0) lab->Tick();
  }
  while (answers < asked) {
    uint64_t seen = 0;
    {
      base::MutexLock lock(mutex);
      seen = wakes;
    }
    lab->Tick();
    base::MutexLock lock(mutex);
    while (answers < asked && wakes == seen) woken.Wait(mutex);
  }
  for (int i = 0; i < 100; ++i) {
    const std::string key = "k0" + std::to_string(100 + i);
    EXPECT_EQ(Value(key), i % 3 == 0 ? "new" : Filled(key));
  }
  ASSERT_TRUE(lab.Close().ok());
}

TEST(ColdReads, ManyAtOnceAreFinishedAPartAtATime) {
  ReaderPool pool(/*threads=*/0);
  Mailbox mailbox([] {});
  ColdReads reads(&pool, &mailbox, /*believe_all=*/false);
  MemoryStore memory{MemoryOptions{}};
  int answered = 0;
  for (int i = 0; i < 300; ++i) {
    const std::vector<std::string> keys = {"k" + std::to_string(i)};
    reads.Fetch(Version::Empty(), keys,
                [&answered](const base::Status& status) {
                  EXPECT_TRUE(status.ok());
                  ++answered;
                });
  }
  while (pool.RunOne()) {
  }
  mailbox.Drain();
  EXPECT_TRUE(reads.Finish(&memory));
  EXPECT_GT(answered, 0);
  EXPECT_LT(answered, 300);
  while (reads.Finish(&memory)) {
  }
  EXPECT_EQ(answered, 300);
}

}  // namespace
}  // namespace lsm
