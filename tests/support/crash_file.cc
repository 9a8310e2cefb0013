#include "support/crash_file.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace support {
namespace {

// Versions of one sector that are remembered between two syncs.
constexpr size_t kOlderVersionsMax = 8;

}  // namespace

CrashFile::Page* CrashFile::Writable(Pages* pages, uint64_t page) {
  if (pages->size() <= page) pages->resize(page + 1);
  std::shared_ptr<Page>& slot = (*pages)[page];
  if (slot == nullptr) {
    slot = std::make_shared<Page>();
    slot->fill(0);
  } else if (slot.use_count() > 1) {
    slot = std::make_shared<Page>(*slot);
  }
  return slot.get();
}

void CrashFile::Copy(const Pages& pages, uint64_t offset, size_t size,
                     char* out) {
  while (size > 0) {
    const uint64_t page = offset / kPageBytes;
    const uint64_t in_page = offset % kPageBytes;
    const size_t n = std::min<uint64_t>(size, kPageBytes - in_page);
    if (page < pages.size() && pages[page] != nullptr) {
      std::memcpy(out, pages[page]->data() + in_page, n);
    } else {
      std::memset(out, 0, n);
    }
    out += n;
    offset += n;
    size -= n;
  }
}

void CrashFile::Paste(Pages* pages, uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const uint64_t in_page = offset % kPageBytes;
    const size_t n = std::min<uint64_t>(bytes.size(), kPageBytes - in_page);
    std::memcpy(Writable(pages, offset / kPageBytes)->data() + in_page,
                bytes.data(), n);
    bytes.remove_prefix(n);
    offset += n;
  }
}

size_t CrashFile::Read(uint64_t offset, size_t size, char* out,
                       bool stable) const {
  if (offset >= size_) return 0;
  size = std::min<uint64_t>(size, size_ - offset);
  Copy(current_, offset, size, out);
  if (stable) {
    const uint64_t end = offset + size;
    for (auto it = lost_.lower_bound(offset / kSectorBytes);
         it != lost_.end() && *it * kSectorBytes < end; ++it) {
      const uint64_t from = std::max(*it * kSectorBytes, offset);
      const uint64_t to = std::min((*it + 1) * kSectorBytes, end);
      Copy(disk_, from, to - from, out + (from - offset));
    }
  }
  return size;
}

void CrashFile::AddName() {
  if (++names_ == 1) space_->used += size_;
}

void CrashFile::DropName() {
  if (--names_ == 0) space_->used -= size_;
}

void CrashFile::Resize(uint64_t size) {
  if (size == size_) return;
  // Wraps around when the file shrinks.
  if (names_ > 0) space_->used += size - size_;
  size_ = size;
  sizes_.push_back(size);
}

void CrashFile::MarkPending(uint64_t sector) {
  if (!lost_.empty()) lost_.erase(sector);
  const size_t before = pending_.size();
  Pending& pending = pending_.try_emplace(pending_.end(), sector)->second;
  if (pending_.size() == before) {
    if (pending.older.size() == kOlderVersionsMax) {
      pending.older.erase(pending.older.begin());
    }
    Version& version = pending.older.emplace_back();
    version.write = pending.write;
    Copy(current_, sector * kSectorBytes, kSectorBytes, version.bytes.data());
  }
  pending.write = write_;
}

void CrashFile::Write(uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  const uint64_t end = offset + bytes.size();
  ++write_;
  for (uint64_t sector = offset / kSectorBytes; sector * kSectorBytes < end;
       ++sector) {
    MarkPending(sector);
  }
  Paste(&current_, offset, bytes);
  Resize(std::max(size_, end));
}

void CrashFile::Truncate(uint64_t size) {
  if (size < size_) {
    // What is cut off reads as zeros should the file grow again.
    static constexpr Page kZeros = {};
    const uint64_t pages = (size_ + kPageBytes - 1) / kPageBytes;
    const uint64_t keep = (size + kPageBytes - 1) / kPageBytes;
    current_.resize(std::max<uint64_t>(current_.size(), pages));
    ++write_;
    for (uint64_t sector = size / kSectorBytes; sector * kSectorBytes < size_;
         ++sector) {
      MarkPending(sector);
    }
    Paste(&current_, size,
          std::string_view(kZeros.data(), keep * kPageBytes - size));
    std::fill(current_.begin() + keep, current_.begin() + pages, nullptr);
  }
  Resize(size);
}

void CrashFile::SyncSector(uint64_t sector) {
  Sector bytes;
  Copy(current_, sector * kSectorBytes, kSectorBytes, bytes.data());
  Paste(&disk_, sector * kSectorBytes,
        std::string_view(bytes.data(), bytes.size()));
}

void CrashFile::Sync() {
  if (lost_.empty()) {
    disk_.resize(std::max(disk_.size(), current_.size()));
    uint64_t done = UINT64_MAX;
    for (const auto& [sector, pending] : pending_) {
      const uint64_t page = sector * kSectorBytes / kPageBytes;
      if (page != done) disk_[page] = current_[page];
      done = page;
    }
  } else {
    for (const auto& [sector, pending] : pending_) SyncSector(sector);
  }
  pending_.clear();
  disk_size_ = size_;
  sizes_.clear();
}

void CrashFile::SyncRange(uint64_t offset, uint64_t size) {
  CHECK(offset % kPageBytes == 0 && size % kPageBytes == 0);
  const uint64_t end = offset + size;
  disk_.resize(std::max(disk_.size(), current_.size()));
  for (uint64_t page = offset / kPageBytes; page < end / kPageBytes; ++page) {
    disk_[page] = current_[page];
  }
  pending_.erase(pending_.lower_bound(offset / kSectorBytes),
                 pending_.lower_bound(end / kSectorBytes));
  disk_size_ = size_;
  sizes_.clear();
}

void CrashFile::LosePending() {
  for (const auto& [sector, pending] : pending_) lost_.insert(sector);
  pending_.clear();
}

void CrashFile::Damage(uint64_t offset, std::string_view bytes) {
  CHECK(offset + bytes.size() <= size_);
  Paste(&current_, offset, bytes);
  Paste(&disk_, offset, bytes);
}

uint64_t CrashFile::SizeAfterCut(base::Random* random, Fate fate) const {
  const uint64_t choice = random->Next();
  if (fate == Fate::kOld || sizes_.empty()) return disk_size_;
  if (fate == Fate::kNew) return size_;
  switch (choice % 3) {
    case 0:
      return disk_size_;
    case 1:
      return size_;
    default:
      return sizes_[choice / 3 % sizes_.size()];
  }
}

void CrashFile::CutSector(uint64_t sector, const Pending& pending,
                          uint64_t seed, Fate fate, Pages* image) const {
  // Whole writes are lost, whole writes arrive, and some are torn: were each
  // sector tossed for itself alone, a large write would always be torn.
  const auto arrives = [&](uint64_t write) {
    if (fate != Fate::kAny) return fate == Fate::kNew;
    const uint64_t mood = base::Random(seed ^ (write << 20)).Below(8);
    if (mood < 6) return mood < 3;
    return base::Random(seed ^ (write << 20) ^ (sector + 1)).OneIn(2);
  };
  const uint64_t offset = sector * kSectorBytes;
  Sector bytes;
  Copy(*image, offset, kSectorBytes, bytes.data());
  // Blocks that are new to the file may show what another file left there.
  if (offset >= disk_size_ && fate == Fate::kAny && seed % 4 == 0) {
    base::Random noise(seed ^ sector);
    for (char& c : bytes) c = static_cast<char>(noise.Next());
  }
  for (const Version& version : pending.older) {
    if (arrives(version.write)) bytes = version.bytes;
  }
  if (arrives(pending.write)) {
    Copy(current_, offset, kSectorBytes, bytes.data());
  }
  Paste(image, offset, std::string_view(bytes.data(), bytes.size()));
}

std::shared_ptr<CrashFile> CrashFile::AfterCut(
    std::shared_ptr<CrashSpace> space, base::Random* random, Fate fate) const {
  const uint64_t size = SizeAfterCut(random, fate);
  const uint64_t seed = random->Next();
  Pages image = disk_;
  for (const auto& [sector, pending] : pending_) {
    if (sector * kSectorBytes >= size) break;
    CutSector(sector, pending, seed, fate, &image);
  }
  image.resize((size + kPageBytes - 1) / kPageBytes);
  if (size % kPageBytes != 0 && image.back() != nullptr) {
    Page* const last = Writable(&image, size / kPageBytes);
    std::fill(last->begin() + size % kPageBytes, last->end(), '\0');
  }
  auto file = std::make_shared<CrashFile>(std::move(space));
  file->Resize(size);
  file->sizes_.clear();
  file->disk_size_ = size;
  file->current_ = image;
  file->disk_ = std::move(image);
  return file;
}

std::shared_ptr<CrashFile> CrashFile::Copy(
    std::shared_ptr<CrashSpace> space) const {
  auto file = std::make_shared<CrashFile>(std::move(space));
  file->Resize(size_);
  file->disk_size_ = disk_size_;
  file->sizes_ = sizes_;
  file->current_ = current_;
  file->disk_ = disk_;
  file->write_ = write_;
  file->pending_ = pending_;
  file->lost_ = lost_;
  return file;
}

}  // namespace support
