#include "lsm/memory/record.h"

#include <cstdlib>
#include <new>

#include "base/allocator.h"
#include "base/check.h"

namespace lsm {

static_assert(sizeof(Record) + kKeyBytesMax + kValueBytesMax <
                  (uint64_t{1} << 32) / 4 * 3,
              "a record's bytes, rounded up to a size class, fit 32 bits");

Record* Record::New(std::string_view key, uint64_t hash,
                    const Content& content) {
  CHECK(key.size() <= kKeyBytesMax && content.value.size() <= kValueBytesMax);
  // The whole size class is asked for: an overwrite may use the rest of it.
  const size_t bytes =
      base::AllocatedBytes(sizeof(Record) + key.size() + content.value.size());
  void* memory = std::malloc(bytes);
  CHECK(memory != nullptr);
  Record* record = new (memory) Record;
  record->key_size_ = static_cast<uint32_t>(key.size());
  record->placement_ = static_cast<uint32_t>(hash >> 32);
  record->bytes_ = static_cast<uint32_t>(bytes);
  if (!key.empty()) std::memcpy(record->data(), key.data(), key.size());
  record->SetContent(content);
  record->use_.store(0, std::memory_order_relaxed);
  return record;
}

void Record::Free(Record* record) { std::free(record); }

Record* Record::Move(const Record& old) {
  void* memory = base::AllocateDense(old.bytes_);
  CHECK(memory != nullptr);
  Record* record = new (memory) Record;
  record->packed_ = old.packed_;
  record->key_size_ = old.key_size_;
  record->value_size_ = old.value_size_;
  record->placement_ = old.placement_;
  record->bytes_ = old.bytes_;
  record->generation_low_ = old.generation_low_;
  record->generation_high_ = old.generation_high_;
  record->nothing_below_ = old.nothing_below_;
  record->CopyUse(old);
  std::memcpy(record->data(), old.data(),
              size_t{old.key_size_} + old.value_size_);
  return record;
}

void Record::FreeMoved(Record* record) { base::FreeDense(record); }

bool Record::Fits(size_t value_size) const {
  // Below this there is hardly a smaller size class to move to.
  constexpr size_t kSmall = 64;
  const size_t size = sizeof(Record) + key_size_ + value_size;
  return size <= bytes_ && (bytes_ <= kSmall || size >= bytes_ / 2);
}

void Record::Overwrite(const Content& content) {
  DCHECK(Fits(content.value.size()));
  SetContent(content);
}

void Record::SetContent(const Content& content) {
  DCHECK(content.generation <= kGenerationMax);
  DCHECK(KindOf(content.packed) == Kind::kValue || content.value.empty());
  packed_ = content.packed;
  generation_low_ = static_cast<uint32_t>(content.generation);
  generation_high_ = static_cast<uint16_t>(content.generation >> 32);
  nothing_below_ = content.nothing_below ? 1 : 0;
  // The value may lie in this very record: move, do not copy.
  if (!content.value.empty()) {
    std::memmove(data() + key_size_, content.value.data(),
                 content.value.size());
  }
  value_size_ = static_cast<uint32_t>(content.value.size());
}

}  // namespace lsm
