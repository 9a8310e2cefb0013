// ReadWindow reads a file in large pieces, however small the pieces are that
// are asked for: for those who go through it from front to back, and only
// now and then begin elsewhere.
//
// Threads: one holder at a time, unlike other readable files.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/file_system.h"
#include "base/status.h"

namespace lsm {

class ReadWindow : public base::ReadableFile {
 public:
  explicit ReadWindow(std::unique_ptr<base::ReadableFile> file)
      : file_(std::move(file)) {}

  base::Result<size_t> Read(uint64_t offset, size_t size, char* out) override;
  uint64_t size() const override { return file_->size(); }
  const std::string& path() const override { return file_->path(); }

 private:
  const std::unique_ptr<base::ReadableFile> file_;
  std::string window_;
  uint64_t window_offset_ = 0;
};

}  // namespace lsm
