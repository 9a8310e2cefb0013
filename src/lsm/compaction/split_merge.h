// SplitMerge does one large merge as several smaller ones side by side, each
// over its own range of keys (subcompactions), so that merging level 0 takes
// as little time as the cores allow.
//
//   inputs     [--------][------------]          cuts: "g", "p"
//              [------][--------][----]
//   parts      [...g)     [g...p)   [p...]       one thread each
//
// A cut is a key, so all versions of a key are in one part: each part keeps
// and drops what the whole merge would.
//
// Threads: any; RunSplitMerge starts its own and waits for them.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "lsm/compaction/merge_job.h"
#include "lsm/version/table_file.h"

namespace lsm {

// At most `parts` - 1 keys, ascending, that divide the inputs into parts of
// about the same size; fewer where that would make parts below `bytes_min`.
std::vector<std::string> CutsOf(std::span<const TableFilePtr> inputs,
                                size_t parts, uint64_t bytes_min);

// `new_job` makes the whole job anew, for each part; called on this thread.
// Without `threads` the parts are merged one after the other. As RunMerge:
// after an error nothing is left behind.
base::Result<MergeResult> RunSplitMerge(
    const std::function<base::Result<MergeJob>()>& new_job,
    std::span<const std::string> cuts, bool threads);

}  // namespace lsm
