// ScopeLedger remembers which scopes were killed, from the batch that killed
// them until nothing older than the kill is left anywhere.
//
//   killed --> in memory --> flush edit --> MANIFEST --> forgotten, with the
//                                                        next edit
//
// Invariants
//   - A kill after the flushed sequence is in the log; one at or before it is
//     in the MANIFEST: at no moment is it in neither.
//
// Threads: owner-bound.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lsm/format.h"
#include "lsm/version/version.h"

namespace lsm {

class ScopeLedger {
 public:
  // What the MANIFEST knows.
  void Load(const std::map<std::string, Sequence>& saved) { killed_ = saved; }

  void Kill(std::string_view prefix, Sequence sequence);
  // The kills since the last call, for the edit of the flush that ends here.
  std::map<std::string, Sequence> TakeUnsaved();

  // Forgets, and returns for the next edit, kills of which `version` holds
  // no older row. Looks at `steps` of them at most, going round.
  // `flushed`: no unflushed generation holds a row at or below it.
  std::vector<std::string> Forget(const Version& version, Sequence flushed,
                                  size_t steps);

  const std::map<std::string, Sequence>& all() const { return killed_; }
  size_t size() const { return killed_.size(); }

 private:
  std::map<std::string, Sequence> killed_;
  std::map<std::string, Sequence> unsaved_;
  std::string next_;  // where Forget goes on
};

}  // namespace lsm
