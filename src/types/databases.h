// Databases knows which rows belong to the database a client has selected: a
// map from the logical number (SELECT 3) to a physical id in the row keys.
//
//   FLUSHDB 3      3 -> a fresh id; the old id's rows are garbage at once
//   SWAPDB 3 5     the two ids change places
//
// so both cost the same for any amount of data. The map is one row:
//
//   'K' "databases" -> version u8 | next id u32 | count u32 |
//                      count x (logical u32, physical u32)      little endian
//
// Logical n has id n until it is first renewed; only the others are listed.
// Fresh ids start above every logical number and are never used twice. Ids
// that a lost batch had drawn may be gone with it, so loading skips ahead.
//
// Changes go through a Txn, which sees its own at once; they are installed here
// when it commits, with the sequence of the batch. Whoever reads the id of a
// database gates on the sequence that gave it: after a FLUSHDB that is not yet
// durable an absent key is news, though no record of it exists.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"
#include "types/row_key.h"

namespace types {

inline constexpr int kDatabasesMax = 1 << 16;

// The map as of one moment.
struct DatabaseMap {
  std::vector<PhysicalId> ids;  // by logical number
  // Of databases beyond the configured count, kept for when it grows again.
  std::vector<std::pair<uint32_t, PhysicalId>> hidden;
  PhysicalId next_id = kDatabasesMax;

  std::string Encode() const;
};

class Databases {
 public:
  // Logical 0 to count - 1, each with its own number as id.
  explicit Databases(int count);

  // Reads the row as it was stored; an empty value means it never was.
  base::Status Load(std::string_view value, lsm::Sequence sequence);

  int count() const { return static_cast<int>(map_.ids.size()); }
  PhysicalId physical(int db) const { return map_.ids[db]; }
  // -1 when no logical number has this id (any more).
  int Logical(PhysicalId physical) const;
  const DatabaseMap& map() const { return map_; }
  // Since when the database has the id that it has.
  lsm::Sequence last_change(int db) const { return last_changes_[db]; }

  void Install(DatabaseMap map, lsm::Sequence sequence);

  static RowKey Key();

 private:
  DatabaseMap map_;
  std::vector<lsm::Sequence> last_changes_;  // by logical number
};

}  // namespace types
