// CrashDirectory is one directory of the crashing file system: for each name
// what the disk says it means, and everything it has meant since.
//
//   name       durable      since
//   CURRENT    file 3   ->  file 9 (change 41)
//   9.tmp      -        ->  file 9 (change 40)  ->  - (change 41)
//
// A power cut picks one meaning for each name, independently, with one
// exception: a rename never loses the file. If the old name is gone, the new
// one is there (both may be, but for a directory).
//
// Threads: guarded by the mutex of the file system that it belongs to.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "support/crash_file.h"

namespace support {

class CrashDirectory;

// What a name means: a file, a directory, or nothing.
struct CrashNode {
  std::shared_ptr<CrashFile> file;
  std::shared_ptr<CrashDirectory> directory;

  bool exists() const { return file != nullptr || directory != nullptr; }
  bool operator==(const CrashNode&) const = default;
};

class CrashDirectory {
 public:
  struct Version {
    uint64_t change;  // Grows over the whole file system.
    CrashNode node;
  };
  // The first is durable, the last is current. Never empty.
  using Versions = std::vector<Version>;

  CrashNode Find(const std::string& name) const;
  // The name means `node` from now on.
  void Set(const std::string& name, uint64_t change, CrashNode node);
  // Everything current is durable.
  void Sync();
  // Of the last durable change of `name`.
  uint64_t DurableChange(const std::string& name) const;

  const std::map<std::string, Versions>& names() const { return names_; }
  std::map<std::string, Versions>& names() { return names_; }

 private:
  std::map<std::string, Versions> names_;
};

struct CrashRename {
  uint64_t change;
  std::shared_ptr<CrashDirectory> from_directory;
  std::string from;
  std::shared_ptr<CrashDirectory> to_directory;
  std::string to;
  bool of_directory;
};

struct CrashTree {
  std::shared_ptr<CrashDirectory> root = std::make_shared<CrashDirectory>();
  // Those whose new name is not durable yet, in order.
  std::vector<CrashRename> renames;
};

// The tree as found after a power cut.
CrashTree TreeAfterCut(const CrashTree& tree, std::shared_ptr<CrashSpace> space,
                       uint64_t seed, Fate fate);
// The same tree with all that is pending in it.
CrashTree CopyTree(const CrashTree& tree, std::shared_ptr<CrashSpace> space);

}  // namespace support
