// SegmentReader looks into one segment at recovery: for the frame at an
// offset, and for headers anywhere behind one.
//
// It trusts nothing: lengths are checked against the file before they are
// used, and whatever does not verify is simply not there. A read error is an
// error, never "not there".
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/wal/fault.h"
#include "lsm/wal/frame.h"
#include "lsm/wal/segment.h"

namespace lsm {

class SegmentReader {
 public:
  struct Frame {
    FrameHeader header;
    std::string_view payload;  // Until the next call.
    uint64_t chain = 0;
    uint64_t end = 0;  // Offset behind it, padding included.
  };

  // Syncs the file, then opens it for reads past the page cache. Corruption
  // when it is missing, has a bad first block or is shorter than that says.
  static base::Result<std::unique_ptr<SegmentReader>> Open(
      base::FileSystem* fs, const std::string& directory, const Uuid& db_uuid,
      uint64_t number, const LogFaults& faults);
  // For looking into one file by itself, and into one that Open refuses:
  // flaw() says what is wrong with its first block or its size, and what can
  // be read is read. Corruption when not even the salt can be told. `number`
  // 0: whatever its first block says.
  static base::Result<std::unique_ptr<SegmentReader>> OpenAnyway(
      base::FileSystem* fs, const std::string& path, uint64_t number);

  // Of OpenAnyway, for a file that is not wholly sound.
  const base::Status& flaw() const { return flaw_; }
  const FileHeader& header() const { return header_; }
  size_t alignment() const { return alignment_; }
  uint64_t number() const { return number_; }
  // No frame can lie beyond it.
  uint64_t end() const { return end_; }
  const std::string& path() const { return file_->path(); }
  // In all headers that were found valid so far.
  Sequence highest_seen() const { return highest_seen_; }

  // The frame at `offset` if it verifies and ends by `limit`.
  base::Result<std::optional<Frame>> FrameAt(uint64_t offset, uint64_t limit);
  // The first place in [from, limit) where a header verifies, whether or not
  // the payload does.
  base::Result<std::optional<uint64_t>> FindHeader(uint64_t from,
                                                   uint64_t limit);
  base::Result<std::optional<FrameHeader>> HeaderAt(uint64_t offset);
  // The highest `durable_upto` of any header from there on.
  base::Result<Sequence> HighestPromise(uint64_t from);
  // Frees what was read ahead.
  void Forget() { window_ = std::string(); }

 private:
  SegmentReader(uint64_t number, const LogFaults& faults)
      : number_(number), faults_(faults) {}

  base::Status ReadFileHeader(const Uuid& db_uuid);
  base::Status ReadDamagedHeader();
  base::Status CheckSize();
  // `size` bytes at `offset`, valid until the next call.
  // REQUIRES: they lie before end().
  base::Result<std::string_view> Fetch(uint64_t offset, uint64_t size);

  uint64_t number_;  // Constant after opening.
  const LogFaults faults_;
  std::unique_ptr<base::ReadableFile> file_;
  base::Status flaw_;
  FileHeader header_;
  size_t alignment_ = 8;
  uint64_t end_ = 0;
  std::string window_;
  uint64_t window_offset_ = 0;
  Sequence highest_seen_ = 0;
};

}  // namespace lsm
