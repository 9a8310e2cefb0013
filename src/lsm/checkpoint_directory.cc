#include "lsm/checkpoint_directory.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

constexpr std::string_view kPartEnding = ".part";
constexpr size_t kNumberDigits = 6;
constexpr size_t kTimeBytes = std::string_view("20261121T150322Z").size();

std::string NameOf(uint64_t number, int64_t time_us) {
  const std::time_t seconds = time_us / 1'000'000;
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  char time[kTimeBytes + 1];
  std::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &utc);
  std::string digits = base::StrCat(number);
  if (digits.size() < kNumberDigits) {
    digits.insert(0, kNumberDigits - digits.size(), '0');
  }
  return base::StrCat(digits, "-", time);
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// The number in a name that NameOf made; nullopt for any other.
std::optional<uint64_t> NumberOf(std::string_view name) {
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos || dash < kNumberDigits) return {};
  const std::string_view time = name.substr(dash + 1);
  if (time.size() != kTimeBytes || time[8] != 'T' || time.back() != 'Z' ||
      !AllDigits(time.substr(0, 8)) || !AllDigits(time.substr(9, 6)) ||
      !AllDigits(name.substr(0, dash))) {
    return {};
  }
  name = name.substr(0, dash);
  name.remove_prefix(std::min(name.find_first_not_of('0'), name.size() - 1));
  const std::optional<int64_t> number = base::ParseInt(name);
  if (!number) return {};
  return static_cast<uint64_t>(*number);
}

}  // namespace

Result<std::vector<CheckpointDirectory::Entry>> CheckpointDirectory::List() {
  TRY_ASSIGN(const std::vector<std::string> names, fs_->List(path_));
  std::vector<Entry> entries;
  for (const std::string& name : names) {
    std::string_view stem = name;
    const bool whole = !stem.ends_with(kPartEnding);
    if (!whole) stem.remove_suffix(kPartEnding.size());
    const std::optional<uint64_t> number = NumberOf(stem);
    if (number) entries.push_back({*number, name, whole});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.number < b.number; });
  return entries;
}

Result<std::string> CheckpointDirectory::Add(const CheckpointSource& source,
                                             const std::string& from,
                                             const CopyOptions& copy) {
  TRY(fs_->CreateDirectory(path_));
  TRY(fs_->SyncDirectory(base::ParentPath(path_)));
  TRY_ASSIGN(const std::vector<Entry> entries, List());
  for (const Entry& entry : entries) {
    if (entry.whole) continue;
    const Status status = RemoveFiles(entry.name);
    if (!status.ok()) base::LogWarning(status.message());
  }
  const uint64_t number = entries.empty() ? 1 : entries.back().number + 1;
  const std::string name = NameOf(number, source.wall_clock_us);
  const std::string part = base::StrCat(name, kPartEnding);
  if (const Status status =
          WriteCheckpoint(fs_, source, from, PathOf(part), copy);
      !status.ok()) {
    // What cannot be removed now is by the next Add.
    (void)RemoveFiles(part).ok();
    return status;
  }
  TRY(fs_->Rename(PathOf(part), PathOf(name)));
  TRY(fs_->SyncDirectory(path_));
  return PathOf(name);
}

Status CheckpointDirectory::Keep(size_t count) {
  TRY_ASSIGN(std::vector<Entry> entries, List());
  std::erase_if(entries, [this](const Entry& entry) {
    if (!entry.whole) return true;
    const Result<bool> opened =
        fs_->Exists(base::JoinPath(PathOf(entry.name), kLockName));
    return !opened.ok() || opened.value();
  });
  for (size_t i = 0; i + count < entries.size(); ++i) TRY(Remove(entries[i]));
  return Status::Ok();
}

Result<std::string> CheckpointDirectory::Newest() {
  TRY_ASSIGN(const bool is_there, fs_->Exists(path_));
  if (!is_there) return std::string();
  TRY_ASSIGN(const std::vector<Entry> entries, List());
  std::string newest;
  for (const Entry& entry : entries) {
    if (entry.whole) newest = PathOf(entry.name);
  }
  return newest;
}

Status CheckpointDirectory::Remove(const Entry& entry) {
  const std::string part = base::StrCat(entry.name, kPartEnding);
  TRY(fs_->Rename(PathOf(entry.name), PathOf(part)));
  TRY(fs_->SyncDirectory(path_));
  return RemoveFiles(part);
}

Status CheckpointDirectory::RemoveFiles(const std::string& name) {
  TRY_ASSIGN(const std::vector<std::string> files, fs_->List(PathOf(name)));
  for (const std::string& file : files) {
    TRY(fs_->Remove(base::JoinPath(PathOf(name), file)));
  }
  return fs_->RemoveDirectory(PathOf(name));
}

}  // namespace lsm
