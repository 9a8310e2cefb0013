#include "lsm/lost_edits.h"

#include <cstdint>

#include "base/strings.h"
#include "lsm/version/orphans.h"
#include "lsm/wal/segment_reader.h"

namespace lsm {

base::Status LookForLostEdits(base::FileSystem* fs,
                              const std::string& directory,
                              const std::string& manifest_path,
                              const ManifestState& state, Sequence last) {
  const uint64_t newest = state.segments.empty() ? 0 : *state.segments.rbegin();
  TRY_ASSIGN(const DirectoryListing listing,
             ListDirectory(fs, directory, state, /*manifest_number=*/0));
  for (const DirectoryListing::Orphan& orphan : listing.orphans) {
    if (orphan.parsed.kind != FileKind::kLogSegment) continue;
    if (orphan.parsed.number < newest) continue;
    const std::string path = base::JoinPath(directory, orphan.name);
    const auto opened =
        SegmentReader::OpenAnyway(fs, path, orphan.parsed.number);
    if (opened.status().code() == base::Code::kCorruption) continue;
    TRY(opened.status());
    SegmentReader& segment = *opened.value();
    if (segment.header().db_uuid != state.identity.uuid) continue;
    TRY_ASSIGN(const Sequence promised, segment.HighestPromise(0));
    if (promised <= last) continue;
    return base::Status::Corruption(
        base::StrCat(manifest_path, ": has lost its end: it does not list ",
                     path, ", which says that sequences after ", last,
                     " up to ", promised, " were synced"));
  }
  return base::Status::Ok();
}

}  // namespace lsm
