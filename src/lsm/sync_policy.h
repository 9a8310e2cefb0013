// SyncPolicy says what a write has reached when the log releases it.
//
// Threads: a value.

#pragma once

namespace lsm {

enum class SyncPolicy {
  kAlways,       // Released when synced.
  kEverySecond,  // Released when in the page cache, synced each second.
  kNo,           // The same, synced at the end of a segment and on request.
};

}  // namespace lsm
