// Damage at every place of a small log: the answer is all of it, or a refusal
// that says so; never less, and never something else.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "lsm/wal/log.h"
#include "lsm/wal/recovery.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

constexpr Sequence kLast = 150;

std::string BatchOf(Sequence sequence) {
  return base::StrCat("batch ", sequence);
}

class LogDamageTest : public testing::Test {
 protected:
  LogDamageTest() {
    EXPECT_TRUE(fs_.CreateDirectory("db").ok());
    options_.fs = &fs_;
    options_.clock = &clock_;
    options_.directory = "db";
    options_.segment_bytes = kSegmentBytesMin;
    options_.direct = false;
    options_.threads = false;
    request_.fs = &fs_;
    request_.directory = "db";
    request_.segments = {1};
  }

  // A closed log of batches 100, 110, ... kLast, a frame each.
  void Write() {
    auto log = Log::Open(options_, {});
    ASSERT_TRUE(log.ok());
    for (Sequence sequence = 100; sequence <= kLast; sequence += 10) {
      log.value()->Append(sequence, BatchOf(sequence));
      ASSERT_TRUE(log.value()->Submit());
    }
    ASSERT_TRUE(log.value()->Close().ok());
    path_ = base::JoinPath("db", SegmentName(1));
    const auto end = Replay();
    ASSERT_TRUE(end.ok());
    ASSERT_EQ(end.value().last, kLast);
    used_ = end.value().cut->offset;
  }

  base::Result<LogEnd> Replay() {
    recovered_.clear();
    return ReplayLog(request_,
                     [this](Sequence sequence, std::string_view batch) {
                       EXPECT_EQ(batch, BatchOf(sequence));
                       recovered_.push_back(sequence);
                       return base::Status::Ok();
                     });
  }

  // Refused, or everything newer than the tables is there.
  bool IsSafe() {
    const auto end = Replay();
    if (!end.ok()) return end.status().code() == base::Code::kCorruption;
    std::vector<Sequence> expected;
    for (Sequence s = 100; s <= kLast; s += 10) {
      if (s > request_.flushed) expected.push_back(s);
    }
    return recovered_ == expected;
  }

  // Flips one bit of every byte in use, and puts it back; returns how many
  // flips were not safe.
  int CountUnsafeFlips() {
    int unsafe = 0;
    for (uint64_t offset = 0; offset < used_; ++offset) {
      const int bit = static_cast<int>(offset % 8);
      fs_.FlipBit(path_, offset, bit);
      if (!IsSafe()) ++unsafe;
      fs_.FlipBit(path_, offset, bit);
    }
    return unsafe;
  }

  CrashFileSystem fs_;
  support::ManualClock clock_;
  LogOptions options_;
  ReplayRequest request_;
  std::string path_;
  uint64_t used_ = 0;
  std::vector<Sequence> recovered_;
};

TEST_F(LogDamageTest, IsNoticedAtEveryByte) {
  Write();
  EXPECT_EQ(CountUnsafeFlips(), 0);
}

TEST_F(LogDamageTest, IsNoticedInThePaddingOfDirectFrames) {
  options_.direct = true;
  Write();
  ASSERT_GT(used_, 4u * kFileHeaderBlock);
  EXPECT_EQ(CountUnsafeFlips(), 0);
  // The padding of the first frame of batches; later ones vouch for it.
  fs_.FlipBit(path_, 3 * kFileHeaderBlock - 1, 0);
  const auto end = Replay();
  ASSERT_FALSE(end.ok());
  EXPECT_NE(end.status().message().find(path_), std::string_view::npos);
}

TEST_F(LogDamageTest, IsNoticedAtEveryByteWhenTheTablesHoldAPart) {
  Write();
  for (const Sequence flushed : {100, 120, 145, 150}) {
    request_.flushed = flushed;
    EXPECT_EQ(CountUnsafeFlips(), 0) << flushed;
  }
}

TEST_F(LogDamageTest, IsSteppedOverWhereTheTablesHoldAll) {
  Write();
  request_.flushed = 130;
  // The second frame of batches.
  fs_.FlipBit(path_, kFileHeaderBlock + 88 + 96 + 70, 1);
  const auto end = Replay();
  ASSERT_TRUE(end.ok()) << end.status().ToString();
  EXPECT_EQ(recovered_, (std::vector<Sequence>{140, 150}));
  EXPECT_EQ(end.value().warnings.size(), 1u);
}

TEST_F(LogDamageTest, OfTheLastFrameIsNoticedThanksToTheWitness) {
  options_.faults.skip_witness = true;
  Write();
  EXPECT_GT(CountUnsafeFlips(), 0) << "the fault goes unnoticed";
}

TEST_F(LogDamageTest, IsNotATornTailWhenEvidenceSaysSo) {
  Write();
  request_.faults.ignore_evidence = true;
  EXPECT_GT(CountUnsafeFlips(), 0) << "the fault goes unnoticed";
}

TEST_F(LogDamageTest, IsNoticedWhenEightBytesAreZero) {
  Write();
  for (uint64_t offset = kFileHeaderBlock; offset < used_; offset += 8) {
    std::string before(8, '\0');
    auto file = fs_.OpenReadable(path_, base::FileSystem::ReadMode::kCached);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file.value()->Read(offset, 8, before.data()).ok());
    fs_.Overwrite(path_, offset, std::string(8, '\0'));
    EXPECT_TRUE(IsSafe()) << offset;
    fs_.Overwrite(path_, offset, before);
  }
}

TEST_F(LogDamageTest, IsRefusedWhenTheFileHasLostItsEnd) {
  Write();
  for (const uint64_t size : {65535, 4097, 4096, 100, 0}) {
    ASSERT_TRUE(fs_.Truncate(path_, size).ok());
    EXPECT_EQ(Replay().status().code(), base::Code::kCorruption) << size;
  }
}

TEST_F(LogDamageTest, LeavesAPrefixOfAFileThatGrew) {
  // Such a file names no size, so what is cut off takes its evidence along.
  options_.preallocate = false;
  Write();
  for (uint64_t size = used_; size-- > 0;) {
    ASSERT_TRUE(fs_.Truncate(path_, size).ok());
    const auto end = Replay();
    ASSERT_EQ(end.ok(), size >= kFileHeaderBlock) << size;
    for (size_t i = 0; i < recovered_.size(); ++i) {
      EXPECT_EQ(recovered_[i], 100 + 10 * i);
    }
  }
}

}  // namespace
}  // namespace lsm
