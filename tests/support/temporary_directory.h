// TemporaryDirectory is a directory on the real disk for the length of a
// test.
//
// Threads: immutable.

#pragma once

#include <string>
#include <string_view>

namespace support {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  // Removes it with all that is in it.
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string Path(std::string_view name) const;

 private:
  std::string path_;
};

}  // namespace support
