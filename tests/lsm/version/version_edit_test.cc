#include "lsm/version/version_edit.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "base/random.h"
#include "lsm/stats.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_lab.h"

namespace lsm {
namespace {

std::string Encode(const VersionEdit& edit) {
  std::string bytes;
  edit.EncodeTo(&bytes);
  return bytes;
}

// One field by hand.
std::string Field(uint64_t tag, std::string_view bytes) {
  std::string out;
  base::PutVarint(&out, tag);
  base::PutLengthPrefixed(&out, bytes);
  return out;
}

VersionEdit FullEdit() {
  VersionEdit edit = LabEdit(4);
  edit.identity = ManifestState::ForNewDirectory().identity;
  edit.incarnation = 3;
  edit.added_tables[0].info.smallest = std::string("\0a", 2);
  edit.added_tables[0].info.largest = "\xff";
  edit.added_tables[0].info.max_sequence = kSequenceMax;
  edit.added_tables[0].info.blobs = {
      {3, 50, 100},
      {9, 7,  7  }
  };
  edit.counters[UINT64_MAX] = INT64_MIN;
  edit.added_cuts = {
      {1, 4096, 3},
      {3, 64,   9}
  };
  edit.added_dead_scopes[""] = 1;
  edit.next_file_number = kFileNumberMax;
  edit.next_segment_number = 12;
  edit.highest_sequence = 99;
  edit.wall_clock_us = 1'700'000'000'000'000;
  return edit;
}

TEST(VersionEdit, IsReadAsItWasWritten) {
  for (const VersionEdit& edit : {VersionEdit(), LabEdit(9), FullEdit()}) {
    const auto decoded = VersionEdit::Decode(Encode(edit));
    ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
    EXPECT_EQ(decoded.value(), edit);
  }
}

TEST(VersionEdit, BytesOfTheFormatStayAsTheyAre) {
  VersionEdit edit;
  edit.flushed = 300;
  edit.removed_tables = {5};
  EXPECT_EQ(Encode(edit), std::string("\x07\x01\x05"
                                      "\x0b\x02\xac\x02"));
}

TEST(VersionEdit, RefusesEveryCutWithinAField) {
  const std::string bytes = Encode(FullEdit());
  size_t refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = VersionEdit::Decode(bytes.substr(0, size));
    // Between two fields it is an edit that says less.
    if (decoded.ok()) continue;
    EXPECT_EQ(decoded.status().code(), base::Code::kCorruption);
    ++refused;
  }
  EXPECT_GT(refused, bytes.size() * 4 / 5);
}

TEST(VersionEdit, SurvivesEveryFlippedByte) {
  const std::string bytes = Encode(FullEdit());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string broken = bytes;
      broken[i] = static_cast<char>(broken[i] ^ flip);
      const auto decoded = VersionEdit::Decode(broken);
      if (!decoded.ok()) continue;
      // Whatever it now says, it says it in one way.
      EXPECT_TRUE(VersionEdit::Decode(Encode(decoded.value())).ok());
    }
  }
}

TEST(VersionEdit, SkipsAnUnknownFieldThatMayBeSkipped) {
  VersionEdit edit = LabEdit(2);
  const auto decoded =
      VersionEdit::Decode(Field(500 << 1, "whatever") + Encode(edit));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.value(), edit);
}

TEST(VersionEdit, RefusesAnUnknownFieldThatMustBeUnderstood) {
  const auto decoded = VersionEdit::Decode(Field(500 << 1 | 1, ""));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.status().code(), base::Code::kInvalid);
  EXPECT_NE(decoded.status().message().find("newer version"),
            std::string_view::npos);
}

TEST(VersionEdit, RefusesANewerFormatBeforeItMisreadsTheRest) {
  VersionEdit edit;
  edit.identity.emplace().format = kDbFormat + 1;
  const auto decoded = VersionEdit::Decode(Encode(edit) + Field(7, "\xff"));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.status().code(), base::Code::kInvalid);
  EXPECT_NE(decoded.status().message().find("format 2"),
            std::string_view::npos);
}

TEST(VersionEdit, RefusesAnUnknownKeyOrder) {
  VersionEdit edit;
  edit.identity.emplace().key_order = kMemcmpOrder + 1;
  EXPECT_EQ(VersionEdit::Decode(Encode(edit)).status().code(),
            base::Code::kInvalid);
}

TEST(VersionEdit, RefusesWhatNoEngineWrites) {
  VersionEdit late = LabEdit(1);
  late.flushed = kSequenceMax + 1;
  VersionEdit deep = LabEdit(1);
  deep.added_tables[0].level = kLevelsMax;
  VersionEdit reversed = LabEdit(1);
  std::swap(reversed.added_tables[0].info.smallest,
            reversed.added_tables[0].info.largest);
  VersionEdit back = LabEdit(1);
  back.added_cuts = {
      {5, 0, 5}
  };
  VersionEdit huge = LabEdit(1);
  huge.listed_segments = {kFileNumberMax};
  for (const VersionEdit& edit : {late, deep, reversed, back, huge}) {
    EXPECT_EQ(VersionEdit::Decode(Encode(edit)).status().code(),
              base::Code::kCorruption);
  }
  const std::string once = Encode({.flushed = 5});
  EXPECT_EQ(VersionEdit::Decode(once + once).status().code(),
            base::Code::kCorruption);
}

}  // namespace
}  // namespace lsm
