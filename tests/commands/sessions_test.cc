#include "commands/sessions.h"

#include <gtest/gtest.h>

#include <string>

#include "commands/session.h"

namespace commands {
namespace {

class FakeTransport final : public Transport {
 public:
  std::string_view peer() const override { return "127.0.0.1:5"; }
  std::string_view local() const override { return "127.0.0.1:6379"; }
  int fd() const override { return 3; }
  bool is_unix() const override { return false; }
  Usage usage() const override { return {}; }
  void CloseSoon(bool) override {}
  void Deliver(std::string reply, types::Sequence gate) override {
    delivered += reply;
    last_gate = gate;
  }
  void Resume() override { ++resumed; }

  std::string delivered;
  types::Sequence last_gate = 0;
  int resumed = 0;
};

TEST(Sessions, NeverGiveAnIdTwice) {
  Sessions sessions;
  const uint64_t first = sessions.Add(nullptr, 0)->id;
  sessions.Remove(first);
  const uint64_t second = sessions.Add(nullptr, 0)->id;
  EXPECT_GT(second, first);
  EXPECT_EQ(sessions.Find(first), nullptr);
  EXPECT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions.connections_received(), 2u);
}

TEST(Sessions, LoseSightOfAKilledClientBeforeItsConnectionEnds) {
  Sessions sessions;
  Session* const killed = sessions.Add(nullptr, 0);
  const uint64_t id = killed->id;
  sessions.Add(nullptr, 0);
  sessions.MarkDying(*killed);
  sessions.MarkDying(*killed);
  EXPECT_EQ(sessions.Find(id), nullptr);
  EXPECT_EQ(sessions.size(), 1u);
  sessions.ForEach([&](Session& session) { EXPECT_NE(session.id, id); });
  sessions.Remove(id);
  EXPECT_EQ(sessions.size(), 1u);
}

TEST(Sessions, DeliverTheReplyOfABlockedClientOnce) {
  Sessions sessions;
  FakeTransport transport;
  Session* session = sessions.Add(&transport, 0);
  session->protocol = 3;
  session->Block();
  EXPECT_EQ(sessions.blocked_count(), 1u);
  const auto phrase = [](resp::Writer& reply) { reply.Null(); };
  sessions.Unblock(session->id, 9, phrase);
  sessions.Unblock(session->id, 10, phrase);
  sessions.Unblock(12345, 10, phrase);
  EXPECT_EQ(transport.delivered, "_\r\n");
  EXPECT_EQ(transport.last_gate, 9u);
  EXPECT_EQ(transport.resumed, 1);
}

TEST(Sessions, PauseAsLongAndAsHardAsAnybodyWanted) {
  using Pause = Sessions::Pause;
  Sessions sessions;
  FakeTransport transport;
  sessions.Add(&transport, 0);
  EXPECT_EQ(sessions.pause(100), Pause::kNone);
  sessions.SetPause(Pause::kAll, 1000, 100);
  sessions.SetPause(Pause::kWrites, 500, 200);
  EXPECT_EQ(sessions.pause(999), Pause::kAll);
  EXPECT_EQ(sessions.pause(1000), Pause::kNone);
  sessions.Tick(999);
  EXPECT_EQ(transport.resumed, 0);
  sessions.Tick(1000);
  EXPECT_EQ(transport.resumed, 1);
  // The next pause begins anew.
  sessions.SetPause(Pause::kWrites, 2000, 1500);
  EXPECT_EQ(sessions.pause(1600), Pause::kWrites);
  sessions.EndPause();
  EXPECT_EQ(sessions.pause(1600), Pause::kNone);
  EXPECT_EQ(transport.resumed, 2);
}

TEST(QueuedCommand, OwnsItsWords) {
  std::string line = "SET\0k";
  std::vector<std::string_view> words = {std::string_view(line).substr(0, 3),
                                         "", std::string_view(line)};
  QueuedCommand command(nullptr, words);
  const std::string expected = line;
  line.assign(line.size(), 'z');
  EXPECT_EQ(command.words()[0], "SET");
  EXPECT_EQ(command.words()[1], "");
  EXPECT_EQ(command.words()[2], expected);
  EXPECT_GT(command.memory_bytes(), 6u);
}

}  // namespace
}  // namespace commands
