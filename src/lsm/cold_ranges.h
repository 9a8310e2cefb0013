// ColdRanges is what of ranges is on its way from the tables, page by page.
//
//             pool: SnapshotReader, mailbox
//   Fetch --> page --------------------> RangePages --Finish--> asker answered
//              ^                             |
//              '------- not enough yet ------'
//
// A read pins the version in which it looks. Between two of its pages other
// reads have their turn.
//
// Invariants
//   - Each Fetch is answered once, in Finish or Abort, never within itself.
//   - What a RangePages was told once it can rely on: a generation that leaves
//     memory is kept for it.
//
// Threads: owner-bound; the pool's threads touch what a read hands over to
// them and the mailbox hands back.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "lsm/mailbox.h"
#include "lsm/memory/generation.h"
#include "lsm/range_pages.h"
#include "lsm/reader_pool.h"
#include "lsm/version/version.h"

namespace lsm {

class ColdRanges {
 public:
  // Ok: look again, more is there. Miss: the engine was closed first. Else why
  // it cannot be read: it names the file.
  using Done = std::function<void(base::Status)>;

  // Both outlive it. `forget_flushed` is the fault forget_flushed_rows.
  ColdRanges(ReaderPool* pool, Mailbox* mailbox, bool forget_flushed)
      : pool_(pool), mailbox_(mailbox), forget_flushed_(forget_flushed) {}
  ColdRanges(const ColdRanges&) = delete;
  ColdRanges& operator=(const ColdRanges&) = delete;

  // Reads what `pages` lack: at least what is needed, and as much again as
  // there is, so that few rounds suffice for a long range; but no more once
  // there are `bytes_max` of it. REQUIRES: pages->missed(); `version` is the
  // newest.
  void Fetch(std::shared_ptr<const Version> version,
             std::shared_ptr<RangePages> pages, size_t bytes_max, Done done);
  // It is about to leave memory: call it for each, the oldest first.
  void NoteFlushed(const std::shared_ptr<const Generation>& generation);
  // Answers those whose pages have come; true if there were some.
  bool Finish();
  // The pool has stopped: empties all pages, so that nothing stays pinned.
  void Abandon();
  // The same, and answers all who wait.
  void Abort();

  // Reads that have not ended.
  uint64_t in_flight() const { return reads_.size(); }
  // Read so far.
  uint64_t pages_read() const { return pages_read_; }

 private:
  struct Read {
    // For the pool while it reads, for the owner in between.
    RangePages::Want want;
    size_t rows_left = 0;
    std::shared_ptr<const Version> version;
    std::unique_ptr<RowPage> page;
    base::Status status;
    // Null: the page goes to the last row.
    std::optional<std::string> upto;
    bool at_end = false;
    // For the owner.
    std::shared_ptr<RangePages> pages;
    size_t bytes_max = 0;
    Done done;
  };
  using ReadPtr = std::shared_ptr<Read>;

  static void ReadPage(Read* read);
  void Start(const ReadPtr& read);
  void Arrive(const ReadPtr& read);
  bool IsOver(const Read& read) const;

  // Immutable.
  ReaderPool* const pool_;
  Mailbox* const mailbox_;
  const bool forget_flushed_;

  // Owner-bound.
  std::vector<ReadPtr> reads_;
  std::vector<ReadPtr> ready_;  // over, not answered
  // Who may come back to pages that were read.
  std::vector<std::weak_ptr<RangePages>> askers_;
  uint64_t pages_read_ = 0;
};

}  // namespace lsm
