// Table reads one immutable file of rows.
//
//   Get:  filter (memory) -> index (memory) -> block (cache or disk)
//
// Footer, properties, index and filter are read and verified at Open and stay
// in memory; data blocks come and go through the BlockCache. Whatever a bad
// disk does, a call answers with what was written or with a status that names
// the file.
//
// Threads: immutable after Open; every method may be called from any thread.
// An iterator has one holder at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/table/block_cache.h"
#include "lsm/table/filter.h"
#include "lsm/table/index.h"
#include "lsm/table/properties.h"
#include "lsm/uuid.h"

namespace lsm {

class TableIterator;

struct ReadOptions {
  // Blocks read are kept in the cache and count as used. Scans and
  // compactions say no.
  bool fill_cache = true;
  // An iterator reads at least this much of the file at once. 0: a block.
  size_t readahead_bytes = 0;
  // The file is not read: Miss for a block that the cache does not hold.
  bool cached_only = false;
  // So much of a value is enough: what lies apart is then not read for more.
  size_t value_bytes = SIZE_MAX;

  bool operator==(const ReadOptions&) const = default;
};

// One version of a row, with what holds its value.
struct TableRow {
  uint64_t packed = 0;
  // Lives as long as `pin` and `apart`.
  std::string_view value;
  PinnedBlock pin;
  // Of a value that does not lie in the table.
  Buffer apart = {};
};

class Table {
 public:
  // Reads what must stay in memory. Corruption when the file is not the table
  // that this number, database and size promise; Invalid when it needs a
  // newer program. `cache` may be nullptr and must outlive the table.
  static base::Result<std::shared_ptr<Table>> Open(
      base::FileSystem* fs, const std::string& path, uint64_t file_number,
      const Uuid& uuid, uint64_t expected_size, BlockCache* cache);
  // The same of a file that is open already.
  static base::Result<std::shared_ptr<Table>> Open(
      std::unique_ptr<base::ReadableFile> file, uint64_t file_number,
      const Uuid& uuid, uint64_t expected_size, BlockCache* cache);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // False: no row has a key with this HashKey. No I/O.
  bool MayContain(uint64_t hash) const { return filter_.MayContain(hash); }

  // The newest version of `key` with a sequence <= `upto`: a tombstone is a
  // row too, and so is a reference to a value that lies apart. `hash` is
  // HashKey(key).
  base::Result<std::optional<TableRow>> Get(
      std::string_view key, uint64_t hash, Sequence upto,
      const ReadOptions& options = {}) const;

  // The table must outlive the iterator.
  std::unique_ptr<TableIterator> NewIterator(const ReadOptions& options) const;

  // No row of the i-th data block, and no newer version of one, lies before
  // this key. No I/O.
  std::string BlockBegin(size_t i) const;
  size_t data_blocks() const { return index_.blocks(); }

  const TableProperties& properties() const { return properties_; }
  uint64_t file_number() const { return file_number_; }
  uint64_t file_bytes() const { return properties_.file_bytes; }
  const std::string& path() const { return file_->path(); }
  // Of filter, index and the rest that stays; not of cached blocks.
  size_t memory_bytes() const;

 private:
  friend class TableIterator;
  Table(std::unique_ptr<base::ReadableFile> file, uint64_t file_number,
        uint64_t seed, BlockCache* cache);
  // Everything that stays in memory, from the footer upwards.
  base::Status LoadFooter(const Uuid& uuid, Extent* properties);
  base::Status LoadParts(Extent properties);
  // The block from the cache or, counted in `bytes_read`, from the disk.
  base::Result<PinnedBlock> Pin(size_t block, const ReadOptions& options,
                                uint64_t* bytes_read) const;
  // Keeps the opened block as the options say.
  base::Result<PinnedBlock> Keep(uint64_t offset, Buffer bytes,
                                 const ReadOptions& options) const;
  // A block whose checksum is right but whose rows make no sense.
  base::Status Broken(size_t block) const;

  const std::unique_ptr<base::ReadableFile> file_;
  const uint64_t file_number_;
  const uint64_t seed_;
  BlockCache* const cache_;
  const uint64_t cache_id_;
  TableProperties properties_;
  Filter filter_;
  Index index_;
};

}  // namespace lsm
