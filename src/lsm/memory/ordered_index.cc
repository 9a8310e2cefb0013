#include "lsm/memory/ordered_index.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/allocator.h"
#include "base/check.h"
#include "lsm/memory/tree_node.h"

namespace lsm {
namespace {

using Node = TreeNode;
using Leaf = TreeLeaf;
using Inner = TreeInner;

constexpr size_t kSlabBytesMax = size_t{64} << 10;
// Finding out how much more two keys share costs more than it saves.
constexpr size_t kSkipMax = 256;
// Nodes are at least half full but for runs of ordered keys, so this is beyond
// any number of rows in memory.
constexpr size_t kHeightMax = 24;

size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t size = std::min({a.size(), b.size(), kSkipMax});
  return static_cast<size_t>(
      std::mismatch(a.begin(), a.begin() + size, b.begin()).first - a.begin());
}

// A node's search reads several of its lines: fetch them together.
void PrefetchNode(const void* node) {
  const char* p = static_cast<const char*>(node);
  for (size_t line = 0; line < 5; ++line) __builtin_prefetch(p + line * 64);
}

}  // namespace

// The inner nodes from the root to a leaf, and which child was taken.
struct OrderedIndex::Path {
  struct Step {
    Inner* inner;
    size_t child;
  };
  std::array<Step, kHeightMax> steps;
  size_t size = 0;

  // The separators that bound the node below the first `levels` steps;
  // nullptr at an edge of the tree.
  const Record* Low(size_t levels) const {
    while (levels-- > 0) {
      const Step& step = steps[levels];
      if (step.child > 0) return step.inner->records[step.child - 1];
    }
    return nullptr;
  }
  const Record* High(size_t levels) const {
    while (levels-- > 0) {
      const Step& step = steps[levels];
      if (step.child < step.inner->count) {
        return step.inner->records[step.child];
      }
    }
    return nullptr;
  }
};

OrderedIndex::~OrderedIndex() { FreeSome(slabs_.size()); }

void OrderedIndex::Settle() {
  if (coming_size_ == 0) return;
  NotePrefixes();
  std::array<Leaf*, kComingMax> leaves;
  DescendTogether(leaves.data());
  const size_t splits_before = splits_;
  for (size_t i = 0; i < coming_size_; ++i) {
    Leaf* leaf = leaves[i];
    // After a split a leaf that was found before may be the wrong one.
    if (splits_ == splits_before && leaf->count < Leaf::kMax) {
      bool equal;
      const size_t position = LowerBound(leaf, coming_[i]->key(), &equal);
      DCHECK(!equal);
      InsertInLeaf(leaf, position, coming_[i]);
    } else {
      InsertInTree(coming_[i]);
    }
  }
  coming_size_ = 0;
}

void OrderedIndex::NotePrefixes() {
  if (root_ == nullptr) {
    prefix_ = coming_[0]->key().substr(0, kSkipMax);
    root_ = first_ = last_ = NewLeaf(prefix_.size());
  }
  for (size_t i = 0; i < coming_size_; ++i) {
    const std::string_view key = coming_[i]->key();
    if (!key.starts_with(prefix_)) ShrinkPrefix(CommonPrefix(key, prefix_));
  }
}

void OrderedIndex::DescendTogether(TreeLeaf** leaves) const {
  std::array<Node*, kComingMax> nodes;
  std::fill_n(nodes.begin(), coming_size_, root_);
  for (size_t level = 0; level < height_; ++level) {
    for (size_t i = 0; i < coming_size_; ++i) {
      const Inner* inner = static_cast<const Inner*>(nodes[i]);
      bool equal;
      nodes[i] = inner->children[ChildOf(inner, coming_[i]->key(), &equal)];
      PrefetchNode(nodes[i]);
    }
  }
  for (size_t i = 0; i < coming_size_; ++i) {
    leaves[i] = static_cast<Leaf*>(nodes[i]);
  }
}

void OrderedIndex::InsertInTree(Record* record) {
  const std::string_view key = record->key();
  Path path;
  Leaf* leaf = Descend(key, &path);
  bool equal;
  size_t position = LowerBound(leaf, key, &equal);
  DCHECK(!equal);
  if (leaf->count == Leaf::kMax) {
    // Keys that come in order would leave half-full leaves behind them.
    const bool in_order = position == Leaf::kMax && leaf == last_insert_leaf_ &&
                          position == last_insert_position_ + 1;
    const size_t keep = in_order ? Leaf::kMax : Leaf::kMax / 2;
    Leaf* right = SplitLeaf(leaf, keep, record, &path);
    if (in_order || position > keep) {
      leaf = right;
      position -= keep;
    }
  }
  InsertInLeaf(leaf, position, record);
}

void OrderedIndex::InsertInLeaf(Leaf* leaf, size_t position, Record* record) {
  InsertRecord(leaf, position, record);
  last_insert_leaf_ = leaf;
  last_insert_position_ = position;
}

void OrderedIndex::Replace(Record* now) {
  Settle();
  const std::string_view key = now->key();
  DCHECK(ComparePrefix(key) == 0);
  bool equal;
  Node* node = root_;
  for (size_t level = 0; level < height_; ++level) {
    Inner* inner = static_cast<Inner*>(node);
    const size_t child = ChildOf(inner, key, &equal);
    // The separator of this key points to the old record too.
    if (equal) inner->records[child - 1] = now;
    node = inner->children[child];
    PrefetchNode(node);
  }
  Leaf* leaf = static_cast<Leaf*>(node);
  const size_t position = LowerBound(leaf, key, &equal);
  CHECK(equal);
  leaf->records[position] = now;
}

Record* OrderedIndex::Find(std::string_view key) const {
  if (root_ == nullptr || ComparePrefix(key) != 0) return nullptr;
  const Leaf* leaf = LeafOf(key);
  bool equal;
  const size_t position = LowerBound(leaf, key, &equal);
  return equal ? leaf->records[position] : nullptr;
}

int OrderedIndex::ComparePrefix(std::string_view key) const {
  return key.substr(0, prefix_.size()).compare(prefix_);
}

void OrderedIndex::ShrinkPrefix(size_t size) {
  prefix_.resize(size);
  // Only the nodes at the edges rely on it, having one bound at most.
  for (const bool left : {true, false}) {
    Node* node = root_;
    for (size_t level = 0; level < height_; ++level) {
      Inner* inner = static_cast<Inner*>(node);
      SetSkip(inner, size);
      node = inner->children[left ? 0 : inner->count];
    }
    SetSkip(static_cast<Leaf*>(node), size);
  }
}

size_t OrderedIndex::SkipBetween(const Record* low, const Record* high) const {
  if (low == nullptr || high == nullptr) return prefix_.size();
  return CommonPrefix(low->key(), high->key());
}

Leaf* OrderedIndex::Descend(std::string_view key, Path* path) {
  Node* node = root_;
  for (size_t level = 0; level < height_; ++level) {
    Inner* inner = static_cast<Inner*>(node);
    bool equal;
    const size_t child = ChildOf(inner, key, &equal);
    path->steps[path->size++] = {inner, child};
    node = inner->children[child];
    PrefetchNode(node);
  }
  return static_cast<Leaf*>(node);
}

const Leaf* OrderedIndex::LeafOf(std::string_view key) const {
  const Node* node = root_;
  for (size_t level = 0; level < height_; ++level) {
    const Inner* inner = static_cast<const Inner*>(node);
    bool equal;
    node = inner->children[ChildOf(inner, key, &equal)];
    PrefetchNode(node);
  }
  return static_cast<const Leaf*>(node);
}

Leaf* OrderedIndex::SplitLeaf(Leaf* leaf, size_t keep, Record* coming,
                              Path* path) {
  ++splits_;
  Leaf* right = NewLeaf(leaf->skip);
  MoveRecords(leaf, keep, right);
  right->prev = leaf;
  right->next = leaf->next;
  leaf->next = right;
  (right->next == nullptr ? last_ : right->next->prev) = right;

  Record* separator = right->count == 0 ? coming : right->records[0];
  SetSkip(leaf, SkipBetween(path->Low(path->size), separator));
  SetSkip(right, SkipBetween(separator, path->High(path->size)));
  InsertSeparator(separator, right, path);
  return right;
}

void OrderedIndex::InsertSeparator(Record* separator, Node* right, Path* path) {
  while (path->size > 0) {
    auto [inner, child] = path->steps[--path->size];
    if (inner->count < Inner::kMax) {
      InsertChild(inner, child, separator, right);
      return;
    }
    // As with leaves: at the right end, leave the full node full.
    const size_t keep =
        child == Inner::kMax ? Inner::kMax - 1 : Inner::kMax / 2;
    Record* middle = inner->records[keep];
    Inner* split = NewInner(inner->skip);
    MoveRecords(inner, keep + 1, split);
    inner->count = static_cast<uint32_t>(keep);
    std::memcpy(split->children, inner->children + keep + 1,
                (split->count + 1) * sizeof split->children[0]);
    SetSkip(inner, SkipBetween(path->Low(path->size), middle));
    SetSkip(split, SkipBetween(middle, path->High(path->size)));
    if (child <= keep) {
      InsertChild(inner, child, separator, right);
    } else {
      InsertChild(split, child - keep - 1, separator, right);
    }
    separator = middle;
    right = split;
  }
  Inner* root = NewInner(prefix_.size());
  root->children[0] = root_;
  InsertChild(root, 0, separator, right);
  root_ = root;
  ++height_;
  CHECK(height_ < kHeightMax);
}

void OrderedIndex::InsertChild(Inner* inner, size_t position, Record* separator,
                               Node* right) {
  Node** place = inner->children + position + 1;
  std::memmove(place + 1, place, (inner->count - position) * sizeof *place);
  *place = right;
  InsertRecord(inner, position, separator);
}

Leaf* OrderedIndex::NewLeaf(size_t skip) {
  Leaf* leaf = new (NewNode(sizeof(Leaf))) Leaf;
  leaf->skip = static_cast<uint32_t>(skip);
  leaf->count = 0;
  leaf->prev = leaf->next = nullptr;
  return leaf;
}

Inner* OrderedIndex::NewInner(size_t skip) {
  Inner* inner = new (NewNode(sizeof(Inner))) Inner;
  inner->skip = static_cast<uint32_t>(skip);
  inner->count = 0;
  return inner;
}

void* OrderedIndex::NewNode(size_t bytes) {
  // Nodes stay on cache lines of their own.
  bytes = (bytes + 63) / 64 * 64;
  if (slabs_.empty() || slab_used_ + bytes > slabs_.back().bytes) {
    // Small at first: a generation may hold a single row.
    const size_t last = slabs_.empty() ? 0 : slabs_.back().bytes;
    const size_t size = std::max(bytes, std::min(last * 2, kSlabBytesMax));
    char* start = static_cast<char*>(std::aligned_alloc(64, size));
    CHECK(start != nullptr);
    slabs_.push_back({start, size});
    slab_used_ = 0;
    memory_bytes_ += base::AllocatedBytes(size);
  }
  char* node = slabs_.back().start + slab_used_;
  slab_used_ += bytes;
  return node;
}

bool OrderedIndex::FreeSome(size_t slabs) {
  coming_size_ = 0;
  root_ = nullptr;
  first_ = last_ = nullptr;
  height_ = 0;
  for (; slabs > 0 && !slabs_.empty(); --slabs) {
    memory_bytes_ -= base::AllocatedBytes(slabs_.back().bytes);
    std::free(slabs_.back().start);
    slabs_.pop_back();
  }
  return slabs_.empty();
}

Record* OrderedIndex::Iterator::record() const {
  return leaf_->records[position_];
}

void OrderedIndex::Iterator::SeekToFirst() {
  leaf_ = index_->first_;
  position_ = 0;
}

void OrderedIndex::Iterator::SeekToLast() {
  leaf_ = index_->last_;
  if (leaf_ != nullptr) position_ = leaf_->count - 1;
}

void OrderedIndex::Iterator::Seek(std::string_view key) {
  leaf_ = nullptr;
  if (index_->root_ == nullptr) return;
  const int order = index_->ComparePrefix(key);
  if (order < 0) SeekToFirst();
  if (order != 0) return;
  leaf_ = index_->LeafOf(key);
  bool equal;
  position_ = LowerBound(leaf_, key, &equal);
  if (position_ == leaf_->count) {
    leaf_ = leaf_->next;
    position_ = 0;
  }
}

void OrderedIndex::Iterator::SeekBefore(std::string_view key) {
  leaf_ = nullptr;
  if (index_->root_ == nullptr) return;
  const int order = index_->ComparePrefix(key);
  if (order > 0) SeekToLast();
  if (order != 0) return;
  leaf_ = index_->LeafOf(key);
  bool equal;
  position_ = LowerBound(leaf_, key, &equal);
  Prev();
}

void OrderedIndex::Iterator::Next() {
  if (++position_ < leaf_->count) return;
  leaf_ = leaf_->next;
  position_ = 0;
  if (leaf_ == nullptr) return;
  for (size_t i = 0; i < leaf_->count; ++i) {
    __builtin_prefetch(leaf_->records[i]);
  }
}

void OrderedIndex::Iterator::Prev() {
  if (position_ == 0) {
    leaf_ = leaf_->prev;
    if (leaf_ == nullptr) return;
    position_ = leaf_->count;
  }
  --position_;
}

}  // namespace lsm
