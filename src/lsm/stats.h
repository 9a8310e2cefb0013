// Stats are the engine's numbers as of one moment, for INFO and /metrics.
//
// Threads: a value.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lsm/compaction/pressure.h"

namespace lsm {

inline constexpr int kLevelsMax = 7;

// What a Tick does beside the owner's own work.
enum class PauseCause : uint8_t {
  kInstall,    // what background jobs have finished: versions, generations
  kSettle,     // blind puts
  kJobs,       // sealing, choosing and starting jobs
  kFree,       // flushed generations
  kEvict,      // clean records
  kDefrag,     // moving them together
  kColdReads,  // installing what was read, and who waited for it
};
inline constexpr std::array<std::string_view, 7> kPauseNames = {
    "install", "settle", "jobs", "free", "evict", "defrag", "cold_reads"};
inline constexpr uint64_t kLongPauseUs = 100;

struct PauseStats {
  uint64_t total_us = 0;  // by the wall clock
  // Of processor time: what is above it are other threads, or a page fault.
  uint64_t longest_us = 0;
  uint64_t long_ones = 0;        // above kLongPauseUs
  uint64_t longest_wall_us = 0;  // the whole of it
};
using PausesByCause = std::array<PauseStats, kPauseNames.size()>;

// Counts, and bytes written and read, are since opening; the rest is as of now.
struct Stats {
  // Memory, in true allocator bytes.
  uint64_t active_bytes = 0;        // rows written since the last seal
  uint64_t sealed_bytes = 0;        // rows that are being flushed
  uint64_t clean_bytes = 0;         // rows that tables hold, too
  uint64_t index_bytes = 0;         // the hash index
  uint64_t table_memory_bytes = 0;  // filters and block indexes
  uint64_t cache_bytes = 0;         // the block cache
  uint64_t log_memory_bytes = 0;    // frames, on their way or to be used again
  uint64_t debt_bytes = 0;          // blind puts that are not settled
  uint64_t memory_budget_bytes = 0;
  uint64_t records = 0;          // rows in memory
  uint64_t evicted_records = 0;  // clean ones, to make room
  // Defragmentation: records moved, those looked at that stayed, the time it
  // took, and the part of it that it may take now.
  uint64_t moved_records = 0;
  uint64_t unmoved_records = 0;
  uint64_t defrag_us = 0;
  int defrag_percent = 0;

  // Lookups that memory answered, filters answered, and tables answered.
  uint64_t memory_hits = 0;
  uint64_t filter_negatives = 0;
  uint64_t fetches = 0;
  // Of fetches that do not block: under way, joined to one that was under way,
  // and not installed because the key was written meanwhile.
  uint64_t reads_in_flight = 0;
  uint64_t coalesced_reads = 0;
  uint64_t discarded_reads = 0;
  uint64_t range_pages = 0;  // read of ranges
  // Blind puts that are not settled, and those that were.
  uint64_t unsettled = 0;
  uint64_t settled = 0;
  // Of the block cache, a block each.
  uint64_t cache_hits = 0;
  uint64_t cache_misses = 0;

  // The log.
  uint64_t written_batches = 0;  // since opening, in a frame or not
  uint64_t log_frames = 0;
  uint64_t log_batches = 0;         // in a frame
  uint64_t log_bytes = 0;           // as written, padding included
  uint64_t log_retained_bytes = 0;  // on disk, not yet given up
  uint64_t log_syncs = 0;
  int64_t last_sync_us = 0;  // wall clock of the last rise of synced
  // Sequences, of the last write that is: in memory; as far as the sync policy
  // asks; on stable storage; in tables with all before it.
  uint64_t applied = 0;
  uint64_t released = 0;
  uint64_t synced = 0;
  uint64_t flushed = 0;
  bool log_out_of_space = false;
  uint64_t reserve_bytes = 0;  // set aside on the disk for a full one

  // Tables.
  struct Level {
    uint64_t files = 0;
    uint64_t bytes = 0;       // on disk
    uint64_t rows = 0;        // tombstones and older versions included
    uint64_t tombstones = 0;  // of these
  };
  std::array<Level, kLevelsMax> levels = {};  // level 0 is the newest
  // Large values, beside the levels: no Level counts them.
  struct Blobs {
    uint64_t files = 0;
    uint64_t bytes = 0;          // of all records
    uint64_t garbage_bytes = 0;  // of these, what no table refers to
  };
  Blobs blobs;
  uint64_t flushes = 0;
  // These of tables and blob files.
  uint64_t flush_bytes = 0;
  uint64_t compactions = 0;
  uint64_t compaction_read_bytes = 0;
  uint64_t compaction_written_bytes = 0;
  uint64_t pending_compaction_bytes = 0;  // beyond the targets of the levels
  Pressure pressure;
  uint64_t dead_scopes = 0;        // killed, and not yet wholly merged away
  uint64_t counters = 0;           // by AddCount; zeros go with a flush
  uint64_t background_errors = 0;  // of flushes and merges, tried again

  PausesByCause pauses = {};

  // Recovery.
  uint64_t incarnation = 0;  // openings of the directory, with this one
  uint64_t replayed_batches = 0;
  int64_t recovery_us = 0;
};

}  // namespace lsm
