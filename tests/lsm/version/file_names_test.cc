#include "lsm/version/file_names.h"

#include <gtest/gtest.h>

#include "lsm/wal/segment.h"

namespace lsm {
namespace {

TEST(FileNames, AreFixedForGood) {
  EXPECT_EQ(TableName(0x2a), "000000000000002a.sst");
  EXPECT_EQ(ManifestName(0x2a), "Manifest-000000000000002a");
}

TEST(FileNames, AreUnderstoodAgain) {
  for (const uint64_t number : {uint64_t{0}, uint64_t{1}, kFileNumberMax - 1}) {
    EXPECT_EQ(ParseFileName(TableName(number)),
              (FileName{FileKind::kTable, number}));
    EXPECT_EQ(ParseFileName(ManifestName(number)),
              (FileName{FileKind::kManifest, number}));
    EXPECT_EQ(ParseFileName(SegmentName(number)),
              (FileName{FileKind::kLogSegment, number}));
    EXPECT_EQ(ParseFileName(SpareName(number)),
              (FileName{FileKind::kSpareSegment, number}));
    EXPECT_EQ(ParseFileName(TableName(number) + ".tmp"),
              (FileName{FileKind::kTemporary, number}));
  }
  EXPECT_EQ(ParseFileName("CURRENT"), (FileName{FileKind::kCurrent, 0}));
  EXPECT_EQ(ParseFileName("CURRENT.tmp"), (FileName{FileKind::kTemporary, 0}));
  EXPECT_EQ(ParseFileName("LOCK"), (FileName{FileKind::kLock, 0}));
  EXPECT_EQ(ParseFileName("RESERVE"), (FileName{FileKind::kReserve, 0}));
}

TEST(FileNames, LeaveStrangersAlone) {
  for (const char* name :
       {"", ".", "dump.rdb", "notes.tmp", "current", "2a.sst",
        "000000000000002A.sst", "0x0000000000002a.sst", "000000000000002g.sst",
        " 00000000000002a.sst", "-00000000000002a.sst", "000000000000002a.sst~",
        "Manifest-2a", "Manifest-000000000000002a.log", "wal-000000000000002a",
        "000000000000002a.sst.tmp.tmp", "ffffffffffffffff.sst",
        "0100000000000000.sst"}) {
    EXPECT_EQ(ParseFileName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace lsm
