// DatabasesMend sees to it that after a repair every database that has keys
// can be selected, and that no id on disk is ever given out again: the row
// that says so (types/databases.h) may be lost, or saved in an older version.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/row_key.h"

namespace inspect {

class DatabasesMend {
 public:
  // Every row that was saved.
  void See(std::string_view key, std::string_view value);

  struct Mended {
    // The new row, if the one that was saved does not do.
    std::optional<std::string> row;
    // What was decided, a sentence each.
    std::vector<std::string> notes;
  };
  // Corruption when the row that was saved cannot be read.
  base::Result<Mended> Mend() const;

 private:
  std::optional<std::string> row_;
  std::map<types::PhysicalId, uint64_t> keys_;
};

}  // namespace inspect
