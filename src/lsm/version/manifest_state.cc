#include "lsm/version/manifest_state.h"

#include <algorithm>
#include <utility>

#include "base/coding.h"
#include "base/random.h"
#include "base/strings.h"
#include "lsm/version/file_names.h"
#include "lsm/wal/segment.h"

namespace lsm {

using base::Status;
using base::StrCat;

namespace {

template <typename T>
void Raise(T* mark, const std::optional<T>& to) {
  if (to) *mark = std::max(*mark, *to);
}

Status ApplyTables(const VersionEdit& edit, ManifestState* state) {
  for (const uint64_t number : edit.removed_tables) {
    if (state->tables.erase(number) == 1) continue;
    return Status::Corruption(
        StrCat("an edit removes ", TableName(number), ", which is not there"));
  }
  for (const AddedTable& table : edit.added_tables) {
    const uint64_t number = table.info.number;
    if (!state->tables.emplace(number, table).second) {
      return Status::Corruption(
          StrCat("an edit adds ", TableName(number), " a second time"));
    }
    Raise<uint64_t>(&state->next_file_number, number + 1);
    for (const BlobUse& blob : table.info.blobs) {
      Raise<uint64_t>(&state->next_file_number, blob.file + 1);
    }
    Raise<Sequence>(&state->highest_sequence, table.info.max_sequence);
  }
  return Status::Ok();
}

Status ApplyLog(const VersionEdit& edit, ManifestState* state) {
  for (const uint64_t number : edit.unlisted_segments) {
    if (state->segments.erase(number) == 1) continue;
    return Status::Corruption(StrCat("an edit gives up ", SegmentName(number),
                                     ", which is not listed"));
  }
  for (const uint64_t number : edit.listed_segments) {
    if (!state->segments.insert(number).second) {
      return Status::Corruption(
          StrCat("an edit lists ", SegmentName(number), " a second time"));
    }
    Raise<uint64_t>(&state->next_segment_number, number + 1);
  }
  state->cuts.insert(state->cuts.end(), edit.added_cuts.begin(),
                     edit.added_cuts.end());
  std::sort(state->cuts.begin(), state->cuts.end(),
            [](const WalCut& a, const WalCut& b) {
              return a.next_segment < b.next_segment;
            });
  // Where no segment before its successor is listed, a cut silences nothing,
  // and the successor is the first of the log in its own right.
  std::erase_if(state->cuts, [state](const WalCut& cut) {
    return state->segments.empty() ||
           *state->segments.begin() >= cut.next_segment;
  });
  return Status::Ok();
}

}  // namespace

ManifestState ManifestState::ForNewDirectory() {
  ManifestState state;
  base::StoreLittle(state.identity.uuid.bytes.data(), base::SecureRandom());
  base::StoreLittle(state.identity.uuid.bytes.data() + 8, base::SecureRandom());
  state.identity.hash_seed = base::SecureRandom();
  return state;
}

Status ManifestState::Apply(const VersionEdit& edit) {
  if (edit.identity) identity = *edit.identity;
  Raise(&incarnation, edit.incarnation);
  TRY(ApplyTables(edit, this));
  TRY(ApplyLog(edit, this));

  if (edit.flushed && *edit.flushed < flushed) {
    return Status::Corruption(
        StrCat("an edit takes the flushed sequence back from ", flushed, " to ",
               *edit.flushed));
  }
  Raise(&flushed, edit.flushed);
  for (const auto& [id, value] : edit.counters) {
    if (value == 0) {
      counters.erase(id);
    } else {
      counters[id] = value;
    }
  }
  for (const std::string& prefix : edit.removed_dead_scopes) {
    dead_scopes.erase(prefix);
  }
  for (const auto& [prefix, killed] : edit.added_dead_scopes) {
    Sequence& known = dead_scopes[prefix];
    known = std::max(known, killed);
  }

  Raise(&next_file_number, edit.next_file_number);
  Raise(&next_segment_number, edit.next_segment_number);
  Raise(&highest_sequence, edit.highest_sequence);
  highest_sequence = std::max(highest_sequence, flushed);
  Raise(&wall_clock_us, edit.wall_clock_us);
  return Status::Ok();
}

std::map<uint64_t, uint64_t> ManifestState::BlobFiles() const {
  std::map<uint64_t, uint64_t> bytes;
  for (const auto& [number, table] : tables) {
    for (const BlobUse& blob : table.info.blobs) {
      bytes[blob.file] = blob.all_bytes;
    }
  }
  return bytes;
}

VersionEdit ManifestState::Snapshot() const {
  VersionEdit edit;
  edit.identity = identity;
  edit.incarnation = incarnation;
  edit.added_tables.reserve(tables.size());
  for (const auto& [number, table] : tables) edit.added_tables.push_back(table);
  edit.flushed = flushed;
  edit.counters = counters;
  edit.listed_segments.assign(segments.begin(), segments.end());
  edit.added_cuts = cuts;
  edit.added_dead_scopes = dead_scopes;
  edit.next_file_number = next_file_number;
  edit.next_segment_number = next_segment_number;
  edit.highest_sequence = highest_sequence;
  edit.wall_clock_us = wall_clock_us;
  return edit;
}

}  // namespace lsm
