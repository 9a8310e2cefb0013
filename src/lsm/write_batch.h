// WriteBatch is one atom of change: all of it is logged, applied and
// recovered, or none of it.
//
// It is encoded as it is built, in the bytes that the log stores: they are
// drawn in README.md.
//
// Beside the bytes it remembers where each operation lies and the hash of its
// key, so that applying it in memory decodes and hashes nothing.
//
// Invariants
//   - Of several operations on a key the last one wins. kBlindPut must be the
//   only one of its key.
//   - A batch that kills a scope holds no row of that scope.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "lsm/format.h"

namespace lsm {

// On disk; never renumber.
enum class Opcode : uint8_t {
  kPut = 1,
  kDelete = 2,
  kKillScope = 3,
  kAddCount = 4,
  kBlindPut = 5,
  kSettle = 6,
};

// One operation, as views into the batch.
struct Operation {
  Opcode opcode = Opcode::kPut;
  // kPut and kDelete: no table and no other generation holds this key. It
  // lets a row that lives and dies in memory leave nothing behind.
  bool nothing_below = false;
  uint64_t hash = 0;       // of the key; of rows
  std::string_view key;    // the prefix for kKillScope
  std::string_view value;  // kPut and kBlindPut
  uint64_t counter = 0;    // kAddCount
  int64_t delta = 0;       // kAddCount
};

class WriteBatch {
 public:
  WriteBatch();

  // Any bytes, up to kKeyBytesMax and kValueBytesMax, checked when it is
  // written. Both are copied.
  void Put(std::string_view key, std::string_view value) {
    Put(key, HashKey(key), value);
  }
  void Delete(std::string_view key) { Delete(key, HashKey(key)); }
  // The same where the hash is known: `hash` must be HashKey(key).
  // `nothing_below`: see Operation.
  void Put(std::string_view key, uint64_t hash, std::string_view value,
           bool nothing_below = false);
  void Delete(std::string_view key, uint64_t hash, bool nothing_below = false);
  // A row that was put without a look at what lies below: the counts of this
  // batch take the key for new. See settlements.h.
  void BlindPut(std::string_view key, uint64_t hash, std::string_view value);
  // This batch sets right what the last BlindPut of the key has counted wrong.
  void Settle(std::string_view key);
  // No row under `prefix` will ever be written again; those that exist are
  // garbage. Whoever kills must never read them any more. REQUIRES: its length
  // is one of KeyRange::scope_lengths of its first byte.
  void KillScope(std::string_view prefix);
  // Adds to a counter of the engine, persisted with the rows it counts.
  void AddCount(uint64_t counter, int64_t delta);

  void Clear();
  bool empty() const { return marks_.empty(); }
  size_t size() const { return marks_.size(); }
  // The i-th operation. Its views live until the batch changes.
  Operation operator[](size_t i) const;
  // The encoded form, for the log.
  std::string_view bytes() const { return bytes_; }

  // Rebuilds a batch from the log. Corruption when the bytes are not a batch.
  static base::Result<WriteBatch> Decode(std::string_view bytes);

 private:
  struct Mark {
    Opcode opcode;
    bool nothing_below;
    uint32_t key_size;
    uint32_t value_size;
    size_t key_at;
    size_t value_at;
    uint64_t hash;  // or the counter
    int64_t delta;
  };
  Mark& Begin(Opcode opcode);
  void AppendKey(Mark& mark, std::string_view key);
  void AppendValue(Mark& mark, std::string_view value);

  std::string bytes_;
  std::vector<Mark> marks_;
};

}  // namespace lsm
