// RangePages is what was read of ranges for one asker who must not wait: rows
// of tables, kept until he has seen them.
//
//   NewRange          a block is not in memory: Miss, noted here
//   FetchRangeAsync   reader:  from |page|page|page| upto     a chain
//   NewRange again    active, sealed and kept generations
//                       over pages, and cached blocks where these end
//
// Pages tell what the tables said at one moment. All that is newer lies in
// generations: in those in memory, and in those that have left it since the
// first page was asked for, which are kept here. So pages do not grow stale,
// and whoever comes back sees the present, over what was read for him: he gets
// further each time, however little memory there is.
//
// Invariants
//   - A chain holds all rows of its keys that the tables of its moment showed:
//     of each key the newest version, no tombstones.
//   - Kept and unflushed generations together hold every row that is newer.
//
// Threads: owner-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsm/iterator.h"
#include "lsm/memory/generation.h"
#include "lsm/row_page.h"

namespace lsm {

// What a range is wanted for.
struct RangeNeed {
  // About so many rows will be looked at. More are found, too, a read later.
  size_t rows = 128;
  // Of each value that must be read so much is enough; what is in memory is
  // shown whole.
  size_t value_bytes = SIZE_MAX;
  // By a scan that will not come back: the block cache is not for its blocks.
  bool passing = false;
};

class RangePages {
 public:
  RangePages() = default;
  RangePages(const RangePages&) = delete;
  RangePages& operator=(const RangePages&) = delete;

  // A range ended with Miss, and nobody has fetched what it lacks.
  bool missed() const { return want_.has_value(); }
  void ForgetMiss() { want_.reset(); }
  // Of all pages.
  size_t bytes() const { return bytes_; }

  // --- For the engine.

  struct Chain {
    // Rows from here to before `upto`; no `upto`: to the last one.
    std::string from;
    std::optional<std::string> upto;
    size_t value_bytes = 0;  // of each value, at most
    size_t rows = 0;
    std::vector<std::unique_ptr<const RowPage>> pages;  // none is empty
  };
  struct Want {
    static constexpr size_t kNewChain = SIZE_MAX;
    size_t chain = kNewChain;  // the one to be made longer
    std::string from;
    std::string end;  // empty: beyond every key
    RangeNeed need;
  };

  // The index of a chain that tells so much of `key`, or kNewChain.
  size_t Find(std::string_view key, size_t value_bytes) const;
  const Chain& chain(size_t i) const { return chains_[i]; }
  void NoteMiss(Want want) { want_ = std::move(want); }
  const Want& want() const { return *want_; }
  // What was read for `want` and goes on where its chain ends. The chain.
  size_t Add(const Want& want, std::unique_ptr<const RowPage> page,
             std::optional<std::string> upto);
  // It has left memory, the oldest first.
  void Keep(std::shared_ptr<const Generation> generation) {
    kept_.push_back(std::move(generation));
  }
  const std::vector<std::shared_ptr<const Generation>>& kept() const {
    return kept_;
  }
  // The engine is about to go.
  void Clear();

 private:
  std::vector<Chain> chains_;
  std::vector<std::shared_ptr<const Generation>> kept_;
  std::optional<Want> want_;
  size_t bytes_ = 0;
};

// Rows of tables before `end`: those of `pages`, and where these end `tables`,
// which says Miss instead of reading. Then so does this one, and notes it.
// `pages` must outlive it unchanged.
std::unique_ptr<RowIterator> NewPagedIterator(
    std::unique_ptr<RowIterator> tables, RangePages* pages,
    std::string_view end, const RangeNeed& need);

}  // namespace lsm
