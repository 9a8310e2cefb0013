// The nodes of OrderedIndex and what is done inside one node.
//
// A node is a leaf or an inner node; which of them follows from its level.
// Both keep up to kMax records in key order, each beside its head: the eight
// key bytes after `skip`, big endian, padded with zeros. Heads alone decide
// most comparisons; equal heads are settled by looking at the keys.
//
// Invariants
//   - All keys that may come to a node share their first `skip` bytes.
//
// Threads: owner-bound until the tree's generation is sealed; then immutable.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "base/coding.h"
#include "lsm/memory/record.h"

namespace lsm {

struct TreeNode {
  uint32_t skip;
  uint32_t count;
};

// 512 bytes: a row costs 26 in a tree of random keys, 17 with keys in order.
struct TreeLeaf : TreeNode {
  static constexpr size_t kMax = 30;

  TreeLeaf* prev;
  TreeLeaf* next;
  uint64_t heads[kMax];
  Record* records[kMax];
};

// children[i] holds the keys from records[i - 1] on, up to records[i]. Twice
// the size of a leaf, which saves a level at a million rows [M: insert 0.21 us
// against 0.26 us].
struct TreeInner : TreeNode {
  static constexpr size_t kMax = 42;

  uint64_t heads[kMax];
  Record* records[kMax];
  TreeNode* children[kMax + 1];
};

// The eight bytes from `skip` on; a key that ends earlier goes on with zeros.
inline uint64_t HeadOf(std::string_view key, size_t skip) {
  DCHECK(key.size() >= skip);
  const size_t left = key.size() - skip;
  if (left >= 8) return base::LoadBig<uint64_t>(key.data() + skip);
  char bytes[8] = {};
  std::memcpy(bytes, key.data() + skip, left);
  return base::LoadBig<uint64_t>(bytes);
}

// The first i with heads[i] >= head (or > head).
template <bool kUpper>
size_t BoundOfHead(const uint64_t* heads, size_t count, uint64_t head) {
  const uint64_t* base = heads;
  while (count > 0) {
    const size_t half = count / 2;
    const bool right = kUpper ? base[half] <= head : base[half] < head;
    base = right ? base + half + 1 : base;
    count = right ? count - half - 1 : half;
  }
  return static_cast<size_t>(base - heads);
}

// The first position whose key is >= `key`; `*equal`: it is the same key.
template <typename N>
size_t LowerBound(const N* node, std::string_view key, bool* equal) {
  const uint64_t head = HeadOf(key, node->skip);
  size_t low = BoundOfHead<false>(node->heads, node->count, head);
  *equal = false;
  if (low == node->count || node->heads[low] != head) return low;
  size_t high =
      low + BoundOfHead<true>(node->heads + low, node->count - low, head);
  const std::string_view rest = key.substr(node->skip);
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const int order =
        node->records[middle]->key().substr(node->skip).compare(rest);
    if (order == 0) {
      *equal = true;
      return middle;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The child that `key` belongs to.
template <typename N>
size_t ChildOf(const N* inner, std::string_view key, bool* equal) {
  const size_t position = LowerBound(inner, key, equal);
  return position + (*equal ? 1 : 0);
}

// Makes the heads start after `skip` bytes.
template <typename N>
void SetSkip(N* node, size_t skip) {
  if (node->skip == skip) return;
  node->skip = static_cast<uint32_t>(skip);
  for (size_t i = 0; i < node->count; ++i) {
    __builtin_prefetch(node->records[i]);
  }
  for (size_t i = 0; i < node->count; ++i) {
    node->heads[i] = HeadOf(node->records[i]->key(), skip);
  }
}

template <typename N>
void InsertRecord(N* node, size_t position, Record* record) {
  const size_t after = node->count - position;
  std::memmove(node->heads + position + 1, node->heads + position,
               after * sizeof node->heads[0]);
  std::memmove(node->records + position + 1, node->records + position,
               after * sizeof node->records[0]);
  node->heads[position] = HeadOf(record->key(), node->skip);
  node->records[position] = record;
  ++node->count;
}

// Moves the records from `begin` on to the empty node `to`.
template <typename N>
void MoveRecords(N* from, size_t begin, N* to) {
  to->skip = from->skip;
  to->count = static_cast<uint32_t>(from->count - begin);
  std::memcpy(to->heads, from->heads + begin, to->count * sizeof to->heads[0]);
  std::memcpy(to->records, from->records + begin,
              to->count * sizeof to->records[0]);
  from->count = static_cast<uint32_t>(begin);
}

}  // namespace lsm
