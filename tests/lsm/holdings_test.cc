#include "lsm/holdings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lsm/damage_store.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

class HoldingsTest : public testing::Test {
 protected:
  Holdings Read() {
    auto holdings = ReadHoldings(disk_.get(), "/data");
    EXPECT_TRUE(holdings.ok()) << holdings.status().ToString();
    return std::move(holdings).value();
  }
  std::string Manifest() const {
    for (const std::string& name : store_.names()) {
      if (name.starts_with("Manifest-")) return DamageStore::Path(name);
    }
    return "";
  }

  const DamageStore store_{{}, true, /*merged=*/true};
  std::shared_ptr<support::CrashFileSystem> disk_ = store_.Copy();
};

TEST_F(HoldingsTest, AreExactlyWhatTheManifestSays) {
  const Holdings holdings = Read();
  EXPECT_TRUE(holdings.exact);
  EXPECT_TRUE(holdings.damage.empty());
  EXPECT_TRUE(holdings.unknown_tables.empty());
  EXPECT_FALSE(holdings.state.tables.empty());
  EXPECT_EQ(holdings.manifest_path, Manifest());
}

TEST_F(HoldingsTest, NameOrphans) {
  ASSERT_TRUE(disk_->CreateWritable("/data/" + TableName(99)).ok());
  const Holdings holdings = Read();
  EXPECT_TRUE(holdings.damage.empty());
  ASSERT_EQ(holdings.notes.size(), 1u);
  EXPECT_NE(holdings.notes[0].find(TableName(99)), std::string::npos);
}

TEST_F(HoldingsTest, FindASoundManifestWithoutCurrent) {
  const ManifestState sound = Read().state;
  disk_->FlipBit("/data/CURRENT", 12, 0);
  Holdings holdings = Read();
  EXPECT_TRUE(holdings.exact);
  EXPECT_EQ(holdings.damage.size(), 1u);
  EXPECT_EQ(holdings.state, sound);
  ASSERT_TRUE(disk_->Remove("/data/CURRENT").ok());
  holdings = Read();
  EXPECT_TRUE(holdings.exact);
  EXPECT_EQ(holdings.state, sound);
}

// What the last edits listed and gave up is told by what is there.
TEST_F(HoldingsTest, AreNotExactlyWhatAManifestWithoutItsEndSays) {
  const Holdings sound = Read();
  const uint64_t size = disk_->FileSize(Manifest()).value();
  int believed = 0;
  for (uint64_t left = size; left-- > 0;) {
    ASSERT_TRUE(disk_->Truncate(Manifest(), left).ok());
    const Holdings holdings = Read();
    if (holdings.exact) {
      ++believed;
      ASSERT_EQ(holdings.state, sound.state) << "cut to " << left;
      continue;
    }
    ASSERT_FALSE(holdings.damage.empty());
    for (const auto& [number, table] : sound.state.tables) {
      const auto& unknown = holdings.unknown_tables;
      ASSERT_TRUE(holdings.state.tables.contains(number) ||
                  std::find(unknown.begin(), unknown.end(), number) !=
                      unknown.end())
          << "cut to " << left;
    }
    for (const uint64_t number : sound.state.segments) {
      ASSERT_TRUE(holdings.state.segments.contains(number))
          << "cut to " << left;
    }
  }
  // Nothing but a witness was cut off.
  EXPECT_GT(believed, 0);
}

TEST_F(HoldingsTest, AreExactWhereAFileIsMissingThatNothingReplaces) {
  const uint64_t table = Read().state.tables.begin()->first;
  ASSERT_TRUE(disk_->Remove("/data/" + TableName(table)).ok());
  EXPECT_TRUE(Read().exact);
  ASSERT_TRUE(disk_->CreateWritable("/data/" + TableName(99)).ok());
  const Holdings holdings = Read();
  EXPECT_FALSE(holdings.exact);
  ASSERT_EQ(holdings.damage.size(), 1u);
  EXPECT_NE(holdings.damage[0].find("may have lost its end"),
            std::string::npos);
  EXPECT_EQ(holdings.unknown_tables, std::vector<uint64_t>{99});
}

// Whatever frame is damaged: all tables in use are found, and none that a
// readable edit has removed.
TEST_F(HoldingsTest, KeepEveryTableInUseWhenTheManifestIsDamaged) {
  const Holdings sound = Read();
  const uint64_t size = disk_->FileSize(Manifest()).value();
  for (uint64_t at = 0; at < size; at += at < 64 ? 1 : 40) {
    disk_->FlipBit(Manifest(), at, 1);
    const Holdings holdings = Read();
    for (const auto& [number, table] : sound.state.tables) {
      const auto& unknown = holdings.unknown_tables;
      ASSERT_TRUE(holdings.state.tables.contains(number) ||
                  std::find(unknown.begin(), unknown.end(), number) !=
                      unknown.end())
          << "byte " << at;
    }
    for (const uint64_t number : sound.state.segments) {
      ASSERT_TRUE(holdings.state.segments.contains(number)) << "byte " << at;
    }
    ASSERT_EQ(holdings.state.identity.uuid, sound.state.identity.uuid);
    disk_->FlipBit(Manifest(), at, 1);
  }
}

TEST_F(HoldingsTest, AskTheFilesWhoseTheyAreWithoutAnyManifest) {
  const Uuid uuid = Read().state.identity.uuid;
  ASSERT_TRUE(disk_->Remove(Manifest()).ok());
  const Holdings holdings = Read();
  EXPECT_FALSE(holdings.exact);
  EXPECT_EQ(holdings.state.identity.uuid, uuid);
  EXPECT_FALSE(holdings.unknown_tables.empty());
}

TEST_F(HoldingsTest, AreNoneInAnEmptyDirectory) {
  support::CrashFileSystem empty;
  ASSERT_TRUE(empty.CreateDirectory("/data").ok());
  EXPECT_EQ(ReadHoldings(&empty, "/data").status().code(),
            base::Code::kInvalid);
  EXPECT_FALSE(ReadHoldings(&empty, "/nothing").ok());
}

}  // namespace
}  // namespace lsm
