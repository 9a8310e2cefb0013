#include "net/outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "base/strings.h"

namespace net {
namespace {

// What may leave now, without taking it.
std::string Peek(const Outbox& outbox) {
  iovec pieces[64];
  const int count = outbox.Ready(pieces, 64);
  std::string out;
  for (int i = 0; i < count; ++i) {
    out.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  }
  return out;
}

std::string Take(Outbox* outbox, size_t bytes_max = SIZE_MAX) {
  const std::string out = Peek(*outbox).substr(0, bytes_max);
  outbox->Sent(out.size());
  return out;
}

void Reply(Outbox* outbox, std::string_view text, uint64_t gate,
           uint64_t released = 0) {
  outbox->tail()->append(text);
  outbox->Commit(gate, 1, released);
}

TEST(Outbox, LetsOpenRepliesLeave) {
  Outbox outbox;
  EXPECT_TRUE(outbox.empty());
  Reply(&outbox, "a", 0);
  Reply(&outbox, "b", 5, /*released=*/5);
  EXPECT_EQ(outbox.ready_bytes(), 2u);
  EXPECT_FALSE(outbox.holds());
  EXPECT_EQ(Take(&outbox), "ab");
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, HoldsEverythingBehindAClosedGate) {
  Outbox outbox;
  Reply(&outbox, "a", 0);
  Reply(&outbox, "b", 7);
  Reply(&outbox, "c", 0);
  Reply(&outbox, "d", 9);
  EXPECT_EQ(Take(&outbox), "a");
  EXPECT_GE(outbox.held_bytes(), 3u);
  outbox.Release(6);
  EXPECT_EQ(Take(&outbox), "");
  outbox.Release(7);
  EXPECT_EQ(Take(&outbox), "bc");
  outbox.Release(9);
  EXPECT_EQ(Take(&outbox), "d");
  EXPECT_TRUE(outbox.empty());
  EXPECT_FALSE(outbox.holds());
}

TEST(Outbox, KeepsOneGateForThoseThatOpenTogether) {
  Outbox outbox;
  Reply(&outbox, "a", 7);
  const uint64_t held = outbox.held_bytes();
  for (const uint64_t gate : {9, 10, 12}) {
    outbox.tail()->append("b");
    outbox.Commit(gate, 1, /*released=*/0, /*together=*/9);
  }
  Reply(&outbox, "read,", 8);
  outbox.Release(7);
  EXPECT_EQ(Take(&outbox), "a");
  EXPECT_LT(outbox.held_bytes(), 3 * held);
  outbox.Fail(8, "-no,");
  EXPECT_EQ(Take(&outbox), "-no,-no,-no,read,");
}

TEST(Outbox, OffersOnlyWhatWasCommitted) {
  Outbox outbox;
  Reply(&outbox, "a", 0);
  outbox.tail()->append("half");
  EXPECT_EQ(Peek(outbox), "a");
  EXPECT_EQ(outbox.uncommitted_bytes(), 4u);
  outbox.Discard();
  EXPECT_EQ(outbox.uncommitted_bytes(), 0u);
  EXPECT_EQ(Take(&outbox), "a");
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, CountsNoReplyWhereNothingWasWritten) {
  Outbox outbox;
  outbox.Commit(7, 1, 0);
  EXPECT_FALSE(outbox.holds());
  outbox.Fail(0, "-no\r\n");
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, TurnsHeldRepliesIntoOneErrorEach) {
  Outbox outbox;
  Reply(&outbox, "open,", 0);
  Reply(&outbox, "x", 7);
  Reply(&outbox, "y", 7);
  Reply(&outbox, "read,", 3, /*released=*/3);
  Reply(&outbox, "z", 9);
  Reply(&outbox, "end", 0);
  outbox.Fail(3, "-no,");
  EXPECT_EQ(Take(&outbox), "open,-no,-no,read,-no,end");
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, FailsOnlyWhatWasNotSentYet) {
  Outbox outbox;
  Reply(&outbox, "abcdef", 0);
  EXPECT_EQ(Take(&outbox, 4), "abcd");
  Reply(&outbox, "x", 7);
  outbox.Fail(0, "-no");
  EXPECT_EQ(Take(&outbox), "ef-no");
}

TEST(Outbox, MovesLargeRepliesAsideWithoutCopying) {
  Outbox outbox;
  outbox.tail()->assign(1 << 20, 'x');
  const char* const bytes = outbox.tail()->data();
  outbox.Commit(0, 1, 0);
  iovec piece;
  ASSERT_EQ(outbox.Ready(&piece, 1), 1);
  EXPECT_EQ(piece.iov_base, bytes);
  EXPECT_EQ(outbox.chunk_count(), 1u);
  outbox.Sent(piece.iov_len);
  EXPECT_EQ(outbox.chunk_count(), 0u);
  EXPECT_LT(outbox.memory_bytes(), 1024u);
}

TEST(Outbox, KeepsNoMemoryThatItDoesNotNeed) {
  Outbox outbox;
  Reply(&outbox, std::string(50000, 'x'), 0);
  Take(&outbox);
  EXPECT_GE(outbox.memory_bytes(), 50000u);
  outbox.Trim();  // It was needed since the last time.
  EXPECT_GE(outbox.memory_bytes(), 50000u);
  outbox.Trim();
  EXPECT_LT(outbox.memory_bytes(), 1024u);
}

// Against the plainest model: a list of replies.
TEST(Outbox, BehavesAsAListOfReplies) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(base::StrCat("seed ", seed));
    base::Random random(seed);
    Outbox outbox;
    std::string model;      // All bytes not sent yet.
    size_t model_open = 0;  // So many of them may leave.
    struct Held {
      size_t bytes;
      uint64_t gate;
    };
    std::vector<Held> held;
    uint64_t gate = 0;
    uint64_t released = 0;
    const auto open = [&] {
      while (!held.empty() && held.front().gate <= released) {
        model_open += held.front().bytes;
        held.erase(held.begin());
      }
    };
    for (int step = 0; step < 300; ++step) {
      switch (random.Below(4)) {
        case 0:
        case 1: {
          const size_t size =
              1 + (random.OneIn(20) ? random.Below(200000) : random.Below(50));
          const std::string text(size, static_cast<char>('a' + step % 26));
          const uint64_t its_gate = random.OneIn(2) ? ++gate : 0;
          Reply(&outbox, text, its_gate, released);
          model += text;
          held.push_back({size, its_gate});
          open();
          break;
        }
        case 2:
          released = std::min(gate, released + random.Below(5));
          outbox.Release(released);
          open();
          break;
        default: {
          const std::string out = Take(&outbox, random.Below(100000));
          ASSERT_EQ(out, model.substr(0, out.size()));
          ASSERT_LE(out.size(), model_open);
          model.erase(0, out.size());
          model_open -= out.size();
        }
      }
      ASSERT_EQ(outbox.ready_bytes(), model_open);
      ASSERT_EQ(outbox.empty(), model.empty());
    }
  }
}

}  // namespace
}  // namespace net
