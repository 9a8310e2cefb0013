// OrderedIndex keeps the records of one generation in key order: a B+tree
// whose entries are {8-byte key head, Record*}.
//
// A head is eight key bytes as a big-endian number, so that most comparisons
// need no look at a record. It starts after `skip`, the bytes that every key
// that may come to the node has in common: rows of one table or collection
// share long prefixes that would make all heads equal. The skip follows from
// the two separators that bound the node (any key between them shares what
// they share), or, at the edges of the tree, from the prefix of all keys.
//
//   inner   heads[ ]  records[ ] (for ties)  children[ ]
//             |
//   leaf    heads[ ]  records[ ]  <-> neighbours, for iteration both ways
//
// Rows never leave a tree, so nodes never join; they come from a few large
// slabs, which are freed one by one. The tree does not own the records.
//
// A writer rarely reads in order, so that a record first joins a few others
// that are `coming`; Settle takes them all down the tree together, level by
// level, which lets their cache misses overlap [M: MemoryStore::Put of a new
// row 0.60 us instead of 0.70, over a clean one 0.42 instead of 0.57].
//
// Invariants
//   - Each separator's key is the first key of the subtree to its right.
//   - Every key of a node shares its first `skip` bytes.
//   - Whoever reads in order has called Settle since the last Insert.
//
// Threads: owner-bound until the generation is sealed; then immutable.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lsm/memory/record.h"

namespace lsm {

struct TreeInner;
struct TreeLeaf;
struct TreeNode;

class OrderedIndex {
 public:
  OrderedIndex() = default;
  ~OrderedIndex();
  OrderedIndex(const OrderedIndex&) = delete;
  OrderedIndex& operator=(const OrderedIndex&) = delete;

  // REQUIRES: no record with this key is here.
  void Insert(Record* record) {
    coming_[coming_size_++] = record;
    ++size_;
    if (coming_size_ == kComingMax) Settle();
  }
  // Brings what is coming to its place; some 5 us. Nothing but Insert and
  // size is right before it.
  void Settle();
  // Puts `now` in the place of the record of the same key, which must be here
  // and still be alive.
  void Replace(Record* now);
  // nullptr: not here. REQUIRES (here and for iterators): settled.
  Record* Find(std::string_view key) const;

  size_t size() const { return size_; }
  // Nodes, in true bytes.
  size_t memory_bytes() const { return memory_bytes_; }

  // Frees up to `slabs` slabs of nodes (64 KiB each at most); true once none
  // is left. After the first call only FreeSome and the destructor may follow.
  bool FreeSome(size_t slabs);

  // A position in the tree; valid until the tree changes.
  class Iterator {
   public:
    explicit Iterator(const OrderedIndex* index) : index_(index) {}

    bool Valid() const { return leaf_ != nullptr; }
    Record* record() const;

    void SeekToFirst();
    void SeekToLast();
    // To the first key >= `key`.
    void Seek(std::string_view key);
    // To the last key < `key`.
    void SeekBefore(std::string_view key);
    // REQUIRES: Valid(). Past either end the iterator is not Valid.
    void Next();
    void Prev();

   private:
    const OrderedIndex* index_;
    const TreeLeaf* leaf_ = nullptr;
    size_t position_ = 0;
  };

 private:
  // As many misses as a core has under way. The write that finds them all there
  // pays for the others: 64 made it 15 us, and none of them cheaper.
  static constexpr size_t kComingMax = 16;

  struct Path;

  // What all keys to come have in common with those that are here.
  void NotePrefixes();
  // The leaf of each record that is coming.
  void DescendTogether(TreeLeaf** leaves) const;
  void InsertInTree(Record* record);
  void InsertInLeaf(TreeLeaf* leaf, size_t position, Record* record);

  // Of the key's beginning with prefix_: < 0, 0 or > 0.
  int ComparePrefix(std::string_view key) const;
  void ShrinkPrefix(size_t size);
  // The skip of a node bounded by these separators; nullptr: at the edge.
  size_t SkipBetween(const Record* low, const Record* high) const;
  TreeLeaf* Descend(std::string_view key, Path* path);
  const TreeLeaf* LeafOf(std::string_view key) const;
  // Moves what follows the first `keep` records to a new leaf, which is
  // returned. If that is nothing, `coming` will be its first record.
  TreeLeaf* SplitLeaf(TreeLeaf* leaf, size_t keep, Record* coming, Path* path);
  // Above the last step of the path, `right` came into being beside it.
  void InsertSeparator(Record* separator, TreeNode* right, Path* path);
  static void InsertChild(TreeInner* inner, size_t position, Record* separator,
                          TreeNode* right);
  TreeLeaf* NewLeaf(size_t skip);
  TreeInner* NewInner(size_t skip);
  void* NewNode(size_t bytes);

  struct Slab {
    char* start;
    size_t bytes;
  };

  std::array<Record*, kComingMax> coming_;
  size_t coming_size_ = 0;

  TreeNode* root_ = nullptr;
  TreeLeaf* first_ = nullptr;
  TreeLeaf* last_ = nullptr;
  size_t height_ = 0;  // Levels of inner nodes above the leaves.
  size_t splits_ = 0;  // Of leaves, so far.
  // What all keys begin with, up to a limit.
  std::string prefix_;
  size_t size_ = 0;
  // Where the previous key went, to notice keys that come in order.
  const TreeLeaf* last_insert_leaf_ = nullptr;
  size_t last_insert_position_ = 0;

  std::vector<Slab> slabs_;
  size_t slab_used_ = 0;
  size_t memory_bytes_ = 0;
};

}  // namespace lsm
