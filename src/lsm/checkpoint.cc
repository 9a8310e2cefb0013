#include "lsm/checkpoint.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest.h"
#include "lsm/version/manifest_state.h"

namespace lsm {
namespace {

// What is copied at once: all the memory it takes, and the unit of its pace.
constexpr size_t kChunkBytes = 256 << 10;

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
        for (const BlobUse& blob : info.blobs) {
          state.next_file_number =
              std::max(state.next_file_number, blob.file + 1);
        }
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

// The file system has no hard links, not to there, or not so many of them.
bool MustCopy(const base::Status& linked) {
  switch (linked.error_number()) {
    case EXDEV:
    case EPERM:
    case EMLINK:
    case EOPNOTSUPP:
    case ENOSYS:
      return true;
    default:
      return false;
  }
}

base::Status CopyChunks(base::ReadableFile* from, base::WritableFile* to,
                        const CopyOptions& copy) {
  std::string chunk(kChunkBytes, '\0');
  for (uint64_t done = 0; done < from->size();) {
    if (copy.should_stop && copy.should_stop()) {
      return base::Status::Io("the copying was stopped");
    }
    if (copy.pacer != nullptr) copy.pacer->Spend(chunk.size());
    TRY_ASSIGN(const size_t got, from->Read(done, chunk.size(), chunk.data()));
    if (got == 0) {
      return base::Status::Corruption(
          base::StrCat(from->path(), " ends at ", done));
    }
    TRY(to->Append({chunk.data(), got}));
    done += got;
  }
  return to->Sync();
}

// The tables of one checkpoint, and their blob files, on their way to its
// directory.
class TableCarrier {
 public:
  TableCarrier(base::FileSystem* fs, const std::string& from,
               const std::string& to, const CopyOptions& copy)
      : fs_(fs), from_(from), to_(to), copy_(copy) {}

  base::Status Carry(const ManifestState& state) {
    std::map<std::string, uint64_t> files;
    for (const auto& [number, table] : state.tables) {
      files[TableName(number)] = table.info.bytes;
    }
    for (const auto& [number, bytes] : state.BlobFiles()) {
      files[BlobName(number)] = bytes;
    }
    uint64_t bytes_left = 0;
    for (const auto& [name, bytes] : files) bytes_left += bytes;
    for (const auto& [name, bytes] : files) {
      TRY(CarryOne(name, bytes_left));
      bytes_left -= bytes;
    }
    return fs_->SyncDirectory(to_);
  }

  void Undo() {
    for (const std::string& name : made_) {
      (void)fs_->Remove(base::JoinPath(to_, name)).ok();
    }
  }

 private:
  base::Status CarryOne(const std::string& name, uint64_t bytes_left) {
    const std::string from = base::JoinPath(from_, name);
    const std::string to = base::JoinPath(to_, name);
    if (!copying_) {
      const base::Status linked = fs_->Link(from, to);
      if (linked.ok()) made_.push_back(name);
      if (linked.ok() || !MustCopy(linked)) return linked;
      copying_ = true;
      TRY_ASSIGN(const uint64_t room, fs_->FreeBytes(to_));
      if (room < bytes_left) {
        return base::Status::NoRoom(
            base::StrCat("tables of ", bytes_left,
                         " bytes cannot be linked, and to copy them ", to_,
                         " has room for ", room));
      }
    }
    TRY_ASSIGN(const auto source,
               fs_->OpenReadable(from, base::FileSystem::ReadMode::kCached));
    TRY_ASSIGN(const auto target, fs_->CreateWritable(to));
    made_.push_back(name);
    return CopyChunks(source.get(), target.get(), copy_);
  }

  base::FileSystem* const fs_;
  const std::string& from_;
  const std::string& to_;
  const CopyOptions& copy_;
  bool copying_ = false;
  std::vector<std::string> made_;
};

}  // namespace

base::Status WriteCheckpoint(base::FileSystem* fs,
                             const CheckpointSource& source,
                             const std::string& from, const std::string& to,
                             const CopyOptions& copy) {
  std::string path = to;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  TRY(fs->CreateDirectory(path));
  TRY_ASSIGN(const std::vector<std::string> names, fs->List(path));
  if (!names.empty()) {
    return base::Status::Invalid(
        base::StrCat("checkpoint: ", path, " is not empty"));
  }
  TRY(fs->SyncDirectory(base::ParentPath(path)));
  const ManifestState state = StateOf(source);
  TableCarrier tables(fs, from, path, copy);
  base::Status status = tables.Carry(state);
  if (status.ok()) status = Manifest::Create(fs, path, state).status();
  if (status.ok()) return status;
  // What stays has no CURRENT, and is refused.
  tables.Undo();
  return status.With("checkpoint");
}

}  // namespace lsm
