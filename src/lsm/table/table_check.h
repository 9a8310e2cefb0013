// CheckTable reads all of one table and compares it with itself: every
// checksum, the order of the rows, what the properties counted, that filter
// and index lead to every key.
//
// What it finds it tells in two ways: flaws, for people; and the data blocks
// that are whole, for those who save them.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/table/properties.h"
#include "lsm/table/table_survey.h"

namespace lsm {

// Rows that cannot be read any more.
struct LostRows {
  base::Status why;  // Names the file.
  Extent bytes;      // Of the file, trailers included.
  // The rows had keys between those of their neighbours, or from the first or
  // to the last of the table. Nothing: there is no telling.
  std::optional<std::string> first;
  std::optional<std::string> last;
  // A row with just this key may be lost, that would be newer than any other
  // of the table.
  bool first_included = false;
  bool last_included = false;
};

struct TableCheck {
  std::unique_ptr<TableSurvey> survey;
  // Each names the file. Lost rows have their `why` here, too.
  std::vector<base::Status> flaws;
  // Empty if TableRequest::rows were all found.
  std::vector<LostRows> lost;
  // In the order of their keys.
  std::vector<Extent> whole_blocks;
  // Of the whole blocks.
  TableProperties counted;
};

struct TableVisitor {
  // A data block and how many rows it has, or why it has none.
  std::function<void(Extent, uint64_t rows, const base::Status&)> on_block;
  std::function<void(std::string_view key, uint64_t packed,
                     std::string_view value)>
      on_row;
  // Bytes of the file gone through since the last call.
  std::function<void(uint64_t bytes)> on_progress;
  // As TableOptions::expiry_of. Empty: times of death are not compared.
  std::function<int64_t(std::string_view key, std::string_view value)>
      expiry_of;
};

// Fails only when the file cannot be opened or read.
base::Result<TableCheck> CheckTable(const TableRequest& request,
                                    const TableVisitor& visitor = {});

}  // namespace lsm
