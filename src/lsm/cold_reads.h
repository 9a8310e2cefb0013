// ColdReads is what is on its way from the tables: one read for each missing
// key, however many ask for it.
//
//               pool: version->Get, mailbox
//   Fetch ----> read --------------------> ready --Finish--> clean record,
//               ^      |                     ^               askers answered
//     joins ----'      '------- Replace -----'
//                       the key was written: they need not wait for what
//                       is read, and it is not installed
//
// A read pins the version in which it looks. Its answer stays right for as
// long as the key is not written: whoever joins later gets it as well, and a
// flush or a compaction in between changes nothing. A write makes it stale, and
// would do so unnoticed once its own record is flushed and evicted; hence
// Replace, whoever evicts what.
//
// Invariants
//   - At most one read for a key; none for a key written since.
//   - Each Fetch is answered once, in Finish or Abort, never within itself.
//
// Threads: owner-bound; the pool's threads touch what a read hands over to
// them and the mailbox hands back.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/mailbox.h"
#include "lsm/memory/memory_store.h"
#include "lsm/reader_pool.h"
#include "lsm/version/version.h"

namespace lsm {

class ColdReads {
 public:
  // Ok: look again. What was read is in memory until the next Tick; what was
  // written instead nearly always is. Miss: the engine was closed first. Else
  // the first error of a key: it names the file.
  using Done = std::function<void(base::Status)>;

  // `pool` and `mailbox` outlive it. `believe_all` is the fault
  // install_stale_reads.
  ColdReads(ReaderPool* pool, Mailbox* mailbox, bool believe_all)
      : pool_(pool), mailbox_(mailbox), believe_all_(believe_all) {}
  ColdReads(const ColdReads&) = delete;
  ColdReads& operator=(const ColdReads&) = delete;

  // Returns how many of the keys are not under way already. REQUIRES: `keys` is
  // not empty; memory has none of them; `version` is the newest.
  size_t Fetch(const std::shared_ptr<const Version>& version,
               std::span<const std::string> keys, Done done);
  // The key is being written.
  void NoteWrite(std::string_view key) {
    if (!reads_.empty()) [[unlikely]]
      Replace(key);
  }
  // Installs what has arrived, or a part of it, then answers; true if there was
  // something.
  bool Finish(MemoryStore* memory);
  // The pool has stopped: answers all who wait.
  void Abort();

  // Reads handed to the pool that have not come back.
  uint64_t in_flight() const { return in_flight_; }
  // Askers who joined a read that was under way.
  uint64_t coalesced() const { return coalesced_; }
  // Reads whose key was written meanwhile.
  uint64_t discarded() const { return discarded_; }

 private:
  struct Asker {
    size_t keys_left = 0;
    base::Status error;
    Done done;
  };
  struct Read {
    // For the pool, which lets go of the version.
    std::string key;
    std::shared_ptr<const Version> version;
    base::Result<std::optional<TableRow>> row = std::optional<TableRow>();
    // For the owner.
    bool arrived = false;
    bool replaced = false;
    std::vector<std::shared_ptr<Asker>> askers;
  };
  using ReadPtr = std::shared_ptr<Read>;
  struct Hash {
    size_t operator()(std::string_view key) const { return HashKey(key); }
  };

  ReaderPool::Job NewJob(const ReadPtr& read);
  void Arrive(const ReadPtr& read);
  void Replace(std::string_view key);
  // The error of the read.
  base::Status Install(Read* read, MemoryStore* memory);

  // Immutable.
  ReaderPool* const pool_;
  Mailbox* const mailbox_;
  const bool believe_all_;

  // Owner-bound. The views are of the reads' own keys.
  std::unordered_map<std::string_view, ReadPtr, Hash> reads_;
  // Read, or replaced: for Finish, in this order.
  std::vector<ReadPtr> ready_;
  uint64_t in_flight_ = 0;
  uint64_t coalesced_ = 0;
  uint64_t discarded_ = 0;
};

}  // namespace lsm
