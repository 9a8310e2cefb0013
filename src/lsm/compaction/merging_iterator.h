// The merge of several sorted sources: rows in key order and, under one key,
// newest version first, whichever source they come from.
//
// A binary heap of positions: the sources are few (runs of a store, inputs of
// a job), and most steps only sift the top once.
//
// Threads: one holder at a time.

#pragma once

#include <memory>
#include <vector>

#include "lsm/iterator.h"

namespace lsm {

// No two sources may hold the same key with the same packed word. The first
// error of a source ends the merge: it is then not Valid, and status() says
// why, because rows of the other sources could be older versions of what the
// broken one hides.
std::unique_ptr<RowIterator> NewMergingIterator(
    std::vector<std::unique_ptr<RowIterator>> sources);
// The same over sources that outlive it. It begins where they stand.
std::unique_ptr<RowIterator> NewMergingIterator(
    std::vector<RowIterator*> sources);

}  // namespace lsm
