#include "net/input_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"

namespace net {
namespace {

class InputBufferTest : public ::testing::Test {
 protected:
  // As a socket would fill it. Returns what did not fit.
  std::string_view Read(InputBuffer* buffer, std::string_view bytes,
                        size_t wanted = 0) {
    const std::span<char> room = buffer->Room(wanted);
    const size_t size = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), size);
    buffer->Filled(size);
    return bytes.substr(size);
  }

  std::vector<char> area_ = std::vector<char>(64 << 10);
  InputBuffer buffer_{area_};
};

TEST_F(InputBufferTest, KeepsNothingOfWholeRequests) {
  Read(&buffer_, "request");
  EXPECT_EQ(buffer_.unread(), "request");
  buffer_.Consume(7);
  buffer_.Settle();
  EXPECT_EQ(buffer_.unread(), "");
  EXPECT_EQ(buffer_.memory_bytes(), 0u);
}

TEST_F(InputBufferTest, KeepsWhatIsLeftOverFromTheSharedArea) {
  Read(&buffer_, "request half");
  buffer_.Consume(8);
  buffer_.Settle();
  InputBuffer other(area_);
  Read(&other, "other bytes");
  EXPECT_EQ(buffer_.unread(), "half");
  other.Consume(11);
  other.Settle();
  Read(&buffer_, "+rest");
  EXPECT_EQ(buffer_.unread(), "half+rest");
  buffer_.Consume(9);
  EXPECT_EQ(buffer_.unread(), "");
}

TEST_F(InputBufferTest, MakesRoomForAnAnnouncedValueOnce) {
  Read(&buffer_, "$5000000");
  buffer_.Settle();
  Read(&buffer_, "x", 5000010);
  const char* const before = buffer_.unread().data();
  EXPECT_GE(buffer_.memory_bytes(), 5000010u);
  const std::string value(5000001, 'v');
  std::string_view rest = value;
  while (!rest.empty()) rest = Read(&buffer_, rest, 5000010);
  EXPECT_EQ(buffer_.unread().data(), before);
  EXPECT_EQ(buffer_.unread().size(), 5000010u);
  buffer_.Consume(5000010);
  EXPECT_EQ(buffer_.memory_bytes(), 0u);
}

TEST_F(InputBufferTest, GivesBackMemoryWhenIdle) {
  Read(&buffer_, "half");
  buffer_.Settle();
  buffer_.Consume(4);
  EXPECT_GT(buffer_.memory_bytes(), 0u);
  buffer_.Trim();
  EXPECT_GT(buffer_.memory_bytes(), 0u);
  buffer_.Trim();
  EXPECT_EQ(buffer_.memory_bytes(), 0u);
  Read(&buffer_, "again");
  EXPECT_EQ(buffer_.unread(), "again");
}

TEST_F(InputBufferTest, NeverGivesBackWhatIsUnread) {
  Read(&buffer_, "half");
  buffer_.Settle();
  buffer_.Trim();
  buffer_.Trim();
  EXPECT_EQ(buffer_.unread(), "half");
}

TEST_F(InputBufferTest, IsAQueueOfBytes) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(base::StrCat("seed ", seed));
    base::Random random(seed);
    InputBuffer buffer(area_);
    std::string model;
    for (int step = 0; step < 300; ++step) {
      const std::string bytes(random.Below(random.OneIn(10) ? 100000 : 500),
                              static_cast<char>('a' + step % 26));
      const size_t wanted = random.OneIn(5) ? random.Below(300000) : 0;
      const size_t left = Read(&buffer, bytes, wanted).size();
      model.append(bytes, 0, bytes.size() - left);
      ASSERT_EQ(buffer.unread(), model);
      const size_t consumed = random.Below(model.size() + 1);
      buffer.Consume(consumed);
      model.erase(0, consumed);
      buffer.Settle();
      std::fill(area_.begin(), area_.end(), '!');
      ASSERT_EQ(buffer.unread(), model);
      if (random.OneIn(10)) buffer.Trim();
    }
  }
}

}  // namespace
}  // namespace net
