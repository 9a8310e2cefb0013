#include "lsm/wal/segment_reader.h"

#include <gtest/gtest.h>

#include "lsm/wal/segment_builder.h"

namespace lsm {
namespace {

class SegmentReaderTest : public testing::Test {
 protected:
  SegmentReaderTest() { EXPECT_TRUE(fs_.CreateDirectory("db").ok()); }
  std::unique_ptr<SegmentReader> Open() {
    auto reader = SegmentReader::Open(&fs_, "db", {}, 1, {});
    EXPECT_TRUE(reader.ok());
    return std::move(reader).value();
  }

  support::CrashFileSystem fs_;
};

TEST_F(SegmentReaderTest, FindsFramesWhereTheyAre) {
  SegmentBuilder one(1);
  one.Open({}, 0, 0);
  const size_t at = one.end();
  one.Batches({10}, 5);
  const size_t end = one.end();
  one.Put(&fs_);
  const auto reader = Open();
  const auto frame = reader->FrameAt(at, reader->end());
  ASSERT_TRUE(frame.ok());
  ASSERT_TRUE(frame.value());
  EXPECT_EQ(frame.value()->header.last, 10u);
  EXPECT_EQ(frame.value()->end, end);
  EXPECT_FALSE(reader->FrameAt(at + 8, reader->end()).value());
  EXPECT_FALSE(reader->FrameAt(at, end - 8).value());
  EXPECT_FALSE(reader->FrameAt(1 << 30, reader->end()).value());
  EXPECT_EQ(reader->highest_seen(), 10u);
}

TEST_F(SegmentReaderTest, FindsTheNextHeaderAcrossItsWindows) {
  constexpr size_t kGap = (size_t{1} << 20) + 24;
  SegmentBuilder one(1, size_t{3} << 20);
  one.Open({}, 0, 0);
  const size_t from = one.end();
  one.bytes()->append(kGap, 'x');
  const size_t at = one.end();
  one.Batches({10}, 5).Damage(-10).Put(&fs_);
  const auto reader = Open();
  EXPECT_EQ(reader->FindHeader(from, reader->end()).value(), at);
  EXPECT_EQ(reader->FindHeader(from + 1, reader->end()).value(), at);
  EXPECT_EQ(reader->FindHeader(at + 8, reader->end()).value(), std::nullopt);
  EXPECT_EQ(reader->FindHeader(from, at).value(), std::nullopt);
  EXPECT_FALSE(reader->FrameAt(at, reader->end()).value());
}

TEST_F(SegmentReaderTest, DoesNotKnowHeadersOfAnotherSegment) {
  SegmentBuilder one(1);
  FrameHeader header;
  header.number_low = 2;
  uint64_t chain = 0;
  one.bytes()->append(EncodeFrame(header, "", 0x9e3779b97f4a7c15, 8, &chain));
  one.Put(&fs_);
  const auto reader = Open();
  EXPECT_EQ(reader->FindHeader(kFileHeaderBlock, reader->end()).value(),
            std::nullopt);
}

TEST_F(SegmentReaderTest, OpensAnywayWhatIsDamaged) {
  const std::string path = "db/" + SegmentName(1);
  SegmentBuilder one(1);
  const size_t at = one.Open({}, 0, 0).end();
  const size_t end = one.Batches({10}, 5).end();
  one.Put(&fs_);
  EXPECT_TRUE(SegmentReader::OpenAnyway(&fs_, path, 0).value()->flaw().ok());
  // The magic, the flags, the number, the salt, the padding.
  for (const uint64_t byte : {0, 12, 32, 43, 200}) {
    fs_.FlipBit(path, byte, 0);
    EXPECT_FALSE(SegmentReader::Open(&fs_, "db", {}, 1, {}).ok());
    const auto reader = SegmentReader::OpenAnyway(&fs_, path, 1);
    ASSERT_TRUE(reader.ok()) << byte;
    EXPECT_NE(reader.value()->flaw().message().find(path),
              std::string_view::npos);
    EXPECT_TRUE(reader.value()->FrameAt(at, reader.value()->end()).value());
    fs_.FlipBit(path, byte, 0);
  }
  ASSERT_TRUE(fs_.Truncate(path, end).ok());
  const auto cut = SegmentReader::OpenAnyway(&fs_, path, 1);
  ASSERT_TRUE(cut.ok());
  EXPECT_FALSE(cut.value()->flaw().ok());
  EXPECT_TRUE(cut.value()->FrameAt(at, cut.value()->end()).value());
  ASSERT_TRUE(fs_.Truncate(path, 50).ok());
  EXPECT_FALSE(SegmentReader::OpenAnyway(&fs_, path, 1).ok());
}

// A segment that grows may have been cut off within a frame.
TEST_F(SegmentReaderTest, LooksNoFurtherThanAFileOfOddSize) {
  FileHeader header;
  header.magic = kSegmentMagic;
  header.flags = kSegmentAligned;
  header.number = 1;
  std::string bytes(kFileHeaderBlock, '\0');
  EncodeFileHeader(header, bytes.data());
  bytes.resize(kFileHeaderBlock + 1072, 'x');
  auto file = fs_.CreateWritable("db/" + SegmentName(1));
  ASSERT_TRUE(file.value()->Append(bytes).ok());
  const auto reader = Open();
  EXPECT_EQ(reader->FindHeader(kFileHeaderBlock, reader->end()).value(),
            std::nullopt);
}

TEST_F(SegmentReaderTest, SaysWhenTheDiskCannotRead) {
  SegmentBuilder(1).Open({}, 0, 0).Put(&fs_);
  const auto reader = Open();
  reader->Forget();
  fs_.FailReads("db/" + SegmentName(1), 4096, 1);
  EXPECT_EQ(reader->HeaderAt(4096).status().code(), base::Code::kIo);
}

}  // namespace
}  // namespace lsm
