// SavedRows are the rows of tables and log, as far as they are whole, for
// those who read a data directory without an engine: merged, and with nothing
// left but the newest version of each key that was not deleted.
//
// The rows of the log are kept in memory, as an engine that opens would.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "lsm/format.h"
#include "lsm/iterator.h"
#include "lsm/options.h"
#include "lsm/table/table_check.h"
#include "lsm/write_batch.h"

namespace lsm {

class SavedRows {
 public:
  explicit SavedRows(base::FileSystem* fs) : fs_(fs) {}

  // The whole blocks of a table; `check` may be gone afterwards.
  void AddTable(const std::string& path, const TableCheck& check);
  void AddBatch(Sequence sequence, const WriteBatch& batch);
  void AddKill(std::string_view prefix, Sequence sequence);

  using Visit = std::function<base::Status(
      std::string_view key, uint64_t packed, std::string_view value)>;
  // The value below each blind put that the log has not settled, if there is
  // one: what the counters count twice.
  base::Status VisitOwed(const std::vector<KeyRange>& key_ranges,
                         const Visit& visit) const;

  // What the batches have added to the counters.
  const std::map<uint64_t, int64_t>& counts() const { return counts_; }

  // Each key's newest version, in order, unless it is a tombstone or its scope
  // was killed. Errors of reading, and of `visit`.
  base::Status VisitLive(const std::vector<KeyRange>& key_ranges,
                         const Visit& visit) const;

 private:
  struct TableBlocks {
    std::string path;
    uint64_t seed = 0;
    std::string smallest;
    std::string largest;
    std::vector<Extent> blocks;
  };
  struct LogRow {
    uint64_t packed = 0;
    std::string value;
  };
  class ChainIterator;
  class LogIterator;

  // As few sources as can be: tables that do not overlap are one.
  std::vector<std::unique_ptr<RowIterator>> TableSources() const;
  base::Status VisitNewest(std::vector<std::unique_ptr<RowIterator>> sources,
                           const std::vector<KeyRange>& key_ranges,
                           const Visit& visit) const;

  base::FileSystem* const fs_;
  std::vector<TableBlocks> tables_;
  std::map<std::string, LogRow, std::less<>> log_;
  std::map<std::string, Sequence> kills_;
  std::map<uint64_t, int64_t> counts_;
  std::set<std::string, std::less<>> owed_;
};

}  // namespace lsm
