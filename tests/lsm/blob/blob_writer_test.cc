#include "lsm/blob/blob_writer.h"

#include <gtest/gtest.h>

#include "lsm/blob/blob_lab.h"

namespace lsm {
namespace {

TEST(BlobWriter, SaysWhereTheValueLies) {
  BlobLab lab;
  lab.WriteSome(2);
  const BlobReference first = lab.ReferenceOf(0);
  const BlobReference second = lab.ReferenceOf(1);
  EXPECT_EQ(first.file, 1u);
  EXPECT_EQ(first.record.offset, 0u);
  EXPECT_EQ(second.record.offset, first.stored_bytes());
  EXPECT_EQ(second.value_bytes, 101u);
  EXPECT_EQ(second.head, BlobLab::ValueOf(1).substr(0, kBlobHeadBytes));
  EXPECT_EQ(lab.files.at(1), first.stored_bytes() + second.stored_bytes());
}

TEST(BlobWriter, BeginsANewFileWhereOneIsFull) {
  BlobLab lab;
  lab.file_bytes = 100;
  lab.WriteSome(8);
  EXPECT_GT(lab.files.size(), 2u);
  for (const auto& [number, bytes] : lab.files) {
    EXPECT_TRUE(lab.Open(number).ok()) << number;
  }
}

TEST(BlobWriter, LeavesNothingBehindUnlessToldToKeepIt) {
  BlobLab lab;
  lab.file_bytes = 150;
  {
    BlobWriter writer(lab.Options());
    ASSERT_TRUE(writer.Add("a", std::string(200, 'a'), {}).ok());
    ASSERT_TRUE(writer.Add("b", std::string(20, 'b'), {}).ok());
    EXPECT_EQ(lab.fs.List("/data").value().size(), 2u);
  }
  EXPECT_TRUE(lab.fs.List("/data").value().empty());
}

TEST(BlobWriter, MakesNoFileForNothing) {
  BlobLab lab;
  BlobWriter writer(lab.Options());
  EXPECT_TRUE(writer.Finish().ok());
  EXPECT_TRUE(writer.files().empty());
  EXPECT_TRUE(lab.fs.List("/data").value().empty());
}

TEST(BlobWriter, HasSyncedWhatItHasFinished) {
  BlobLab lab;
  lab.WriteSome(5);
  ASSERT_TRUE(lab.fs.SyncDirectory("/data").ok());
  const auto after = lab.fs.Crash(1);
  EXPECT_EQ(base::ReadWholeFile(after.get(), BlobLab::Path(1)).value(),
            base::ReadWholeFile(&lab.fs, BlobLab::Path(1)).value());
}

}  // namespace
}  // namespace lsm
