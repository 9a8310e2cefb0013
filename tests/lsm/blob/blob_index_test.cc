#include "lsm/blob/blob_index.h"

#include <gtest/gtest.h>

#include "lsm/blob/blob_lab.h"

namespace lsm {
namespace {

class BlobIndexTest : public testing::Test {
 protected:
  BlobIndexTest() { lab_.WriteSome(9); }

  std::unique_ptr<base::ReadableFile> File() {
    return lab_.fs
        .OpenReadable(BlobLab::Path(1), base::FileSystem::ReadMode::kCached)
        .value();
  }

  BlobLab lab_;
};

TEST_F(BlobIndexTest, KnowsWhereEveryRecordLies) {
  const auto file = File();
  const Footer footer = ReadBlobFooter(file.get()).value();
  EXPECT_EQ(footer.properties.offset, lab_.files.at(1));
  EXPECT_EQ(footer.file_number, 1u);
  EXPECT_TRUE(CheckBlobOwner(footer, 1, lab_.uuid).ok());
  EXPECT_FALSE(CheckBlobOwner(footer, 2, lab_.uuid).ok());
  EXPECT_FALSE(CheckBlobOwner(footer, 1, Uuid()).ok());
  const auto records = ReadBlobIndex(file.get(), footer).value();
  ASSERT_EQ(records.size(), 9u);
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(records[static_cast<size_t>(i)], lab_.ReferenceOf(i).record);
  }
}

TEST_F(BlobIndexTest, NoticesAFileThatIsCutShort) {
  const uint64_t size = lab_.fs.FileSize(BlobLab::Path(1)).value();
  for (uint64_t left = 0; left < size; ++left) {
    BlobLab lab;
    lab.WriteSome(9);
    ASSERT_TRUE(lab.fs.Truncate(BlobLab::Path(1), left).ok());
    const base::Status status = lab.Open(1).status();
    EXPECT_EQ(status.code(), base::Code::kCorruption) << left;
    EXPECT_NE(status.message().find(BlobLab::Path(1)), std::string_view::npos);
  }
}

TEST_F(BlobIndexTest, TellsTheSizeOfAFileThatHasGrown) {
  const std::string bytes =
      base::ReadWholeFile(&lab_.fs, BlobLab::Path(1)).value();
  auto grown = lab_.fs.CreateWritable(BlobLab::Path(1)).value();
  ASSERT_TRUE(grown->Append(bytes + std::string(100, 'x')).ok());
  const base::Status status = lab_.Open(1).status();
  EXPECT_EQ(status.code(), base::Code::kCorruption);
  EXPECT_EQ(status.message(),
            base::StrCat(BlobLab::Path(1), ": has ", bytes.size() + 100,
                         " bytes, and does not end as a blob file does: not a "
                         "blob file"));
}

TEST_F(BlobIndexTest, IsNotThatOfATable) {
  Footer footer;
  footer.file_number = 3;
  EXPECT_FALSE(Footer::Decode(footer.Encode(), kBlobMagic).ok());
  footer.magic = kBlobMagic;
  EXPECT_FALSE(Footer::Decode(footer.Encode()).ok());
  EXPECT_EQ(Footer::Decode(footer.Encode(), kBlobMagic).value().file_number,
            3u);
}

}  // namespace
}  // namespace lsm
