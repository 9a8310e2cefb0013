// Damage to a closed store, file by file: opening and reading everything gives
// exactly the right rows, or a status that names a damaged file; never wrong
// rows, never rows that are silently missing. A refused opening leaves every
// byte as it was.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

// A small closed store and what is in it: tables on two levels, a log of some
// segments, a counter.
class Store {
 public:
  static constexpr uint64_t kCounter = 3;

  // `merged`: its last edit is that of a compaction.
  explicit Store(const Faults& faults = {}, bool preallocate = true,
                 bool merged = false) {
    EngineLab lab;
    lab.options.faults = faults;
    lab.options.log_preallocate = preallocate;
    lab.options.generation_bytes = 1 << 20;  // No flush but those below.
    CHECK(lab.Open().ok());
    lab.Fill("Mb", 100);
    CHECK(lab.Compact().ok());
    lab.Fill("Ma", 60);
    lab.Delete("Mb0005");
    CHECK(lab.Flush().ok());
    lab.Fill("Mc", 30);
    WriteBatch batch;
    batch.AddCount(kCounter, 11);
    batch.KillScope("Mx");
    lab.Write(batch);
    lab.Drive();
    // Into the next segment: what lists that one must be believed, too.
    lab.Put("Md", std::string(50'000, 'd'));
    lab.Drive();
    lab.Put("Me", std::string(20'000, 'e'));
    lab.Drive();
    if (merged) {
      CHECK(lab.Compact().ok());
      lab.Drive();
    }
    rows_ = lab.ReadAll();
    CHECK(lab.Close().ok());
    disk_ = lab.disk;
    lab.disk = nullptr;
    options_ = lab.options;
    for (const std::string& name : disk_->List("/data").value()) {
      if (name != "LOCK") names_.push_back(name);
    }
  }

  const std::vector<std::string>& names() const { return names_; }
  uint64_t SizeOf(const std::string& name) const {
    return disk_->FileSize(Path(name)).value();
  }
  static std::string Path(const std::string& name) { return "/data/" + name; }
  // One to damage.
  std::shared_ptr<CrashFileSystem> Copy() const { return disk_->Kill(); }

  // Empty, or what is wrong with how `disk` is opened and read, on which
  // `damaged` are the damaged files.
  std::string Check(std::shared_ptr<CrashFileSystem> disk,
                    const std::vector<std::string>& damaged) const {
    EngineLab lab;
    lab.options.faults = options_.faults;
    lab.options.log_preallocate = options_.log_preallocate;
    lab.disk = std::move(disk);
    const EngineLab::Rows before = lab.Files();
    const base::Status opened = lab.Open();
    if (!opened.ok()) {
      if (lab.Files() != before) return "a refusal has changed the directory";
      return CheckNamed(opened, damaged);
    }
    if (lab->counter(kCounter) != 11) return "the counter is wrong";
    auto expected = rows_.begin();
    const auto range = lab->NewRange("", "");
    for (; range->Valid(); range->Next(), ++expected) {
      if (expected == rows_.end() || expected->first != range->key() ||
          expected->second != range->value()) {
        return base::StrCat("wrong or missing row before ", range->key());
      }
    }
    if (!range->status().ok()) return CheckNamed(range->status(), damaged);
    if (expected != rows_.end()) return "rows are silently missing";
    for (const char* key : {"Ma0001", "Mb0005", "Mb0099", "Mc0007", "Me"}) {
      const auto row = lab.Read(key);
      if (!row.ok()) {
        const std::string wrong = CheckNamed(row.status(), damaged);
        if (!wrong.empty()) return wrong;
        continue;
      }
      const auto it = rows_.find(key);
      if (it == rows_.end() ? row.value().has_value()
                            : row.value() != it->second) {
        return base::StrCat("wrong value of ", key);
      }
    }
    return "";
  }

 private:
  static std::string CheckNamed(const base::Status& status,
                                const std::vector<std::string>& damaged) {
    for (const std::string& name : damaged) {
      if (status.message().find(name) != std::string_view::npos) return "";
    }
    return "names no damaged file: " + status.ToString();
  }

  EngineLab::Rows rows_;
  std::shared_ptr<CrashFileSystem> disk_;
  Options options_;
  std::vector<std::string> names_;
};

// The bytes to damage: all at both ends, and some hundred in between.
std::vector<uint64_t> Offsets(uint64_t size, uint64_t ends, uint64_t steps) {
  std::vector<uint64_t> offsets;
  base::Random random(size);
  const uint64_t stride = std::max<uint64_t>(1, size / steps);
  for (uint64_t at = 0; at < size;) {
    offsets.push_back(at);
    at += at < ends || at + ends >= size ? 1 : 1 + random.Below(2 * stride);
  }
  return offsets;
}

// Empty, or the first flipped bit that leads to something wrong.
std::string FlipBits(const Store& store, const std::string& part,
                     uint64_t ends = 80, uint64_t steps = 150) {
  for (const std::string& name : store.names()) {
    if (name.find(part) == std::string::npos) continue;
    for (const uint64_t at : Offsets(store.SizeOf(name), ends, steps)) {
      auto disk = store.Copy();
      disk->FlipBit(Store::Path(name), at, static_cast<int>(at % 8));
      const std::string wrong = store.Check(std::move(disk), {name});
      if (wrong.empty()) continue;
      return base::StrCat(name, ", byte ", at, ": ", wrong);
    }
  }
  return "";
}

TEST(EngineDamage, TheStoreIsSoundBefore) {
  const Store store;
  EXPECT_EQ(store.Check(store.Copy(), {}), "");
}

TEST(EngineDamage, FlippedBitsOfTablesAreNamed) {
  EXPECT_EQ(FlipBits(Store(), ".sst"), "");
}

TEST(EngineDamage, FlippedBitsOfTheManifestAreNamed) {
  EXPECT_EQ(FlipBits(Store(), "Manifest-", 200, 500), "");
}

TEST(EngineDamage, FlippedBitsOfTheLastEditAreNamed) {
  EXPECT_EQ(FlipBits(Store({}, true, /*merged=*/true), "Manifest-", 400, 100),
            "");
}

TEST(EngineDamage, FlippedBitsOfCurrentAreNamed) {
  EXPECT_EQ(FlipBits(Store(), "CURRENT"), "");
}

TEST(EngineDamage, FlippedBitsOfTheLogAreNamed) {
  EXPECT_EQ(FlipBits(Store(), "wal-"), "");
  EXPECT_EQ(FlipBits(Store({}, /*preallocate=*/false), "wal-"), "");
}

TEST(EngineDamage, FlippedBitsOfSparesDoNoHarm) {
  EXPECT_EQ(FlipBits(Store(), "spare-", 4, 20), "");
}

TEST(EngineDamage, RemovedFilesAreNamed) {
  const Store store;
  for (const std::string& name : store.names()) {
    auto disk = store.Copy();
    ASSERT_TRUE(disk->Remove(Store::Path(name)).ok());
    EXPECT_EQ(store.Check(std::move(disk), {name}), "") << name;
  }
}

TEST(EngineDamage, ReplacedFilesAreNamed) {
  const Store store;
  for (const std::string& a : store.names()) {
    for (const std::string& b : store.names()) {
      if (a >= b) continue;
      auto disk = store.Copy();
      const std::string aside = "/data/aside";
      ASSERT_TRUE(disk->Rename(Store::Path(a), aside).ok());
      ASSERT_TRUE(disk->Rename(Store::Path(b), Store::Path(a)).ok());
      ASSERT_TRUE(disk->Rename(aside, Store::Path(b)).ok());
      EXPECT_EQ(store.Check(std::move(disk), {a, b}), "") << a << " and " << b;
    }
  }
}

// The MANIFEST ends where its last frame ends: cut off exactly between two of
// its frames it is whole, as an earlier state. Everything else names its end.
TEST(EngineDamage, TruncatedFilesAreNamed) {
  const Store store;
  for (const std::string& name : store.names()) {
    if (name.starts_with("Manifest-")) continue;
    for (const uint64_t size : Offsets(store.SizeOf(name), 40, 80)) {
      auto disk = store.Copy();
      ASSERT_TRUE(disk->Truncate(Store::Path(name), size).ok());
      ASSERT_EQ(store.Check(std::move(disk), {name}), "")
          << name << " cut to " << size;
    }
  }
}

TEST(EngineDamage, ReadErrorsAreNamedAndNeverTakenForAnEnd) {
  const Store store;
  for (const std::string& name : store.names()) {
    for (const uint64_t at : Offsets(store.SizeOf(name), 1, 60)) {
      auto disk = store.Copy();
      disk->FailReads(Store::Path(name), at, 1);
      EngineLab lab;
      lab.disk = disk;
      // (Comparing the directory reads it; so this looks only at the status.)
      const base::Status status = lab.Open();
      if (status.ok()) {
        const auto range = lab->NewRange("", "");
        uint64_t rows = 0;
        for (; range->Valid(); range->Next()) ++rows;
        if (range->status().ok()) {
          ASSERT_EQ(rows, 191u) << name << " at " << at;
        } else {
          ASSERT_NE(range->status().message().find(name),
                    std::string_view::npos);
        }
        continue;
      }
      ASSERT_NE(status.message().find(name), std::string_view::npos)
          << name << " at " << at << ": " << status.ToString();
    }
  }
}

// --- Mistakes that only damage shows.

TEST(EngineDamage, NoticesALogWithoutItsLastWitness) {
  EXPECT_NE(FlipBits(Store({.log = {.skip_witness = true}}), "wal-"), "");
}

TEST(EngineDamage, NoticesEvidenceThatIsIgnored) {
  EXPECT_NE(FlipBits(Store({.log = {.ignore_evidence = true}}), "wal-"), "");
}

TEST(EngineDamage, NoticesWhatIsGivenUpUnwitnessed) {
  EXPECT_NE(FlipBits(Store({.give_up_unwitnessed = true}, true,
                           /*merged=*/true),
                     "Manifest-", 400, 100),
            "");
}

TEST(EngineDamage, NoticesAManifestWithoutWitnesses) {
  EXPECT_NE(FlipBits(Store({.manifest = {.skip_witness = true}}), "Manifest-",
                     200, 500),
            "");
}

}  // namespace
}  // namespace lsm
