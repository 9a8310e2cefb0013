#include "commands/transcript.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/quoting.h"
#include "base/strings.h"
#include "commands/house.h"

namespace commands {
namespace {

// One case on one server.
class Player {
 public:
  explicit Player(uint64_t rerun_seed) {
    if (rerun_seed != 0) house_.dispatcher().set_rerun_mode(rerun_seed);
  }

  void Steer(const std::string& steering) {
    const auto words = base::SplitWords(steering);
    ASSERT_TRUE(words && words->size() == 2) << steering;
    if (words->at(0) == "client") {
      Session*& session = clients_[words->at(1)];
      if (session == nullptr) session = &house_.Connect();
      now_ = session;
    } else if (words->at(0) == "wait") {
      house_.Wait(base::ParseInt(words->at(1)).value());
    } else if (steering == "debug on") {
      house_.rules().debug_commands = Permit::kYes;
    } else {
      FAIL() << steering;
    }
  }

  std::string Run(const std::string& request) {
    return house_.Run(*now_, request);
  }
  House& house() { return house_; }

 private:
  House house_;
  std::map<std::string, Session*> clients_;
  Session* now_ = &house_.client();
};

std::string Shown(const std::string& reply) {
  std::string_view left = reply;
  std::string shown;
  while (!left.empty()) {
    if (!shown.empty()) shown += '\n';
    shown += ShowReply(&left);
  }
  return shown;
}

TEST(Transcripts, HoldWordForWord) {
  for (const std::string& path : TranscriptFiles()) {
    for (const TranscriptCase& one : ReadTranscript(path)) {
      Player player(/*rerun_seed=*/0);
      for (const TranscriptStep& step : one.steps) {
        SCOPED_TRACE(base::StrCat(path, ":", step.line, " ", step.request));
        if (!step.steering.empty()) {
          player.Steer(step.steering);
        } else {
          const std::string reply = Shown(player.Run(step.request));
          if (step.reply == "...") continue;
          EXPECT_EQ(reply, step.reply);
        }
      }
    }
  }
}

// Re-running must not be visible: not to the client, not in the log.
TEST(Transcripts, AreTheSameWhenEveryCommandRunsSeveralTimes) {
  uint64_t seed = 77;
  for (const std::string& path : TranscriptFiles()) {
    for (const TranscriptCase& one : ReadTranscript(path)) {
      seed += 1000;
      SCOPED_TRACE(base::StrCat("seed ", seed));
      Player once(/*rerun_seed=*/0);
      Player again(seed);
      for (const TranscriptStep& step : one.steps) {
        SCOPED_TRACE(base::StrCat(path, ":", step.line, " ", step.request));
        if (!step.steering.empty()) {
          once.Steer(step.steering);
          again.Steer(step.steering);
          continue;
        }
        const std::string reply = once.Run(step.request);
        const std::string reply_again = again.Run(step.request);
        if (step.reply != "...") {
          EXPECT_EQ(reply, reply_again);
        }
        EXPECT_EQ(once.house().batch(), again.house().batch());
        EXPECT_EQ(once.house().engine().applied(),
                  again.house().engine().applied());
        EXPECT_EQ(once.house().done().gate, again.house().done().gate);
      }
    }
  }
}

// Before each request everything goes to the disk and out of memory.
TEST(Transcripts, HoldWordForWordWhenEveryRowIsCold) {
  for (const std::string& path : TranscriptFiles()) {
    for (const TranscriptCase& one : ReadTranscript(path)) {
      Player player(/*rerun_seed=*/0);
      for (const TranscriptStep& step : one.steps) {
        SCOPED_TRACE(base::StrCat(path, ":", step.line, " ", step.request));
        if (!step.steering.empty()) {
          player.Steer(step.steering);
          continue;
        }
        player.house().PutOnDisk();
        const std::string reply = Shown(player.Run(step.request));
        if (step.reply == "...") continue;
        EXPECT_EQ(reply, step.reply);
      }
    }
  }
}

TEST(Transcripts, KnowEveryCommand) {
  std::set<const CommandEntry*> said;
  Table table(AllFamilies());
  for (const std::string& path : TranscriptFiles()) {
    for (const TranscriptCase& one : ReadTranscript(path)) {
      for (const TranscriptStep& step : one.steps) {
        const auto words = base::SplitWords(step.request);
        if (!words || words->empty()) continue;
        CommandEntry* entry = table.Find(words->at(0));
        if (entry == nullptr) continue;
        said.insert(entry);
        if (words->size() > 1) said.insert(table.FindSub(*entry, words->at(1)));
      }
    }
  }
  for (const CommandEntry& entry : table.entries()) {
    EXPECT_TRUE(said.contains(&entry)) << entry.full_name;
  }
}

}  // namespace
}  // namespace commands
