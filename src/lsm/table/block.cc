#include "lsm/table/block.h"

#include "base/coding.h"
#include "lsm/table/prefix.h"

namespace lsm {

using base::Result;
using base::Status;

Result<Block> Block::Parse(Buffer bytes) {
  const size_t size = bytes.size();
  if (size < sizeof(uint32_t) || size > UINT32_MAX) {
    return Status::Corruption("impossible block size");
  }
  Block block;
  block.restarts_ = base::LoadLittle<uint32_t>(bytes.data() + size - 4);
  const uint64_t tail = (uint64_t{block.restarts_} + 1) * sizeof(uint32_t);
  if (block.restarts_ == 0 || tail >= size) {
    return Status::Corruption("impossible number of restarts in a block");
  }
  block.entries_bytes_ = static_cast<uint32_t>(size - tail);
  block.bytes_ = std::move(bytes);
  return block;
}

const char* Block::Restart(uint32_t i) const {
  if (i >= restarts_) return end();
  const auto offset =
      base::LoadLittle<uint32_t>(end() + size_t{i} * sizeof(uint32_t));
  return offset < entries_bytes_ ? begin() + offset : end();
}

const char* Block::Decode(const char* at, Entry* entry) const {
  const char* const limit = end();
  uint64_t shared = 0;
  uint64_t rest = 0;
  uint64_t value = 0;
  if (limit - at < 3) return nullptr;
  if (((at[0] | at[1] | at[2]) & 0x80) == 0) {
    shared = static_cast<uint64_t>(at[0]);
    rest = static_cast<uint64_t>(at[1]);
    value = static_cast<uint64_t>(at[2]);
    at += 3;
  } else {
    at = base::LoadVarint(at, limit, &shared);
    if (at != nullptr) at = base::LoadVarint(at, limit, &rest);
    if (at != nullptr) at = base::LoadVarint(at, limit, &value);
    if (at == nullptr) return nullptr;
  }
  // Each length alone first: their sum could overflow.
  const auto left = static_cast<uint64_t>(limit - at);
  if (shared > UINT32_MAX || rest > left || value > left ||
      rest + value + sizeof(uint64_t) > left) {
    return nullptr;
  }
  entry->shared = static_cast<uint32_t>(shared);
  entry->rest = {at, rest};
  at += rest;
  entry->packed = base::LoadLittle<uint64_t>(at);
  at += sizeof(uint64_t);
  entry->value = {at, value};
  return at + value;
}

bool Block::FindRestart(std::string_view key, uint32_t* restart) const {
  uint32_t low = 0;  // the answer is here or after
  uint32_t high = restarts_;
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    Entry entry;
    if (Decode(Restart(middle), &entry) == nullptr || entry.shared != 0) {
      return false;
    }
    (entry.rest < key ? low : high) = middle;
  }
  *restart = low;
  return true;
}

// No key is put together here. Let `matched` be what `key` has in common with
// the row before, which sorts before `key` or is an equal one. The next row
// shares `shared` bytes with that row, so it sorts before `key` again if
// shared > matched, after it if shared < matched, and only when both are the
// same must its own bytes be compared.
Block::Found Block::Find(std::string_view key, Sequence upto, uint64_t* packed,
                         std::string_view* value) const {
  uint32_t restart = 0;
  if (!FindRestart(key, &restart)) return Found::kBroken;
  const char* at = Restart(restart);
  const char* full_key_at = at;
  size_t matched = 0;
  while (at < end()) {
    if (at == full_key_at) {
      matched = 0;
      full_key_at = Restart(++restart);
    }
    Entry entry;
    at = Decode(at, &entry);
    if (at == nullptr) return Found::kBroken;
    if (entry.shared > matched) continue;
    if (entry.shared < matched) return Found::kAbsent;

    const std::string_view tail = key.substr(matched);
    const size_t same = CommonPrefix(tail, entry.rest);
    matched += same;
    if (same < entry.rest.size()) {
      if (same == tail.size()) return Found::kAbsent;
      if (static_cast<uint8_t>(entry.rest[same]) >
          static_cast<uint8_t>(tail[same])) {
        return Found::kAbsent;
      }
    } else if (same == tail.size() && SequenceOf(entry.packed) <= upto) {
      *packed = entry.packed;
      *value = entry.value;
      return Found::kRow;
    }
  }
  return Found::kBeyond;
}

void BlockIterator::Reset(const Block* block) {
  block_ = block;
  valid_ = false;
  broken_ = false;
}

void BlockIterator::Load(const char* at) {
  valid_ = false;
  if (at == block_->end()) return;
  const char* const next = block_->Decode(at, &entry_);
  if (next == nullptr || entry_.shared > key_.size()) {
    broken_ = true;
    return;
  }
  key_.resize(entry_.shared);
  key_.append(entry_.rest);
  at_ = at;
  next_ = next;
  valid_ = true;
}

void BlockIterator::LoadRestart(uint32_t restart) {
  restart_ = restart;
  key_.clear();
  Load(block_->Restart(restart));
}

void BlockIterator::LoadLastBefore(uint32_t restart, const char* limit) {
  LoadRestart(restart);
  while (valid_ && next_ < limit) Next();
}

void BlockIterator::SeekToFirst() {
  if (block_ == nullptr) return;
  LoadRestart(0);
}

void BlockIterator::SeekToLast() {
  if (block_ == nullptr) return;
  LoadLastBefore(block_->restarts_ - 1, block_->end());
}

void BlockIterator::Seek(std::string_view key) {
  if (block_ == nullptr) return;
  uint32_t restart = 0;
  if (!block_->FindRestart(key, &restart)) {
    valid_ = false;
    broken_ = true;
    return;
  }
  LoadRestart(restart);
  while (valid_ && key_ < key) Next();
}

void BlockIterator::SeekForPrev(std::string_view key) {
  if (block_ == nullptr) return;
  Seek(key);
  while (valid_ && key_ == key) Next();
  if (broken_) return;
  if (valid_) {
    Prev();
  } else {
    SeekToLast();
  }
}

void BlockIterator::Next() {
  if (next_ == block_->Restart(restart_ + 1)) {
    // Hostile bytes may put a restart where a key would be shared.
    ++restart_;
  }
  Load(next_);
}

void BlockIterator::Prev() {
  const char* const limit = at_;
  while (restart_ > 0 && block_->Restart(restart_) >= limit) --restart_;
  if (block_->Restart(restart_) >= limit) {
    valid_ = false;
    return;
  }
  LoadLastBefore(restart_, limit);
}

}  // namespace lsm
