#include "lsm/wal/frame_buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace lsm {
namespace {

FrameHeader Decode(const FrameBuffer& buffer, size_t alignment) {
  const auto header = DecodeHeader(buffer.Bytes(alignment), /*salt=*/9);
  EXPECT_TRUE(header);
  return header.value_or(FrameHeader());
}

TEST(FrameBuffer, GathersBatchesAlignedForTheDisk) {
  FrameBuffer buffer;
  buffer.AppendBatch(10, "first");
  buffer.AppendBatch(12, std::string(100'000, 'b'));
  FrameHeader header;
  header.prev_last = 5;
  buffer.Seal(header, 9, 4096);
  const std::string_view bytes = buffer.Bytes(4096);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % 4096, 0u);
  EXPECT_EQ(bytes.size() % 4096, 0u);
  const FrameHeader read = Decode(buffer, 4096);
  EXPECT_EQ(read.first, 10u);
  EXPECT_EQ(read.last, 12u);
  EXPECT_EQ(read.prev_last, 5u);
  EXPECT_EQ(buffer.batches(), 2u);
}

TEST(FrameBuffer, CountsOnlyBatchesThatEndInIt) {
  FrameBuffer begin;
  begin.BeginFragment(10, 8);
  begin.AppendFragment(10, "half");
  FrameHeader header;
  header.prev_last = 5;
  begin.Seal(header, 9, 8);
  EXPECT_EQ(Decode(begin, 8).first, 10u);
  EXPECT_EQ(Decode(begin, 8).last, 5u);
  EXPECT_EQ(begin.touched(), 10u);

  FrameBuffer end;
  end.AppendFragment(10, "half");
  end.EndFragment(10);
  end.Seal(header, 9, 8);
  EXPECT_EQ(Decode(end, 8).last, 10u);
}

TEST(FrameBuffer, HasNoSequenceOfItsOwnWhenEmpty) {
  FrameBuffer buffer;
  FrameHeader header;
  header.prev_last = 5;
  buffer.Seal(header, 9, 8);
  EXPECT_EQ(Decode(buffer, 8).first, 5u);
  EXPECT_EQ(Decode(buffer, 8).last, 5u);
}

TEST(FrameBuffer, KeepsItsMemoryWhenCleared) {
  FrameBuffer buffer;
  buffer.AppendBatch(10, std::string(300'000, 'b'));
  const size_t capacity = buffer.capacity();
  buffer.Clear();
  EXPECT_EQ(buffer.payload_bytes(), 0u);
  buffer.AppendBatch(11, std::string(300'000, 'c'));
  EXPECT_EQ(buffer.capacity(), capacity);
}

}  // namespace
}  // namespace lsm
