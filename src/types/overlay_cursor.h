// OverlayCursor merges a range of the engine with the rows that a Txn has put
// or deleted in it: the Txn's own state of a row hides the engine's.
//
// Threads: loop-bound.

#pragma once

#include <memory>
#include <string_view>

#include "lsm/engine.h"
#include "types/row_overlay.h"
#include "types/txn.h"

namespace types {

// `missed`: the cursor is not Valid and says Miss until it is thrown away.
std::unique_ptr<RowCursor> NewOverlayCursor(
    std::unique_ptr<lsm::RangeView> below, const RowOverlay& rows,
    std::string_view begin, std::string_view end, bool missed);

}  // namespace types
