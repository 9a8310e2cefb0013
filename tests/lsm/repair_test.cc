#include "lsm/repair.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lsm/damage_store.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

class Repaired {
 public:
  // `unreadable`: a page of this file, while it is repaired.
  explicit Repaired(std::shared_ptr<CrashFileSystem> disk,
                    const std::string& unreadable = "", uint64_t page = 0) {
    lab_.disk = std::move(disk);
    const auto before = lab_.Files();
    if (!unreadable.empty()) lab_.disk->FailReads(unreadable, page, 4096);
    EngineLab options;
    options.options.fs = lab_.disk.get();
    options.options.directory = "/new";
    RepairRequest request;
    request.from = "/data";
    request.options = &options.options;
    auto result = RepairDirectory(request);
    status = result.ok() ? base::Status::Ok() : result.status();
    lab_.disk->HealReads();
    untouched = lab_.Files() == before;
    if (!status.ok()) return;
    report = std::move(result).value();
    lab_.options.directory = "/new";
    opened = lab_.Open();
    if (opened.ok()) rows = lab_.ReadAll();
  }
  Engine& engine() { return *lab_.operator->(); }

  // Some loss says that this key may be gone, or be an older one.
  bool IsExcused(const std::string& key) const {
    for (const Loss& loss : report.losses) {
      if (loss.is_log) return true;
      const bool after =
          !loss.first ||
          (loss.first_included ? key >= *loss.first : key > *loss.first);
      const bool before = !loss.last || (loss.last_included ? key <= *loss.last
                                                            : key < *loss.last);
      if (after && before) return true;
    }
    return false;
  }

  base::Status status;
  base::Status opened;
  bool untouched = false;
  RepairReport report;
  EngineLab::Rows rows;

 private:
  EngineLab lab_;
};

// Empty, or what is wrong with it.
std::string Judge(const Repaired& repaired, const EngineLab::Rows& expected) {
  if (!repaired.status.ok()) return repaired.status.ToString();
  if (!repaired.untouched) return "the damaged directory was touched";
  if (!repaired.opened.ok()) return repaired.opened.ToString();
  for (const auto& [key, value] : expected) {
    const auto it = repaired.rows.find(key);
    if (it != repaired.rows.end() && it->second == value) continue;
    if (repaired.IsExcused(key)) continue;
    return base::StrCat(
        it == repaired.rows.end() ? "silently lost: " : "silently older: ",
        key);
  }
  for (const auto& [key, value] : repaired.rows) {
    if (expected.contains(key)) continue;
    const bool told = std::any_of(
        repaired.report.losses.begin(), repaired.report.losses.end(),
        [](const Loss& loss) { return loss.is_log || loss.maybe_stale > 0; });
    if (told && repaired.IsExcused(key)) continue;
    return "silently back: " + key;
  }
  return "";
}

TEST(Repair, OfASoundStoreIsACopy) {
  const DamageStore store;
  Repaired repaired(store.Copy());
  EXPECT_EQ(Judge(repaired, store.rows()), "");
  EXPECT_EQ(repaired.rows, store.rows());
  EXPECT_TRUE(repaired.report.losses.empty());
  EXPECT_EQ(repaired.report.rows, store.rows().size());
  // Nothing says how to count, so the MANIFEST's counters are taken.
  EXPECT_EQ(repaired.engine().counter(DamageStore::kCounter), 0);
}

TEST(Repair, TellsEveryLossThatAFlippedByteCauses) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    const bool is_log = name.starts_with("wal-");
    for (const uint64_t at :
         Offsets(store.SizeOf(name), is_log ? 100 : 150, 200)) {
      auto disk = store.Copy();
      disk->FlipBit(DamageStore::Path(name), at, static_cast<int>(at % 8));
      const Repaired repaired(std::move(disk));
      ASSERT_EQ(Judge(repaired, store.rows()), "") << name << " byte " << at;
      for (const Loss& loss : repaired.report.losses) {
        ASSERT_NE(loss.what.find(name), std::string::npos) << loss.what;
      }
      // One byte costs one block or one frame at most, and outside of them
      // nothing.
      ASSERT_LE(repaired.report.losses.size(), 1u) << name << " byte " << at;
      const uint64_t lost_max = name.ends_with(".sst") ? 50 : 33;
      ASSERT_GE(repaired.rows.size() + lost_max, store.rows().size())
          << name << " byte " << at;
    }
  }
}

TEST(Repair, APageThatCannotBeReadCostsNoMoreThanWhatIsOnIt) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    for (uint64_t page = 0; page < store.SizeOf(name); page += 4096) {
      const Repaired repaired(store.Copy(), DamageStore::Path(name), page);
      ASSERT_EQ(Judge(repaired, store.rows()), "") << name << " page " << page;
      const auto& notes = repaired.report.notes;
      const bool told = !notes.empty() && notes.back().starts_with(
                                              DamageStore::Path(name) + ": 1 ");
      // Of a blob file only values are read, of a spare nothing.
      EXPECT_TRUE(told || name.ends_with(".blob") || name.starts_with("spare-"))
          << name << " page " << page;
      // Where the page is not all there is, other rows are saved.
      if (store.SizeOf(name) > 2 * 4096) {
        EXPECT_GE(repaired.rows.size() + 110, store.rows().size())
            << name << " page " << page;
      }
    }
  }
}

TEST(Repair, TellsTheLossOfEachFile) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    auto disk = store.Copy();
    ASSERT_TRUE(disk->Remove(DamageStore::Path(name)).ok());
    const Repaired missing(std::move(disk));
    EXPECT_EQ(Judge(missing, store.rows()), "") << name;
    const bool holds_rows = name.ends_with(".sst") || name.starts_with("wal-");
    const size_t losses_max = name.ends_with(".blob") ? DamageStore::kBlobs
                              : holds_rows            ? 1
                                                      : 0;
    EXPECT_LE(missing.report.losses.size(), losses_max) << name;
    if (name.ends_with(".sst")) {
      EXPECT_EQ(missing.report.losses.size(), 1u) << name;
    }

    for (uint64_t part = 1; part < 32; ++part) {
      const uint64_t size = store.SizeOf(name) * part / 32;
      disk = store.Copy();
      ASSERT_TRUE(disk->Truncate(DamageStore::Path(name), size).ok());
      EXPECT_EQ(Judge(Repaired(std::move(disk)), store.rows()), "")
          << name << " cut to " << size;
    }
  }
}

// Cut where one of its frames ends it is whole, as an earlier state; what the
// lost edits listed is there nevertheless.
void CutTheManifest(const DamageStore& store) {
  for (const std::string& name : store.names()) {
    if (!name.starts_with("Manifest-")) continue;
    // Its header takes 4096 bytes.
    for (uint64_t size = 0; size < store.SizeOf(name);
         size += size < 4096 ? 64 : 8) {
      auto disk = store.Copy();
      ASSERT_TRUE(disk->Truncate(DamageStore::Path(name), size).ok());
      const Repaired repaired(std::move(disk));
      ASSERT_TRUE(repaired.status.ok()) << repaired.status.ToString();
      ASSERT_TRUE(repaired.untouched);
      ASSERT_EQ(repaired.rows, store.rows()) << "cut to " << size;
    }
  }
}

TEST(Repair, SavesWhatAManifestWithoutItsEndDoesNotList) {
  CutTheManifest(DamageStore());
  CutTheManifest(DamageStore({}, true, /*merged=*/true));
}

TEST(Repair, BelievesNoManifestWithoutItsEnd) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    if (!name.starts_with("Manifest-")) continue;
    auto disk = store.Copy();
    ASSERT_TRUE(disk->Truncate(DamageStore::Path(name), 4500).ok());
    const Repaired repaired(std::move(disk));
    EXPECT_TRUE(repaired.report.guessed_files);
    ASSERT_FALSE(repaired.report.notes.empty());
    EXPECT_NE(repaired.report.notes[0].find("has lost its end"),
              std::string::npos)
        << repaired.report.notes[0];
  }
}

TEST(Repair, SavesAllOfTheTablesWithoutAnyManifest) {
  const DamageStore store({}, true, /*merged=*/true);
  auto disk = store.Copy();
  for (const std::string& name : store.names()) {
    if (name.ends_with(".sst") || name.ends_with(".blob") ||
        name.starts_with("wal-")) {
      continue;
    }
    ASSERT_TRUE(disk->Remove(DamageStore::Path(name)).ok());
  }
  const Repaired repaired(std::move(disk));
  EXPECT_TRUE(repaired.status.ok()) << repaired.status.ToString();
  EXPECT_TRUE(repaired.report.guessed_files);
  EXPECT_EQ(repaired.rows, store.rows());
}

// An older value that comes up because the newer one is lost.
TEST(Repair, SaysWhichSavedRowsMayBeOlderThanWhatIsLost) {
  EngineLab lab;
  ASSERT_TRUE(lab.Open().ok());
  lab.Put("Ma", "old");
  lab.Put("Mb", "old");
  lab.Put("Mz", "old");
  ASSERT_TRUE(lab.Compact().ok());
  lab.Put("Ma", "new");
  lab.Delete("Mb");
  ASSERT_TRUE(lab.Flush().ok());
  lab.Drive();
  ASSERT_TRUE(lab.Close().ok());
  std::vector<std::string> tables;
  for (const std::string& name : lab.disk->List("/data").value()) {
    if (name.ends_with(".sst")) tables.push_back(name);
  }
  ASSERT_EQ(tables.size(), 2u);
  std::sort(tables.begin(), tables.end());
  auto disk = lab.disk->Kill();
  ASSERT_TRUE(disk->Remove("/data/" + tables[1]).ok());
  const Repaired repaired(std::move(disk));
  ASSERT_TRUE(repaired.status.ok());
  EXPECT_EQ(repaired.rows.at("Ma"), "old");
  ASSERT_EQ(repaired.report.losses.size(), 1u);
  const Loss& loss = repaired.report.losses[0];
  EXPECT_EQ(loss.first, "Ma");
  EXPECT_EQ(loss.last, "Mb");
  EXPECT_EQ(loss.rows, 2u);
  EXPECT_EQ(loss.maybe_stale, 2u);
}

TEST(Repair, CountsTheRowsAnew) {
  const DamageStore store;
  auto disk = store.Copy();
  EngineLab lab;
  lab.options.fs = disk.get();
  lab.options.directory = "/new";
  RepairRequest request;
  request.from = "/data";
  request.options = &lab.options;
  request.count_row = [](std::string_view, std::string_view,
                         const CheckRequest::AddCount& add) { add(9, 1); };
  ASSERT_TRUE(RepairDirectory(request).ok());
  lab.disk = disk;
  ASSERT_TRUE(lab.Open().ok());
  EXPECT_EQ(lab->counter(9), static_cast<int64_t>(store.rows().size()));
  EXPECT_EQ(lab->counter(DamageStore::kCounter), 0);
  // Never below what the damaged store has used.
  const Sequence next = lab.Put("Mq", "q");
  EXPECT_GT(next, 0u);
}

TEST(Repair, WantsANewDirectory) {
  const DamageStore store;
  auto disk = store.Copy();
  ASSERT_TRUE(disk->CreateDirectory("/new").ok());
  ASSERT_TRUE(disk->CreateWritable("/new/file").ok());
  EXPECT_EQ(Repaired(std::move(disk)).status.code(), base::Code::kInvalid);
}

}  // namespace
}  // namespace lsm
