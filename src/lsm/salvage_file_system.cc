#include "lsm/salvage_file_system.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace lsm {
namespace {

// What a disk loses at once, at least.
constexpr uint64_t kPageBytes = 4096;

}  // namespace

using base::Result;
using base::Status;

class SalvageFileSystem::Readable : public base::ReadableFile {
 public:
  Readable(std::unique_ptr<base::ReadableFile> below, SalvageFileSystem* fs)
      : below_(std::move(below)), fs_(fs) {}

  uint64_t size() const override { return below_->size(); }
  const std::string& path() const override { return below_->path(); }

  Result<size_t> Read(uint64_t offset, size_t size, char* out) override {
    Result<size_t> got = below_->Read(offset, size, out);
    if (got.status().code() != base::Code::kIo) return got;
    const uint64_t end = std::min<uint64_t>(offset + size, below_->size());
    uint64_t at = offset;
    while (at < end) {
      const uint64_t page = at - at % kPageBytes;
      const uint64_t bytes = std::min(end, page + kPageBytes) - at;
      got = below_->Read(at, bytes, out);
      if (got.status().code() == base::Code::kIo) {
        std::fill_n(out, bytes, kFill);
        BadPages& bad = fs_->bad_[path()];
        if (bad.offsets.empty()) bad.why = got.status().message();
        bad.offsets.insert(page);
        got = bytes;
      }
      if (!got.ok()) return got;
      at += got.value();
      out += got.value();
      if (got.value() < bytes) break;
    }
    return at - offset;
  }

 private:
  const std::unique_ptr<base::ReadableFile> below_;
  SalvageFileSystem* const fs_;
};

Result<std::unique_ptr<base::ReadableFile>> SalvageFileSystem::OpenReadable(
    const std::string& path, ReadMode mode) {
  TRY_ASSIGN(auto file, below_->OpenReadable(path, mode));
  return std::make_unique<Readable>(std::move(file), this);
}

std::vector<std::string> SalvageFileSystem::Unreadable() const {
  std::vector<std::string> sentences;
  for (const auto& [path, bad] : bad_) {
    sentences.push_back(
        base::StrCat(path, ": ", bad.offsets.size(), " of its pages (",
                     kPageBytes, " bytes each) cannot be read, the first at ",
                     *bad.offsets.begin(), ": ", bad.why));
  }
  return sentences;
}

}  // namespace lsm
