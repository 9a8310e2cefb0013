// Block reads what BlockBuilder wrote: rows in order, with shared key
// prefixes and a restart every few rows.
//
//   block   = entry ... | restart offset u32 ... | restart count u32
//   entry   = shared varint | rest varint | value size varint |
//             rest of the key | packed u64 | value
//
// At a restart `shared` is 0, so that a binary search over restarts needs no
// other entry. The bytes are taken for hostile: each length is checked before
// use, a bad one is Corruption and never more.
//
// Threads: a Block is immutable; a BlockIterator has one holder at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"
#include "lsm/table/block_format.h"

namespace lsm {

class Block {
 public:
  Block() = default;
  // Takes the decompressed payload. Corruption (naming no file) when its
  // outline is wrong.
  static base::Result<Block> Parse(Buffer bytes);

  enum class Found {
    kRow,     // here it is
    kAbsent,  // a greater key follows: no later block has it either
    kBeyond,  // the block ended first
    kBroken,  // these bytes are not a block
  };
  // The newest version of `key` with a sequence <= `upto`. `*value` points
  // into the block.
  Found Find(std::string_view key, Sequence upto, uint64_t* packed,
             std::string_view* value) const;

  size_t charge() const { return bytes_.charge(); }

 private:
  friend class BlockIterator;
  struct Entry {
    uint32_t shared = 0;
    std::string_view rest;
    uint64_t packed = 0;
    std::string_view value;
  };
  // Decodes the entry at `at`; its end, or nullptr if it is broken.
  const char* Decode(const char* at, Entry* entry) const;
  const char* begin() const { return bytes_.data(); }
  const char* end() const { return bytes_.data() + entries_bytes_; }
  // Where restart `i` lies; past the end if that is a lie.
  const char* Restart(uint32_t i) const;
  // The last restart whose key is < `key`; 0 if there is none. False when a
  // restart is broken.
  bool FindRestart(std::string_view key, uint32_t* restart) const;

  Buffer bytes_;
  uint32_t entries_bytes_ = 0;
  uint32_t restarts_ = 0;
};

// Walks the rows of one block both ways. Rows of equal keys are visited as
// they lie: newest first going forward.
class BlockIterator {
 public:
  // `block` must outlive the use; nullptr makes it not Valid.
  void Reset(const Block* block);

  bool Valid() const { return valid_; }
  // Met bytes that are no entry; then it is not Valid.
  bool broken() const { return broken_; }

  void SeekToFirst();
  void SeekToLast();
  // To the first row with a key >= `key`.
  void Seek(std::string_view key);
  // To the last row with a key <= `key`.
  void SeekForPrev(std::string_view key);
  void Next();
  void Prev();

  std::string_view key() const { return key_; }
  uint64_t packed() const { return entry_.packed; }
  std::string_view value() const { return entry_.value; }

 private:
  // Puts the row at `at` under the iterator; not Valid at the end.
  void Load(const char* at);
  void LoadRestart(uint32_t restart);
  // Walks on from restart `restart` to the last row before `limit`.
  void LoadLastBefore(uint32_t restart, const char* limit);

  const Block* block_ = nullptr;
  const char* at_ = nullptr;
  const char* next_ = nullptr;
  uint32_t restart_ = 0;  // the one at or before at_, as far as known
  Block::Entry entry_;
  std::string key_;
  bool valid_ = false;
  bool broken_ = false;
};

}  // namespace lsm
