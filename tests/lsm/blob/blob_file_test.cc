#include "lsm/blob/blob_file.h"

#include <gtest/gtest.h>

#include "lsm/blob/blob_lab.h"

namespace lsm {
namespace {

TEST(BlobFile, ReadsWhatWasWritten) {
  BlobLab lab;
  lab.WriteSome(20);
  const BlobFilePtr file = lab.Open(1).value();
  EXPECT_EQ(file->record_bytes(), lab.files.at(1));
  for (int i = 0; i < 20; ++i) {
    const auto value = file->Read(lab.ReferenceOf(i), base::StrCat("k", i));
    ASSERT_TRUE(value.ok()) << value.status().ToString();
    EXPECT_EQ(value.value().view, BlobLab::ValueOf(i));
  }
}

TEST(BlobFile, DoesNotTakeOneValueForAnother) {
  BlobLab lab;
  lab.WriteSome(3);
  const BlobFilePtr file = lab.Open(1).value();
  const auto fails = [&](const BlobReference& reference,
                         const std::string& key) {
    const base::Status status = file->Read(reference, key).status();
    return status.code() == base::Code::kCorruption &&
           status.message().find(BlobLab::Path(1)) != std::string_view::npos;
  };
  EXPECT_TRUE(fails(lab.ReferenceOf(1), "k2"));
  BlobReference reference = lab.ReferenceOf(1);
  reference.record.offset += 1;
  EXPECT_TRUE(fails(reference, "k1"));
  reference = lab.ReferenceOf(1);
  reference.record.size = uint64_t{1} << 60;
  EXPECT_TRUE(fails(reference, "k1"));
  reference = lab.ReferenceOf(1);
  reference.value_bytes += 1;
  EXPECT_TRUE(fails(reference, "k1"));
  reference = lab.ReferenceOf(1);
  reference.head = "other bytes";
  EXPECT_TRUE(fails(reference, "k1"));
}

// Every byte: opening fails, or the one value does.
TEST(BlobFile, NoticesEveryFlippedBit) {
  BlobLab sound;
  sound.WriteSome(6);
  const uint64_t size = sound.fs.FileSize(BlobLab::Path(1)).value();
  for (uint64_t at = 0; at < size; ++at) {
    BlobLab lab;
    lab.WriteSome(6);
    lab.fs.FlipBit(BlobLab::Path(1), at, static_cast<int>(at % 8));
    const auto file = lab.Open(1);
    if (!file.ok()) {
      EXPECT_GE(at, lab.files.at(1)) << "a value is no reason to refuse all";
      continue;
    }
    int failed = 0;
    for (int i = 0; i < 6; ++i) {
      const auto value =
          file.value()->Read(lab.ReferenceOf(i), base::StrCat("k", i));
      failed += !value.ok();
      if (value.ok()) {
        EXPECT_EQ(value.value().view, BlobLab::ValueOf(i));
      }
    }
    // Of the index, values know nothing.
    EXPECT_EQ(failed, at < lab.files.at(1) ? 1 : 0) << at;
  }
}

TEST(BlobFile, IsNotTakenForAnother) {
  BlobLab lab;
  lab.file_bytes = 50;
  lab.WriteSome(2);
  lab.files[1] += 1;
  EXPECT_EQ(lab.Open(1).status().code(), base::Code::kCorruption);
  lab.files[1] -= 1;
  EXPECT_TRUE(lab.Open(1).ok());
  ASSERT_TRUE(lab.fs.Rename(BlobLab::Path(2), BlobLab::Path(1)).ok());
  EXPECT_EQ(lab.Open(1).status().code(), base::Code::kCorruption);
  BlobLab other;
  other.WriteSome(1);
  other.uuid.bytes.fill('v');
  EXPECT_EQ(other.Open(1).status().code(), base::Code::kCorruption);
}

// --- When it may go.

TEST(BlobFile, IsObsoleteWhenEveryTableHasGone) {
  BlobLab lab;
  lab.WriteSome(1);
  BlobFilePtr file = lab.Open(1).value();
  file->NoteTable();
  file->NoteTable();
  file->NoteTableGone();
  file->NoteTableGone();
  EXPECT_TRUE(lab.obsolete.empty()) << "somebody reads it";
  file.reset();
  EXPECT_EQ(lab.obsolete, std::vector<uint64_t>{1});
}

TEST(BlobFile, StaysAsLongAsATableWasNotGivenUp) {
  BlobLab lab;
  lab.WriteSome(1);
  BlobFilePtr file = lab.Open(1).value();
  file->NoteTable();
  file->NoteTable();
  file->NoteTableGone();
  file.reset();
  EXPECT_TRUE(lab.obsolete.empty());
  lab.Open(1).value().reset();
  EXPECT_TRUE(lab.obsolete.empty()) << "no table came to refer to it";
}

}  // namespace
}  // namespace lsm
