#include "lsm/wal/frame.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/checksum.h"
#include "base/coding.h"

namespace lsm {
namespace {

constexpr uint64_t kMagic = 0x1122334455667788;
constexpr uint64_t kSalt = 0x5a175a175a175a17;

FileHeader SomeFileHeader() {
  FileHeader header;
  header.magic = kMagic;
  header.flags = 1;
  header.db_uuid.bytes.fill('u');
  header.number = 42;
  header.salt = kSalt;
  header.size = 65536;
  return header;
}

FrameHeader SomeFrameHeader() {
  FrameHeader header;
  header.number_low = 42;
  header.first = 101;
  header.last = 105;
  header.prev_last = 100;
  header.durable_upto = 99;
  header.prev_chain = 0xabcdef;
  return header;
}

TEST(FileHeader, ComesBackAsItWas) {
  std::string block(kFileHeaderBlock, 'x');
  EncodeFileHeader(SomeFileHeader(), block.data());
  const auto read = DecodeFileHeader(block, kMagic);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().flags, 1u);
  EXPECT_EQ(read.value().db_uuid, SomeFileHeader().db_uuid);
  EXPECT_EQ(read.value().number, 42u);
  EXPECT_EQ(read.value().salt, kSalt);
  EXPECT_EQ(read.value().size, 65536u);
  EXPECT_EQ(block.find_first_not_of('\0', kFileHeaderBytes), std::string::npos);
}

TEST(FileHeader, IsRefusedWhenAnyBitIsFlipped) {
  std::string block(kFileHeaderBlock, '\0');
  EncodeFileHeader(SomeFileHeader(), block.data());
  for (size_t bit = 0; bit < kFileHeaderBlock * 8; ++bit) {
    block[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_EQ(DecodeFileHeader(block, kMagic).status().code(),
              base::Code::kCorruption)
        << bit;
    block[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
}

TEST(FileHeader, OfANewerVersionIsNobodysDamage) {
  std::string block(kFileHeaderBlock, '\0');
  EncodeFileHeader(SomeFileHeader(), block.data());
  block[8] = static_cast<char>(block[8] + 1);
  constexpr size_t kChecksumAt = 56;
  base::StoreLittle<uint64_t>(
      block.data() + kChecksumAt,
      base::Xxh3(std::string_view(block).substr(0, kChecksumAt), 0));
  EXPECT_EQ(DecodeFileHeader(block, kMagic).status().code(),
            base::Code::kInvalid);
}

TEST(FileHeader, IsRefusedWhenShortOrOfAnotherKind) {
  std::string block(kFileHeaderBlock, '\0');
  EncodeFileHeader(SomeFileHeader(), block.data());
  EXPECT_FALSE(DecodeFileHeader(block, kMagic + 1).ok());
  EXPECT_FALSE(
      DecodeFileHeader(block.substr(0, kFileHeaderBlock - 1), kMagic).ok());
}

TEST(FileHeader, IsGuessedWhereTheFirstFrameBearsItOut) {
  std::string block(kFileHeaderBlock, '\0');
  EncodeFileHeader(SomeFileHeader(), block.data());
  uint64_t chain = 0;
  const std::string frame =
      EncodeFrame(SomeFrameHeader(), "payload", kSalt, 8, &chain);
  for (const size_t byte : {0, 20, 40, 47, 56, 100}) {
    block[byte] ^= 1;
    const auto header = GuessFileHeader(block, frame);
    ASSERT_TRUE(header) << byte;
    EXPECT_EQ(header->salt, kSalt);
    EXPECT_EQ(header->number, 42u);
    block[byte] ^= 1;
  }
  EXPECT_FALSE(GuessFileHeader(block, std::string(100, 'x')));
  EXPECT_FALSE(GuessFileHeader(block, ""));
  block[41] ^= 3;
  EXPECT_FALSE(GuessFileHeader(block, frame));
}

TEST(Frame, ComesBackAsItWas) {
  for (const size_t alignment : {size_t{8}, size_t{4096}}) {
    for (const size_t size : {0, 1, 7, 8, 100, 4024, 4025, 5000}) {
      const std::string payload(size, 'p');
      uint64_t chain = 0;
      const std::string frame =
          EncodeFrame(SomeFrameHeader(), payload, kSalt, alignment, &chain);
      EXPECT_EQ(frame.size() % alignment, 0u);
      const auto header = DecodeHeader(frame, kSalt);
      ASSERT_TRUE(header);
      EXPECT_EQ(header->payload_bytes, size);
      EXPECT_EQ(header->first, 101u);
      EXPECT_EQ(header->last, 105u);
      EXPECT_EQ(header->prev_last, 100u);
      EXPECT_EQ(header->durable_upto, 99u);
      EXPECT_EQ(header->prev_chain, 0xabcdefu);
      uint64_t chain_read = 0;
      EXPECT_EQ(DecodePayload(frame, *header, kSalt, alignment, &chain_read),
                payload);
      EXPECT_EQ(chain_read, chain);
    }
  }
}

TEST(Frame, DoesNotVerifyWhenAnyBitIsFlipped) {
  for (const size_t alignment : {size_t{8}, size_t{4096}}) {
    uint64_t chain = 0;
    std::string frame = EncodeFrame(SomeFrameHeader(), "some payload", kSalt,
                                    alignment, &chain);
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
      frame[bit / 8] ^= static_cast<char>(1 << bit % 8);
      const auto header = DecodeHeader(frame, kSalt);
      const bool verifies =
          header && DecodePayload(frame, *header, kSalt, alignment, &chain);
      EXPECT_FALSE(verifies) << bit;
      frame[bit / 8] ^= static_cast<char>(1 << bit % 8);
    }
  }
}

TEST(Frame, EndsWhereItsPaddingEnds) {
  uint64_t chain = 0;
  std::string frame =
      EncodeFrame(SomeFrameHeader(), "payload", kSalt, 8, &chain);
  frame += "what an earlier life of the file has left";
  const auto header = DecodeHeader(frame, kSalt);
  ASSERT_TRUE(header);
  EXPECT_TRUE(DecodePayload(frame, *header, kSalt, 8, &chain));
}

TEST(Frame, DoesNotVerifyUnderAnotherSalt) {
  uint64_t chain = 0;
  const std::string frame =
      EncodeFrame(SomeFrameHeader(), "payload", kSalt, 8, &chain);
  EXPECT_FALSE(DecodeHeader(frame, kSalt + 1));
}

TEST(Frame, DoesNotVerifyWhenCutOff) {
  uint64_t chain = 0;
  const std::string frame =
      EncodeFrame(SomeFrameHeader(), "payload", kSalt, 8, &chain);
  const auto header = DecodeHeader(frame, kSalt);
  ASSERT_TRUE(header);
  for (size_t size = 0; size < kFrameOverhead + 7; ++size) {
    EXPECT_FALSE(
        DecodePayload(frame.substr(0, size), *header, kSalt, 8, &chain));
  }
  EXPECT_FALSE(DecodeHeader(frame.substr(0, kFrameHeaderBytes - 1), kSalt));
}

TEST(Frame, HasAChainThatDependsOnTheFrameBefore) {
  uint64_t chain = 0;
  uint64_t other_chain = 0;
  FrameHeader header = SomeFrameHeader();
  (void)EncodeFrame(header, "payload", kSalt, 8, &chain);
  header.prev_chain += 1;
  (void)EncodeFrame(header, "payload", kSalt, 8, &other_chain);
  EXPECT_NE(chain, other_chain);
}

}  // namespace
}  // namespace lsm
