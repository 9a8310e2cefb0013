// VersionEdit is one step in the life of the data directory: what one frame
// of the MANIFEST says. A snapshot of everything is an edit, too: the one
// that leads from nothing to there.
//
// Encoded as tagged fields, so that an older program can tell what it may
// skip from what it must not miss; see the README beside this file.
//
// Threads: a value.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/uuid.h"
#include "lsm/version/table_file.h"

namespace lsm {

// What this program writes, and the newest it can read.
inline constexpr uint32_t kDbFormat = 1;
// Keys sort as memcmp does, and are hashed with kKeyHashSeed.
inline constexpr uint32_t kMemcmpOrder = 1;

// What only the first edit of a MANIFEST says: whose it is.
struct Identity {
  Uuid uuid;
  uint32_t format = kDbFormat;
  uint32_t key_order = kMemcmpOrder;
  // Random for each data directory: what the floors above hash members with.
  uint64_t hash_seed = 0;

  bool operator==(const Identity&) const = default;
};

struct AddedTable {
  uint8_t level = 0;
  uint64_t run = 0;
  TableInfo info;

  bool operator==(const AddedTable&) const = default;
};

// Where recovery ended the log: nothing in `segment` from `offset` on, nor in
// the segments up to `next_segment`, is read as log ever again.
struct WalCut {
  uint64_t segment = 0;
  uint64_t offset = 0;
  uint64_t next_segment = 0;

  bool operator==(const WalCut&) const = default;
};

struct VersionEdit {
  std::optional<Identity> identity;
  // Raised at each opening, before the first write.
  std::optional<uint64_t> incarnation;

  // Removals come first: a table that is removed and added is moved.
  std::vector<uint64_t> removed_tables;
  std::vector<AddedTable> added_tables;

  // The tables hold every row up to here (F), and the counters count them.
  std::optional<Sequence> flushed;
  // Absolute values as of `flushed`; a counter not named keeps its value, and
  // 0 is the same as never named.
  std::map<uint64_t, int64_t> counters;

  // Log segments that recovery must read, and those it need not any more.
  std::vector<uint64_t> listed_segments;
  std::vector<uint64_t> unlisted_segments;
  std::vector<WalCut> added_cuts;

  // Killed scopes: key prefix -> sequence of the kill.
  std::map<std::string, Sequence> added_dead_scopes;
  std::vector<std::string> removed_dead_scopes;

  // Marks that only rise; each is a lower bound for what comes next.
  std::optional<uint64_t> next_file_number;
  std::optional<uint64_t> next_segment_number;
  std::optional<Sequence> highest_sequence;
  std::optional<int64_t> wall_clock_us;

  bool operator==(const VersionEdit&) const = default;

  void EncodeTo(std::string* out) const;
  // Corruption when the bytes are no edit; Invalid, in a sentence about "a
  // newer version", when they are one that this program must not read.
  static base::Result<VersionEdit> Decode(std::string_view bytes);
};

}  // namespace lsm
