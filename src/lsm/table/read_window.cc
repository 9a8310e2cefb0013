#include "lsm/table/read_window.h"

#include <algorithm>

namespace lsm {
namespace {

constexpr size_t kWindowBytes = size_t{1} << 20;

}  // namespace

base::Result<size_t> ReadWindow::Read(uint64_t offset, size_t size, char* out) {
  const auto holds = [&] {
    return offset >= window_offset_ &&
           offset + size <= window_offset_ + window_.size();
  };
  if (!holds()) {
    if (size >= kWindowBytes || offset >= file_->size()) {
      return file_->Read(offset, size, out);
    }
    // Whole pages, so that a read past the page cache copies nothing twice.
    window_offset_ = offset & ~uint64_t{base::kDirectAlignment - 1};
    window_.resize(std::min<uint64_t>(
        file_->size() - window_offset_,
        std::max<uint64_t>(kWindowBytes, offset + size - window_offset_)));
    auto got = file_->Read(window_offset_, window_.size(), window_.data());
    window_.resize(got.ok() ? got.value() : 0);
    if (!got.ok()) return got;
    if (!holds()) return file_->Read(offset, size, out);
  }
  std::copy_n(window_.data() + (offset - window_offset_), size, out);
  return size;
}

}  // namespace lsm
