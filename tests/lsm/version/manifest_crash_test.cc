// A power cut at every operation of a small life of a MANIFEST, and two more
// lives after it; and the switches that break it on purpose, each of which
// must be noticed.

#include <gtest/gtest.h>

#include "base/random.h"
#include "lsm/version/manifest_lab.h"
#include "lsm/version/orphans.h"

namespace lsm {
namespace {

using base::StrCat;
using support::CrashFileSystem;

constexpr uint64_t kEditsPerLife = 7;

// What one life was promised.
struct Promise {
  bool created = false;
  uint64_t acknowledged = 0;
  uint64_t attempted = 0;
};

// Opens, appends some edits, and notes what was promised. Empty unless
// recovery or the promises made before are broken.
std::string Live(CrashFileSystem* fs, const ManifestOptions& options,
                 Promise* promise) {
  auto recovered = RecoverManifest(fs, kLabDirectory);
  if (!recovered.ok()) {
    // A cut in the middle of reading is no verdict.
    if (!fs->crash_op().empty()) return "";
    return recovered.status().ToString();
  }
  if (recovered.value().is_new && promise->created) return "taken for new";
  ManifestState state = recovered.value().state;
  const uint64_t edits = LabEditsIn(state);
  if (edits < promise->acknowledged || edits > promise->attempted) {
    return StrCat(edits, " edits, but ", promise->acknowledged,
                  " acknowledged and ", promise->attempted, " attempted");
  }
  if (std::string difference = LabDifference(state); !difference.empty()) {
    return difference;
  }
  promise->acknowledged = edits;
  promise->attempted = edits;

  const auto listing =
      ListDirectory(fs, kLabDirectory, state, recovered.value().number);
  if (!listing.ok()) return "";
  SkipNumbersOnDisk(listing.value(), &state);
  ++state.incarnation;
  auto manifest = Manifest::Create(fs, kLabDirectory, state, options);
  if (!manifest.ok()) return "";
  promise->created = true;
  for (const auto& orphan : listing.value().orphans) {
    // The CURRENT.tmp of an earlier life has been used again.
    (void)fs->Remove(base::JoinPath(kLabDirectory, orphan.name)).ok();
  }
  for (uint64_t n = edits + 1; n <= edits + kEditsPerLife; ++n) {
    promise->attempted = n;
    const base::Status status =
        n % 3 == 0 ? manifest.value()->AppendWitnessed(LabEdit(n))
                   : manifest.value()->Append(LabEdit(n));
    if (!status.ok()) return "";
    promise->acknowledged = n;
  }
  return "";
}

// Three lives; the power goes at operation `op` of the first (0: at its end)
// and at a random one of the second. Returns what is wrong, or nothing.
std::string ThreeLives(const ManifestOptions& options, uint64_t seed,
                       uint64_t op, uint64_t* ops) {
  base::Random random(seed * 1000 + op);
  Promise promise;
  std::unique_ptr<CrashFileSystem> disk = LabDisk();
  const uint64_t before = disk->ops();
  if (op != 0) disk->CrashAt(before + op);
  std::string wrong = Live(disk.get(), options, &promise);
  if (!wrong.empty()) return "first life: " + wrong;
  if (ops != nullptr) *ops = disk->ops() - before;

  disk = disk->Crash(random.Next());
  disk->CrashAt(1 + random.Below(60));
  wrong = Live(disk.get(), options, &promise);
  if (!wrong.empty()) return "second life: " + wrong;

  disk = disk->Crash(random.Next());
  wrong = Live(disk.get(), options, &promise);
  if (!wrong.empty()) return "third life: " + wrong;
  disk = disk->Crash(random.Next());
  wrong = Live(disk.get(), options, &promise);
  return wrong.empty() ? "" : "afterwards: " + wrong;
}

void Sweep(const ManifestOptions& options, uint64_t seeds) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(StrCat("seed ", seed));
    uint64_t ops = 0;
    ASSERT_EQ(ThreeLives(options, seed, 0, &ops), "");
    ASSERT_GT(ops, 20u);
    for (uint64_t op = 1; op <= ops; ++op) {
      ASSERT_EQ(ThreeLives(options, seed, op, nullptr), "") << "op " << op;
    }
  }
}

bool IsNoticed(const ManifestFaults& faults) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (uint64_t op = 0; op <= 40; ++op) {
      const ManifestOptions options = {.roll_bytes = 5500, .faults = faults};
      if (!ThreeLives(options, seed, op, nullptr).empty()) return true;
    }
  }
  return false;
}

TEST(ManifestCrash, LosesNoAcknowledgedEdit) { Sweep({}, 6); }

TEST(ManifestCrash, LosesNoAcknowledgedEditWhenItRollsOften) {
  Sweep({.roll_bytes = 5500}, 6);
}

TEST(ManifestCrash, ACurrentThatNamesAnUnsyncedManifestIsNoticed) {
  EXPECT_TRUE(IsNoticed({.current_before_sync = true}));
}

TEST(ManifestCrash, ASkippedDirectorySyncIsNoticed) {
  EXPECT_TRUE(IsNoticed({.skip_directory_sync = true}));
}

TEST(ManifestCrash, ACurrentRewrittenInPlaceIsNoticed) {
  EXPECT_TRUE(IsNoticed({.current_in_place = true}));
}

TEST(ManifestCrash, AnEditThatIsNotSyncedIsNoticed) {
  EXPECT_TRUE(IsNoticed({.skip_edit_sync = true}));
}

TEST(ManifestCrash, APromiseOfMoreThanWasSyncedIsNoticed) {
  EXPECT_TRUE(IsNoticed({.claim_too_much = true}));
}

}  // namespace
}  // namespace lsm
