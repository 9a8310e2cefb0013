#include "lsm/wal/segment.h"

#include <gtest/gtest.h>

#include "support/crash_file_system.h"

namespace lsm {
namespace {

TEST(Segment, HasANameThatSortsByNumber) {
  EXPECT_EQ(SegmentName(0x1f), "wal-000000000000001f.log");
  EXPECT_EQ(SpareName(2), "spare-0000000000000002.log");
  EXPECT_LT(SegmentName(9), SegmentName(10));
}

TEST(Segment, IsFoundByNoOtherName) {
  EXPECT_EQ(ParseSegmentName("wal-00000000000000ff.log"), 255u);
  EXPECT_EQ(ParseSpareName("spare-00000000000000ff.log"), 255u);
  for (const char* name :
       {"", "wal-.log", "wal-00000000000000FF.log", "wal-00000000000000ff.lo",
        "wal-00000000000000fg.log", "spare-00000000000000ff.log",
        "wal-000000000000000ff.log", "xal-00000000000000ff.log"}) {
    EXPECT_EQ(ParseSegmentName(name), std::nullopt) << name;
  }
}

TEST(Segment, CountsOnFromTheHighestName) {
  support::CrashFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectory("db").ok());
  EXPECT_EQ(HighestSegmentNumber(&fs, "db").value(), 0u);
  for (const uint64_t number : {7, 300, 12}) {
    ASSERT_TRUE(
        fs.CreateLog(base::JoinPath("db", SegmentName(number)), 0).ok());
  }
  ASSERT_TRUE(fs.CreateLog(base::JoinPath("db", SpareName(999)), 0).ok());
  EXPECT_EQ(HighestSegmentNumber(&fs, "db").value(), 300u);
}

TEST(SegmentLink, ComesBackFromAnOpeningFrameOnly) {
  char payload[kSegmentLinkBytes];
  EncodeSegmentLink({7, 8192, 0}, payload);
  const std::string_view bytes(payload, sizeof payload);
  FrameHeader header;
  header.prev_chain = 5;
  EXPECT_FALSE(DecodeSegmentLink(header, bytes));
  header.flags |= kFrameOpening;
  const auto link = DecodeSegmentLink(header, bytes);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->segment, 7u);
  EXPECT_EQ(link->end, 8192u);
  EXPECT_EQ(link->chain, 5u);
  EXPECT_FALSE(DecodeSegmentLink(header, bytes.substr(1)));
}

}  // namespace
}  // namespace lsm
