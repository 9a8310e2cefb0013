#include "lsm/version/orphans.h"

#include <algorithm>
#include <map>
#include <optional>

namespace lsm {

using base::Result;

namespace {

bool IsOrphan(const FileName& file, const ManifestState& state,
              const std::map<uint64_t, uint64_t>& blobs,
              uint64_t manifest_number) {
  switch (file.kind) {
    case FileKind::kTable:
      return state.tables.count(file.number) == 0;
    case FileKind::kBlob:
      return blobs.count(file.number) == 0;
    case FileKind::kManifest:
      return file.number != manifest_number;
    case FileKind::kLogSegment:
      return state.segments.count(file.number) == 0;
    case FileKind::kTemporary:
      return true;
    case FileKind::kCurrent:
    case FileKind::kLock:
    case FileKind::kSpareSegment:
    case FileKind::kReserve:
      return false;
  }
  return false;
}

// A temporary file counts for both: it does not say what it was to become.
void CountNumber(const FileName& file, DirectoryListing* listing) {
  const bool is_segment = file.kind == FileKind::kLogSegment ||
                          file.kind == FileKind::kSpareSegment;
  if (!is_segment) {
    listing->highest_file_number =
        std::max(listing->highest_file_number, file.number);
  }
  if (is_segment || file.kind == FileKind::kTemporary) {
    listing->highest_segment_number =
        std::max(listing->highest_segment_number, file.number);
  }
}

}  // namespace

Result<DirectoryListing> ListDirectory(base::FileSystem* fs,
                                       const std::string& directory,
                                       const ManifestState& state,
                                       uint64_t manifest_number) {
  TRY_ASSIGN(const std::vector<std::string> names, fs->List(directory));
  const std::map<uint64_t, uint64_t> blobs = state.BlobFiles();
  DirectoryListing listing;
  for (const std::string& name : names) {
    const std::optional<FileName> file = ParseFileName(name);
    if (!file) continue;
    CountNumber(*file, &listing);
    if (file->kind == FileKind::kSpareSegment) listing.spares.push_back(name);
    if (IsOrphan(*file, state, blobs, manifest_number)) {
      listing.orphans.push_back({name, *file});
    }
  }
  return listing;
}

void SkipNumbersOnDisk(const DirectoryListing& listing, ManifestState* state) {
  state->next_file_number =
      std::max(state->next_file_number, listing.highest_file_number + 1);
  state->next_segment_number =
      std::max(state->next_segment_number, listing.highest_segment_number + 1);
}

}  // namespace lsm
