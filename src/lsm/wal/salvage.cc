#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "lsm/wal/recovery.h"

namespace lsm {
namespace {

using base::FileSystem;
using base::Status;

constexpr std::string_view kSalvagePrefix = "salvage-";

base::Result<std::string> NewSalvageDirectory(FileSystem* fs,
                                              const std::string& parent) {
  TRY_ASSIGN(const std::vector<std::string> names, fs->List(parent));
  int64_t highest = 0;
  for (const std::string& name : names) {
    if (!name.starts_with(kSalvagePrefix)) continue;
    const auto number =
        base::ParseInt(std::string_view(name).substr(kSalvagePrefix.size()));
    highest = std::max(highest, number.value_or(0));
  }
  std::string path =
      base::JoinPath(parent, base::StrCat(kSalvagePrefix, highest + 1));
  TRY(fs->CreateDirectory(path));
  return path;
}

Status CopyFile(FileSystem* fs, const std::string& from,
                const std::string& to) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  TRY_ASSIGN(const auto source,
             fs->OpenReadable(from, FileSystem::ReadMode::kStable));
  TRY_ASSIGN(const auto copy, fs->CreateWritable(to));
  std::string piece;
  for (uint64_t offset = 0; offset < source->size(); offset += piece.size()) {
    piece.resize(std::min<uint64_t>(kPieceBytes, source->size() - offset));
    TRY_ASSIGN(const size_t got,
               source->Read(offset, piece.size(), piece.data()));
    if (got != piece.size()) {
      return Status::Io(base::StrCat(from, ": became shorter while copying"));
    }
    TRY(copy->Append(piece));
  }
  return copy->Sync();
}

}  // namespace

base::Result<Salvage> SalvageLog(const ReplayRequest& request) {
  ReplayRequest lenient = request;
  lenient.cut_at_corruption = true;
  Salvage salvage;
  TRY_ASSIGN(salvage.end, ReplayLog(lenient, [](Sequence, std::string_view) {
               return Status::Ok();
             }));
  if (salvage.end.corruption.empty()) return salvage;
  salvage.reason = salvage.end.corruption;
  TRY_ASSIGN(const std::string directory,
             NewSalvageDirectory(request.fs, request.directory));
  // Those that are not listed, too: who salvages a log wants no orphan gone.
  TRY_ASSIGN(const std::vector<std::string> names,
             request.fs->List(request.directory));
  for (const std::string& name : names) {
    const std::optional<uint64_t> number = ParseSegmentName(name);
    if (!number || *number < salvage.end.damaged_segment) continue;
    TRY(CopyFile(request.fs, base::JoinPath(request.directory, name),
                 base::JoinPath(directory, name)));
  }
  TRY(request.fs->SyncDirectory(directory));
  TRY(request.fs->SyncDirectory(request.directory));
  salvage.directory = directory;
  return salvage;
}

}  // namespace lsm
