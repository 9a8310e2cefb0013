#include "lsm/checkpoint.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest.h"
#include "lsm/version/manifest_state.h"

namespace lsm {
namespace {

ManifestState StateOf(const CheckpointSource& source) {
  ManifestState state;
  state.identity = source.identity;
  state.incarnation = source.incarnation;
  state.flushed = source.flushed;
  state.highest_sequence = source.flushed;
  state.counters = source.counters;
  std::erase_if(state.counters,
                [](const auto& each) { return each.second == 0; });
  state.dead_scopes = source.dead_scopes;
  state.wall_clock_us = source.wall_clock_us;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : source.version->level(level)) {
      for (const TableFilePtr& file : run->files()) {
        const TableInfo& info = file->info();
        state.tables[info.number] = {.level = static_cast<uint8_t>(level),
                                     .run = run->id(),
                                     .info = info};
        state.next_file_number =
            std::max(state.next_file_number, info.number + 1);
        state.highest_sequence =
            std::max(state.highest_sequence, info.max_sequence);
        // A run of level 0 bears the number of no file, but none newer may
        // have a lower one.
        state.next_file_number =
            std::max(state.next_file_number, run->id() + 1);
      }
    }
  }
  return state;
}

base::Status Fill(base::FileSystem* fs, const ManifestState& state,
                  const std::string& from, const std::string& to,
                  std::vector<std::string>* made) {
  for (const auto& [number, table] : state.tables) {
    const std::string name = TableName(number);
    TRY(fs->Link(base::JoinPath(from, name), base::JoinPath(to, name)));
    made->push_back(name);
  }
  TRY(fs->SyncDirectory(to));
  return Manifest::Create(fs, to, state).status();
}

}  // namespace

base::Status WriteCheckpoint(base::FileSystem* fs,
                             const CheckpointSource& source,
                             const std::string& from, const std::string& to) {
  std::string path = to;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  TRY(fs->CreateDirectory(path));
  TRY_ASSIGN(const std::vector<std::string> names, fs->List(path));
  if (!names.empty()) {
    return base::Status::Invalid(
        base::StrCat("checkpoint: ", path, " is not empty"));
  }
  TRY(fs->SyncDirectory(base::ParentPath(path)));
  std::vector<std::string> made;
  base::Status status = Fill(fs, StateOf(source), from, path, &made);
  if (status.ok()) return status;
  // What stays has no CURRENT, and is refused.
  for (const std::string& name : made) {
    (void)fs->Remove(base::JoinPath(path, name)).ok();
  }
  return status.With("checkpoint");
}

}  // namespace lsm
