#include "support/crash_directory.h"

#include <set>
#include <utility>

#include "base/check.h"

namespace support {
namespace {

using DirectoryPtr = std::shared_ptr<CrashDirectory>;

// Chooses a meaning for every name, then builds the tree that follows.
class Cut {
 public:
  Cut(std::shared_ptr<CrashSpace> space, uint64_t seed, Fate fate)
      : space_(std::move(space)), random_(seed), fate_(fate) {
    if (fate_ == Fate::kAny) {
      const uint64_t mood = random_.Below(4);
      names_fate_ = mood == 0   ? Fate::kOld
                    : mood == 1 ? Fate::kNew
                                : Fate::kAny;
    } else {
      names_fate_ = fate_;
    }
  }

  void Choose(const CrashDirectory& directory) {
    if (!seen_.insert(&directory).second) return;
    for (const auto& [name, versions] : directory.names()) {
      const uint64_t toss = random_.Below(versions.size());
      choice_[{&directory, name}] =
          names_fate_ == Fate::kOld   ? versions.front().change
          : names_fate_ == Fate::kNew ? versions.back().change
                                      : versions[toss].change;
      for (const CrashDirectory::Version& version : versions) {
        if (version.node.directory) Choose(*version.node.directory);
      }
    }
  }

  // Until no rename has lost its file. Choices only move forward, so this
  // ends.
  void KeepRenamedFiles(const std::vector<CrashRename>& renames) {
    for (bool changed = true; changed;) {
      changed = false;
      for (const CrashRename& rename : renames) {
        uint64_t& to = choice_[{rename.to_directory.get(), rename.to}];
        uint64_t& from = choice_[{rename.from_directory.get(), rename.from}];
        if (from >= rename.change && to < rename.change) {
          to = rename.change;
          changed = true;
        }
        if (rename.of_directory && to >= rename.change &&
            from < rename.change) {
          from = rename.change;
          changed = true;
        }
      }
    }
  }

  DirectoryPtr Build(const CrashDirectory& directory) {
    DirectoryPtr& built = directories_[&directory];
    if (built != nullptr) return built;
    built = std::make_shared<CrashDirectory>();
    const DirectoryPtr result = built;
    for (const auto& [name, versions] : directory.names()) {
      const CrashNode node = Chosen(directory, name, versions);
      if (node.exists()) result->Set(name, 0, BuildNode(node));
    }
    result->Sync();
    return result;
  }

 private:
  CrashNode Chosen(const CrashDirectory& directory, const std::string& name,
                   const CrashDirectory::Versions& versions) {
    const uint64_t change = choice_[{&directory, name}];
    for (const CrashDirectory::Version& version : versions) {
      if (version.change == change) return version.node;
    }
    CHECK(false && "a choice is one of the versions");
    return {};
  }

  CrashNode BuildNode(const CrashNode& node) {
    if (node.directory != nullptr) return {nullptr, Build(*node.directory)};
    std::shared_ptr<CrashFile>& file = files_[node.file.get()];
    if (file == nullptr) file = node.file->AfterCut(space_, &random_, fate_);
    return {file, nullptr};
  }

  const std::shared_ptr<CrashSpace> space_;
  base::Random random_;
  const Fate fate_;
  Fate names_fate_;
  std::set<const CrashDirectory*> seen_;
  std::map<std::pair<const CrashDirectory*, std::string>, uint64_t> choice_;
  std::map<const CrashDirectory*, DirectoryPtr> directories_;
  std::map<const CrashFile*, std::shared_ptr<CrashFile>> files_;
};

class Copier {
 public:
  explicit Copier(std::shared_ptr<CrashSpace> space)
      : space_(std::move(space)) {}

  DirectoryPtr Copy(const DirectoryPtr& directory) {
    DirectoryPtr& slot = directories_[directory.get()];
    if (slot != nullptr) return slot;
    slot = std::make_shared<CrashDirectory>();
    const DirectoryPtr copy = slot;
    copy->names() = directory->names();
    for (auto& [name, versions] : copy->names()) {
      for (CrashDirectory::Version& version : versions) {
        version.node = Copy(version.node);
      }
      const CrashNode& current = versions.back().node;
      if (current.file != nullptr) current.file->AddName();
    }
    return copy;
  }

 private:
  CrashNode Copy(const CrashNode& node) {
    if (node.directory != nullptr) return {nullptr, Copy(node.directory)};
    if (node.file == nullptr) return {};
    std::shared_ptr<CrashFile>& file = files_[node.file.get()];
    if (file == nullptr) file = node.file->Copy(space_);
    return {file, nullptr};
  }

  const std::shared_ptr<CrashSpace> space_;
  std::map<const CrashDirectory*, DirectoryPtr> directories_;
  std::map<const CrashFile*, std::shared_ptr<CrashFile>> files_;
};

}  // namespace

CrashNode CrashDirectory::Find(const std::string& name) const {
  const auto it = names_.find(name);
  return it == names_.end() ? CrashNode() : it->second.back().node;
}

void CrashDirectory::Set(const std::string& name, uint64_t change,
                         CrashNode node) {
  Versions& versions = names_[name];
  if (versions.empty()) versions.push_back({0, {}});
  const CrashNode& before = versions.back().node;
  if (node.file != nullptr) node.file->AddName();
  if (before.file != nullptr) before.file->DropName();
  versions.push_back({change, std::move(node)});
}

void CrashDirectory::Sync() {
  for (auto& [name, versions] : names_) {
    if (versions.size() > 1)
      versions.erase(versions.begin(), versions.end() - 1);
  }
}

uint64_t CrashDirectory::DurableChange(const std::string& name) const {
  const auto it = names_.find(name);
  return it == names_.end() ? 0 : it->second.front().change;
}

CrashTree TreeAfterCut(const CrashTree& tree, std::shared_ptr<CrashSpace> space,
                       uint64_t seed, Fate fate) {
  Cut cut(std::move(space), seed, fate);
  cut.Choose(*tree.root);
  cut.KeepRenamedFiles(tree.renames);
  return {cut.Build(*tree.root), {}};
}

CrashTree CopyTree(const CrashTree& tree, std::shared_ptr<CrashSpace> space) {
  Copier copier(std::move(space));
  CrashTree copy = {copier.Copy(tree.root), tree.renames};
  for (CrashRename& rename : copy.renames) {
    rename.from_directory = copier.Copy(rename.from_directory);
    rename.to_directory = copier.Copy(rename.to_directory);
  }
  return copy;
}

}  // namespace support
