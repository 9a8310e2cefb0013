#include "commands/waits.h"

#include <gtest/gtest.h>

#include <string>

#include "commands/house.h"

namespace commands {
namespace {

class WaitsTest : public testing::Test {
 protected:
  static void Say(resp::Writer& reply, std::string_view word) {
    reply.Simple(word);
  }
  Waits::Phrase Phrase(std::string word) {
    return [word](resp::Writer& reply) { reply.Simple(word); };
  }
  std::string Heard() { return House::wire(session_).TakeDelivered(); }

  House house_;
  Session& session_ = house_.Connect();
  Waits waits_{&house_.sessions()};
};

TEST_F(WaitsTest, EndWithWhateverComesFirst) {
  const Waits::Ticket late = waits_.Add(session_, 1000, Phrase("deadline"));
  waits_.Tick(999);
  EXPECT_EQ(Heard(), "");
  waits_.Tick(1000);
  EXPECT_EQ(Heard(), "+deadline\r\n");
  waits_.Finish(late, 0, Phrase("event"));
  EXPECT_EQ(Heard(), "");

  const Waits::Ticket early = waits_.Add(session_, 2000, Phrase("deadline"));
  waits_.Finish(early, 0, Phrase("event"));
  EXPECT_EQ(Heard(), "+event\r\n");
  waits_.Tick(5000);
  EXPECT_EQ(Heard(), "");
}

// The old deadline must not end what the client waits for now.
TEST_F(WaitsTest, AreNotMistakenForLaterOnes) {
  const Waits::Ticket first = waits_.Add(session_, 1000, Phrase("first"));
  waits_.Finish(first, 0, Phrase("event"));
  Heard();
  waits_.Add(session_, 3000, Phrase("second"));
  waits_.Tick(2000);
  EXPECT_EQ(Heard(), "");
  EXPECT_TRUE(session_.blocked());
  waits_.Tick(3000);
  EXPECT_EQ(Heard(), "+second\r\n");
}

TEST_F(WaitsTest, MayLastForEverButNotLongerThanTheirClient) {
  waits_.Add(session_, 0, Phrase("never"));
  waits_.Tick(INT64_MAX - 1);
  EXPECT_EQ(Heard(), "");
  const uint64_t id = session_.id;
  house_.sessions().Remove(id);
  for (int i = 0; i < 10; ++i) {
    Session& other = house_.Connect();
    waits_.Add(other, 0, Phrase("never"));
    house_.sessions().Remove(other.id);
  }
  EXPECT_LE(waits_.size(), 5u);
}

TEST(Deadline, IsReadFromAClientsWord) {
  EXPECT_EQ(DeadlineMs("0", 1000).value(), 0);
  EXPECT_EQ(DeadlineMs("5", 1000).value(), 1005);
  EXPECT_FALSE(DeadlineMs("-1", 1000).ok());
  EXPECT_FALSE(DeadlineMs("x", 1000).ok());
  EXPECT_FALSE(DeadlineMs("9223372036854775807", 1000).ok());
}

}  // namespace
}  // namespace commands
