#include "lsm/check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lsm/damage_store.h"
#include "lsm/holdings.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

struct Answer {
  base::Status status;
  CheckSummary summary;
  std::vector<std::string> damages;

  bool Names(std::string_view part) const {
    return std::any_of(damages.begin(), damages.end(),
                       [part](const std::string& text) {
                         return text.find(part) != std::string::npos;
                       });
  }
};

Answer Check(CrashFileSystem* disk,
             decltype(CheckRequest::count_row) count = nullptr) {
  EngineLab lab;
  lab.options.fs = disk;
  Answer answer;
  CheckRequest request;
  request.options = &lab.options;
  request.count_row = std::move(count);
  request.on_finding = [&](bool is_damage, const std::string& text) {
    if (is_damage) answer.damages.push_back(text);
  };
  const auto summary = CheckDirectory(request);
  answer.status = summary.ok() ? base::Status::Ok() : summary.status();
  if (summary.ok()) answer.summary = summary.value();
  return answer;
}

TEST(Check, FindsNothingInASoundStore) {
  const DamageStore store;
  const auto disk = store.Copy();
  const auto answer = Check(disk.get());
  ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
  for (const std::string& text : answer.damages) ADD_FAILURE() << text;
  EXPECT_GE(answer.summary.tables, 2u);
  EXPECT_EQ(answer.summary.rows, 165u);
  EXPECT_EQ(answer.summary.blob_files, 1u);
  EXPECT_GE(answer.summary.segments, 2u);
  EXPECT_EQ(answer.summary.batches, 33u);
}

// Every byte of small files, many of large ones: it is named, or opening the
// store shows that it did no harm.
TEST(Check, NamesEveryFlippedByteThatIsNotHarmless) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    if (name.starts_with("spare-")) continue;
    uint64_t harmless = 0;
    const bool is_log = name.starts_with("wal-");
    for (const uint64_t at :
         Offsets(store.SizeOf(name), is_log ? 300 : 10'000, 200)) {
      auto disk = store.Copy();
      disk->FlipBit(DamageStore::Path(name), at, static_cast<int>(at % 8));
      const Answer answer = Check(disk.get());
      ASSERT_TRUE(answer.status.ok()) << answer.status.ToString();
      if (!answer.damages.empty()) {
        ASSERT_TRUE(answer.Names(name))
            << name << " byte " << at << ": " << answer.damages[0];
        continue;
      }
      ++harmless;
      ASSERT_EQ(store.Check(std::move(disk), {}), "") << name << " byte " << at;
    }
    // A MANIFEST ends with a witness; the log is larger than what is in use.
    if (name.starts_with("Manifest-")) {
      EXPECT_LE(harmless, 72u);
    } else if (!is_log) {
      EXPECT_EQ(harmless, 0u) << name;
    }
  }
}

TEST(Check, NamesMissingCutAndExchangedFiles) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    if (name.starts_with("spare-")) continue;
    const std::string path = DamageStore::Path(name);
    auto disk = store.Copy();
    ASSERT_TRUE(disk->Remove(path).ok());
    EXPECT_TRUE(Check(disk.get()).Names(name)) << name;

    disk = store.Copy();
    ASSERT_TRUE(disk->Truncate(path, store.SizeOf(name) / 2).ok());
    EXPECT_TRUE(Check(disk.get()).Names(name)) << name;

    for (const std::string& other : store.names()) {
      // That a segment is no table takes long to see: one kind will do.
      if (other == name ||
          (name.ends_with(".sst") && other.starts_with("wal-"))) {
        continue;
      }
      disk = store.Copy();
      ASSERT_TRUE(disk->Remove(path).ok());
      ASSERT_TRUE(disk->Rename(DamageStore::Path(other), path).ok());
      EXPECT_TRUE(Check(disk.get()).Names(name)) << other << " as " << name;
    }
  }
}

TEST(Check, NamesFilesThatTheDiskCannotRead) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    if (name.starts_with("spare-")) continue;
    auto disk = store.Copy();
    disk->FailReads(DamageStore::Path(name), 0, 1);
    EXPECT_TRUE(Check(disk.get()).Names(name)) << name;
  }
}

TEST(Check, SaysWhenThereIsNothingToLookAt) {
  CrashFileSystem disk;
  EXPECT_FALSE(Check(&disk).status.ok());
  ASSERT_TRUE(disk.CreateDirectory("/data").ok());
  EXPECT_FALSE(Check(&disk).status.ok());
}

TEST(Check, ChangesNoByte) {
  const DamageStore store;
  EngineLab lab;
  lab.disk = store.Copy();
  const auto before = lab.Files();
  Check(lab.disk.get());
  EXPECT_EQ(lab.Files(), before);
}

// --- What the MANIFEST says, against what is there.

class CheckManifest : public testing::Test {
 protected:
  CheckManifest() : disk_(store_.Copy()) {
    state_ = ReadHoldings(disk_.get(), "/data").value().state;
  }
  Answer CheckWith(const ManifestState& state) {
    CHECK(Manifest::Create(disk_.get(), "/data", state).ok());
    return Check(disk_.get());
  }

  const DamageStore store_{{}, true, /*merged=*/true};
  std::shared_ptr<CrashFileSystem> disk_;
  ManifestState state_;
};

TEST_F(CheckManifest, IsSoundBefore) {
  EXPECT_TRUE(CheckWith(state_).damages.empty());
}

TEST_F(CheckManifest, ComparesEveryTable) {
  const auto table = state_.tables.begin();
  const std::string name = TableName(table->first);
  const AddedTable sound = table->second;
  const auto damaged = [&](auto&& damage) {
    table->second = sound;
    damage(table->second.info);
    return CheckWith(state_).Names(name);
  };
  EXPECT_TRUE(damaged([](TableInfo& info) { ++info.rows; }));
  EXPECT_TRUE(damaged([](TableInfo& info) { ++info.tombstones; }));
  EXPECT_TRUE(damaged([](TableInfo& info) { ++info.bytes; }));
  EXPECT_TRUE(damaged([](TableInfo& info) { ++info.max_sequence; }));
  EXPECT_TRUE(damaged([](TableInfo& info) { info.smallest.pop_back(); }));
  EXPECT_TRUE(damaged([](TableInfo& info) { --info.blobs.at(0).bytes; }));
  EXPECT_TRUE(damaged([](TableInfo& info) { info.blobs.clear(); }));
}

TEST_F(CheckManifest, SeesTablesOfALevelThatOverlap) {
  AddedTable twin = state_.tables.begin()->second;
  twin.info.number += 100;
  ASSERT_GT(twin.level, 0);
  state_.tables[twin.info.number] = twin;
  EXPECT_TRUE(CheckWith(state_).Names("overlap"));
}

TEST_F(CheckManifest, ComparesTheCountersWithTheRows) {
  const auto count = [](std::string_view key, std::string_view,
                        const CheckRequest::AddCount& add) {
    add(static_cast<uint8_t>(key[1]), 1);
  };
  // 100 less the deleted one, 60, 30, two, and four apart; counter 3 belongs to
  // no row.
  state_.counters = {
      {'b', 99},
      {'a', 60},
      {'c', 30},
      {'d', 1 },
      {'e', 1 },
      {'f', 4 }
  };
  ASSERT_TRUE(Manifest::Create(disk_.get(), "/data", state_).ok());
  Answer answer = Check(disk_.get(), count);
  EXPECT_EQ(answer.damages, std::vector<std::string>());
  EXPECT_EQ(answer.summary.live_rows, 195u);
  state_.counters['a'] = 61;
  state_.counters['x'] = 1;
  ASSERT_TRUE(Manifest::Create(disk_.get(), "/data", state_).ok());
  EXPECT_EQ(Check(disk_.get(), count).damages.size(), 2u);
}

}  // namespace
}  // namespace lsm
