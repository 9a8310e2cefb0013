#include "lsm/blob/blob_check.h"

#include <gtest/gtest.h>

#include "lsm/blob/blob_lab.h"

namespace lsm {
namespace {

BlobCheck Check(BlobLab& lab, const BlobVisitor& visitor = {}) {
  return CheckBlobFile(&lab.fs, BlobLab::Path(1), 1, lab.uuid, lab.files.at(1),
                       visitor)
      .value();
}

TEST(BlobCheck, FindsEveryRecordOfASoundFile) {
  BlobLab lab;
  lab.WriteSome(7);
  std::vector<std::string> values;
  BlobVisitor visitor;
  visitor.on_record = [&](Extent, std::string_view key, std::string_view value,
                          const base::Status& why) {
    EXPECT_TRUE(why.ok());
    EXPECT_EQ(key, base::StrCat("k", values.size()));
    values.emplace_back(value);
  };
  const BlobCheck check = Check(lab, visitor);
  EXPECT_TRUE(check.flaws.empty());
  ASSERT_EQ(values.size(), 7u);
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(values[static_cast<size_t>(i)], BlobLab::ValueOf(i));
    EXPECT_TRUE(check.Holds(lab.ReferenceOf(i), base::StrCat("k", i)));
    EXPECT_FALSE(check.Holds(lab.ReferenceOf(i), "other"));
  }
  BlobReference reference = lab.ReferenceOf(3);
  reference.record.size -= 1;
  EXPECT_FALSE(check.Holds(reference, "k3"));
  reference = lab.ReferenceOf(3);
  reference.record.offset += 1;
  EXPECT_FALSE(check.Holds(reference, "k3"));
}

// Every byte; of a record only that one is lost.
TEST(BlobCheck, NamesEveryFlippedBit) {
  BlobLab sound;
  sound.WriteSome(5);
  const uint64_t size = sound.fs.FileSize(BlobLab::Path(1)).value();
  for (uint64_t at = 0; at < size; ++at) {
    BlobLab lab;
    lab.WriteSome(5);
    lab.fs.FlipBit(BlobLab::Path(1), at, static_cast<int>(at % 8));
    const BlobCheck check = Check(lab);
    ASSERT_EQ(check.flaws.size(), 1u) << at;
    EXPECT_NE(check.flaws[0].message().find(BlobLab::Path(1)),
              std::string_view::npos);
    EXPECT_EQ(check.records.size(), at < lab.files.at(1) ? 4u : 0u) << at;
  }
}

TEST(BlobCheck, ComparesWhatTheFileShouldHold) {
  BlobLab lab;
  lab.WriteSome(5);
  lab.files[1] += 1;
  EXPECT_EQ(Check(lab).flaws.size(), 1u);
}

}  // namespace
}  // namespace lsm
