#include "lsm/table/block_format.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "base/random.h"
#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

constexpr uint64_t kSeed = 0x1234;

std::string Noise(size_t size) {
  base::Random random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Next());
  return bytes;
}

TEST(BlockFormat, GivesBackEveryPayload) {
  for (const auto compression :
       {Compression::kNone, Compression::kLz4, Compression::kZstd}) {
    for (const std::string& payload :
         {std::string(), std::string("x"), std::string(63, 'a'),
          std::string(64, 'a'), std::string(4096, 'a'),
          std::string(3 << 20, '\0'), Noise(100), Noise(5000)}) {
      SCOPED_TRACE(payload.size());
      std::string stored;
      const uint64_t size =
          AppendBlock(payload, compression, kSeed, 77, &stored);
      EXPECT_EQ(stored.size(), size + kBlockTrailerBytes);
      EXPECT_EQ(OpenBlock(stored, kSeed, 77).value().view(), payload);
    }
  }
}

TEST(BlockFormat, StoresRawWhatCompressesBadly) {
  // 600 bytes of noise of 640: less than an eighth can be saved.
  const std::string payload = Noise(600) + std::string(40, 'a');
  for (const auto compression : {Compression::kLz4, Compression::kZstd}) {
    std::string out;
    EXPECT_EQ(Compress(compression, payload, &out), Compression::kNone);
    EXPECT_EQ(out, payload);
  }
}

TEST(BlockFormat, NeverExpandsMoreThanItsBound) {
  const std::string zeros(8 << 20, '\0');
  for (const auto wanted : {Compression::kLz4, Compression::kZstd}) {
    std::string out;
    const Compression type = Compress(wanted, zeros, &out);
    EXPECT_NE(type, Compression::kNone);
    EXPECT_GE(out.size() * kExpansionMax, zeros.size());
    EXPECT_EQ(RawSize(type, out).value(), zeros.size());
  }
}

TEST(BlockFormat, RefusesToUnpackALie) {
  std::string payload;
  base::PutVarint(&payload, uint64_t{1} << 40);
  payload += "something";
  EXPECT_FALSE(RawSize(Compression::kLz4, payload).ok());
  EXPECT_FALSE(RawSize(Compression::kZstd, "").ok());

  std::string good;
  const std::string raw(1000, 'a');
  ASSERT_EQ(Compress(Compression::kLz4, raw, &good), Compression::kLz4);
  char out[1001];
  EXPECT_TRUE(Decompress(Compression::kLz4, good, out, 1000).ok());
  EXPECT_FALSE(Decompress(Compression::kLz4, good, out, 1001).ok());
  EXPECT_FALSE(Decompress(Compression::kLz4, good, out, 999).ok());
  EXPECT_FALSE(Decompress(Compression::kZstd, good, out, 1000).ok());
}

TEST(BlockFormat, KnowsABlockOfAnotherPlaceFileOrDatabase) {
  std::string stored;
  AppendBlock("payload", Compression::kNone, kSeed, 4096, &stored);
  EXPECT_TRUE(OpenBlock(stored, kSeed, 4096).ok());
  EXPECT_FALSE(OpenBlock(stored, kSeed, 4097).ok());
  EXPECT_FALSE(OpenBlock(stored, kSeed + 1, 4096).ok());

  Uuid one;
  Uuid other;
  other.bytes[15] = 1;
  EXPECT_NE(TableSeed(one, 1), TableSeed(one, 2));
  EXPECT_NE(TableSeed(one, 1), TableSeed(other, 1));
}

TEST(BlockFormat, NoticesEveryFlippedBit) {
  for (const auto compression : {Compression::kNone, Compression::kLz4}) {
    std::string stored;
    AppendBlock(std::string(200, 'a') + "b", compression, kSeed, 0, &stored);
    for (size_t bit = 0; bit < stored.size() * 8; ++bit) {
      std::string bad = stored;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(OpenBlock(bad, kSeed, 0).ok());
    }
  }
}

TEST(BlockFormat, NamesTheFileThatIsTooShort) {
  TableLab lab;
  lab.Replace("0123456789");
  auto file =
      lab.fs_.OpenReadable(lab.path(), base::FileSystem::ReadMode::kCached)
          .value();
  for (const Extent extent : {
           Extent{0,          2         },
           Extent{11,         0         },
           Extent{5,          0         },
           Extent{UINT64_MAX, 1         },
           Extent{0,          UINT64_MAX}
  }) {
    const base::Status status = ReadBlock(file.get(), extent, kSeed).status();
    EXPECT_EQ(status.code(), base::Code::kCorruption);
    EXPECT_NE(status.message().find(lab.path()), std::string::npos);
  }
}

}  // namespace
}  // namespace lsm
