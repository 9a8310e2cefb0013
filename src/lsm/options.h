// Options are what an engine is told at opening: where it lives, how large
// its parts may grow, and what little it must know of its user.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "lsm/faults.h"
#include "lsm/format.h"
#include "lsm/sync_policy.h"

namespace lsm {

// Rows whose key begins with one byte, and how they want to be kept. They have
// tables of their own, in which this is so from the next flush or merge on.
struct KeyRange {
  // That byte; the empty key counts as 0. No two ranges have the same.
  uint8_t leading = 0;
  // Tables have a Bloom filter, of Options::filter_bits_per_key. Off: for rows
  // that are read by range; a single key that is absent costs a block then.
  bool filter = true;
  // A block, which is what is read and cached as a whole, is ended at about
  // this size before compression. A row that is larger has one to itself.
  uint32_t block_bytes = 4096;
  // Lengths of the key prefixes that WriteBatch::KillScope may name here.
  std::vector<uint32_t> scope_lengths;
};

// A row that dies at a known time, as found on disk by the expiry walk.
struct ExpiringRow {
  std::string key;
  Sequence sequence = 0;   // of the write
  int64_t expires_ms = 0;  // since 1970
};

// What a blind put (WriteBatch::BlindPut) has counted twice, and the changes
// of counters, and kills of scopes, that set it right.
struct BlindRow {
  std::string_view key;  // views: during the call
  // The value below it, or the beginning of a large one (kBlobHeadBytes); empty
  // where that could not be read for a long time.
  std::string_view old_value;
};
struct Settlement {
  std::map<uint64_t, int64_t> counts;  // counter -> what is added to it
  std::vector<std::string> kills;      // prefixes, as for KillScope
};

struct Options {
  // Through it all files are reached, from any thread. Outlives the store.
  base::FileSystem* fs = base::PosixFileSystem();
  // What time it is, asked from any thread. Outlives the store. While it shows
  // a year beyond 2200, opening and writing are refused.
  base::Clock* clock = base::SystemClock();
  // Where the store lives; nothing else should. One process has it open at a
  // time. Its parent must exist.
  std::string directory;
  // Off: Open fails with Io where the directory is missing.
  bool create_if_missing = true;

  // When the log is synced by itself. (Db waits for a sync under each, unless
  // WriteOptions::sync is off.)
  SyncPolicy sync_policy = SyncPolicy::kAlways;
  // All sizes in bytes; the three go down to 64 KiB for tests.
  // Of rows in memory that become tables together. At most an eighth of
  // memory_bytes is used.
  uint64_t generation_bytes = 64 << 20;
  // At about this size, or with a row for every 64 bytes of it, a table is
  // ended, and the next begun.
  uint64_t table_bytes = 32 << 20;
  // 0: twice generation_bytes, within 4 and 64 MiB. A new store writes three of
  // them full of zeros first.
  uint64_t log_segment_bytes = 0;
  // Off: log segments grow as they are written (slower, but small).
  bool log_preallocate = true;
  bool log_direct = true;                 // where the file system agrees
  int log_depth = 2;                      // frames in flight, 1 to 8
  uint64_t log_retained_bytes = 1 << 30;  // beyond it a flush is forced
  // Space set aside on the disk, at most, so that a flush can be done, or the
  // store be opened, when it is full; never more than that takes. 0: none.
  uint64_t reserve_bytes = 0;
  int reader_threads = 4;  // for FetchAsync, at least 1
  // That share one large compaction. 0: one for every four processors.
  int compaction_threads = 0;

  // The budget for records, block cache, filters and indexes together. Db
  // leaves a fifth of it to the allocator; buffers of background work, some
  // 10 MB, come on top.
  uint64_t memory_bytes = uint64_t{1} << 30;
  // Blocks may take up to half of it where ranges are read more than
  // single keys. Off: an eighth.
  bool cache_adapts = true;
  // Tables with an open file at once; there may be any number of tables.
  size_t table_handles = 4096;
  // Of Bloom filters, in memory with their tables. 10 let 1 % of absent keys
  // through; 0: there are none.
  uint32_t filter_bits_per_key = 10;
  // Tables and blob files are written with zstd at the bottom level and LZ4
  // above it. Whatever is there already is read either way.
  bool compress = true;
  // Values of so many bytes are kept apart from their keys, in blob files. 0:
  // none is.
  uint64_t blob_bytes_min = 8 << 10;

  // Whatever is not listed has the defaults of KeyRange.
  std::vector<KeyRange> key_ranges;

  // The time of death of a row in ms since 1970, or 0. Used to count and to
  // report, never to drop. Any thread, several at once.
  std::function<int64_t(std::string_view key, std::string_view value)>
      expiry_of;
  // Owner thread: rows on disk that die before about a minute from now and,
  // during Open, rows of the log that die at all.
  std::function<void(std::span<const ExpiringRow>)> on_expiring;
  // Owner thread: how many rows on disk it may be told at once; what is more
  // is told a little later. Null: any number.
  std::function<size_t()> expiring_room;

  // Owner thread: a key that was put blindly had a value before. Not asked
  // about keys of a scope that was killed since: whoever kills takes the counts
  // as they stand.
  std::function<void(const BlindRow& row, Settlement* settlement)> on_settle;

  // Any thread: released(), synced() or the error changed, or background work
  // waits for the next Tick. May only wake somebody up.
  std::function<void()> on_progress;

  // Off: no thread is started; flush, compaction and log writes happen when
  // the owner calls (Submit, Tick, RunBackground). For tests that replay.
  bool background_threads = true;

  // After corruption in the log: copy the damaged segments aside and cut
  // there, instead of refusing to open.
  bool salvage_log = false;

  // Deliberate mistakes, for the tests that must notice them.
  Faults faults;
};

}  // namespace lsm
