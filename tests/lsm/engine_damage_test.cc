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

#include "base/strings.h"
#include "lsm/damage_store.h"

namespace lsm {
namespace {

// Empty, or the first flipped bit that leads to something wrong.
std::string FlipBits(const DamageStore& store, const std::string& part,
                     uint64_t ends = 80, uint64_t steps = 150) {
  for (const std::string& name : store.names()) {
    if (name.find(part) == std::string::npos) continue;
    for (const uint64_t at : Offsets(store.SizeOf(name), ends, steps)) {
      auto disk = store.Copy();
      disk->FlipBit(DamageStore::Path(name), at, static_cast<int>(at % 8));
      const std::string wrong = store.Check(std::move(disk), {name});
      if (wrong.empty()) continue;
      return base::StrCat(name, ", byte ", at, ": ", wrong);
    }
  }
  return "";
}

TEST(EngineDamage, TheStoreIsSoundBefore) {
  const DamageStore store;
  EXPECT_EQ(store.Check(store.Copy(), {}), "");
}

// Every byte.
TEST(EngineDamage, FlippedBitsOfTablesAreNamed) {
  EXPECT_EQ(FlipBits(DamageStore(), ".sst", 100'000), "");
}

// Every byte.
TEST(EngineDamage, FlippedBitsOfBlobFilesAreNamed) {
  EXPECT_EQ(FlipBits(DamageStore(), ".blob", 100'000), "");
}

TEST(EngineDamage, FlippedBitsOfTheManifestAreNamed) {
  EXPECT_EQ(FlipBits(DamageStore(), "Manifest-", 100'000), "");
}

TEST(EngineDamage, FlippedBitsOfTheLastEditAreNamed) {
  EXPECT_EQ(
      FlipBits(DamageStore({}, true, /*merged=*/true), "Manifest-", 400, 100),
      "");
}

TEST(EngineDamage, FlippedBitsOfCurrentAreNamed) {
  EXPECT_EQ(FlipBits(DamageStore(), "CURRENT"), "");
}

TEST(EngineDamage, FlippedBitsOfTheLogAreNamed) {
  EXPECT_EQ(FlipBits(DamageStore(), "wal-"), "");
  EXPECT_EQ(FlipBits(DamageStore({}, /*preallocate=*/false), "wal-"), "");
}

TEST(EngineDamage, FlippedBitsOfSparesDoNoHarm) {
  EXPECT_EQ(FlipBits(DamageStore(), "spare-", 4, 20), "");
}

TEST(EngineDamage, RemovedFilesAreNamed) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    auto disk = store.Copy();
    ASSERT_TRUE(disk->Remove(DamageStore::Path(name)).ok());
    EXPECT_EQ(store.Check(std::move(disk), {name}), "") << name;
  }
}

TEST(EngineDamage, ReplacedFilesAreNamed) {
  const DamageStore store;
  for (const std::string& a : store.names()) {
    for (const std::string& b : store.names()) {
      if (a >= b) continue;
      auto disk = store.Copy();
      const std::string aside = "/data/aside";
      ASSERT_TRUE(disk->Rename(DamageStore::Path(a), aside).ok());
      ASSERT_TRUE(
          disk->Rename(DamageStore::Path(b), DamageStore::Path(a)).ok());
      ASSERT_TRUE(disk->Rename(aside, DamageStore::Path(b)).ok());
      EXPECT_EQ(store.Check(std::move(disk), {a, b}), "") << a << " and " << b;
    }
  }
}

// The MANIFEST ends where its last frame ends: cut off exactly between two of
// its frames it is whole, as an earlier state. Everything else names its end.
TEST(EngineDamage, TruncatedFilesAreNamed) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    if (name.starts_with("Manifest-")) continue;
    for (const uint64_t size : Offsets(store.SizeOf(name), 40, 80)) {
      auto disk = store.Copy();
      ASSERT_TRUE(disk->Truncate(DamageStore::Path(name), size).ok());
      ASSERT_EQ(store.Check(std::move(disk), {name}), "")
          << name << " cut to " << size;
    }
  }
}

// Empty, or the first size to which the MANIFEST is cut without a refusal
// although something is missing then. (Which file is said to be at fault is
// another question: an earlier MANIFEST lists what is gone since.)
std::string CutManifest(const DamageStore& store, const Faults& faults = {}) {
  for (const std::string& name : store.names()) {
    if (!name.starts_with("Manifest-")) continue;
    for (uint64_t size = 0; size < store.SizeOf(name); ++size) {
      EngineLab lab;
      lab.options.faults = faults;
      lab.disk = store.Copy();
      CHECK(lab.disk->Truncate(DamageStore::Path(name), size).ok());
      if (!lab.Open().ok()) continue;
      if (lab.ReadAll() != store.rows()) return base::StrCat("cut to ", size);
    }
  }
  return "";
}

TEST(EngineDamage, AManifestWithoutItsEndIsNoEarlierState) {
  EXPECT_EQ(CutManifest(DamageStore()), "");
  EXPECT_EQ(CutManifest(DamageStore({}, true, /*merged=*/true)), "");
}

TEST(EngineDamage, NoticesLostEditsThatAreIgnored) {
  EXPECT_NE(CutManifest(DamageStore(), {.ignore_lost_edits = true}), "");
}

TEST(EngineDamage, ReadErrorsAreNamedAndNeverTakenForAnEnd) {
  const DamageStore store;
  for (const std::string& name : store.names()) {
    for (const uint64_t at : Offsets(store.SizeOf(name), 1, 60)) {
      auto disk = store.Copy();
      disk->FailReads(DamageStore::Path(name), at, 1);
      EngineLab lab;
      lab.disk = disk;
      // (Comparing the directory reads it; so this looks only at the status.)
      const base::Status status = lab.Open();
      if (status.ok()) {
        const auto range = lab->NewRange("", "");
        uint64_t rows = 0;
        for (; range->Valid(); range->Next()) ++rows;
        if (range->status().ok()) {
          ASSERT_EQ(rows, 195u) << name << " at " << at;
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
  EXPECT_NE(FlipBits(DamageStore({.log = {.skip_witness = true}}), "wal-"), "");
}

TEST(EngineDamage, NoticesEvidenceThatIsIgnored) {
  EXPECT_NE(FlipBits(DamageStore({.log = {.ignore_evidence = true}}), "wal-"),
            "");
}

TEST(EngineDamage, NoticesWhatIsGivenUpUnwitnessed) {
  EXPECT_NE(FlipBits(DamageStore({.give_up_unwitnessed = true}, true,
                                 /*merged=*/true),
                     "Manifest-", 400, 100),
            "");
}

TEST(EngineDamage, NoticesAManifestWithoutWitnesses) {
  EXPECT_NE(FlipBits(DamageStore({.manifest = {.skip_witness = true},
                                  .ignore_lost_edits = true}),
                     "Manifest-", 200, 500),
            "");
}

}  // namespace
}  // namespace lsm
