#include "lsm/write_batch.h"

#include "base/coding.h"

namespace lsm {
namespace {

constexpr size_t kCountBytes = sizeof(uint32_t);

base::Status Malformed() {
  return base::Status::Corruption("malformed write batch");
}

}  // namespace

WriteBatch::WriteBatch() : bytes_(kCountBytes, '\0') {}

void WriteBatch::Clear() {
  bytes_.assign(kCountBytes, '\0');
  marks_.clear();
}

WriteBatch::Mark& WriteBatch::Begin(Opcode opcode) {
  bytes_.push_back(static_cast<char>(opcode));
  Mark& mark = marks_.emplace_back();
  mark.opcode = opcode;
  base::StoreLittle<uint32_t>(bytes_.data(),
                              static_cast<uint32_t>(marks_.size()));
  return mark;
}

void WriteBatch::AppendKey(Mark& mark, std::string_view key) {
  CHECK(key.size() <= kKeyBytesMax);
  base::PutVarint(&bytes_, key.size());
  mark.key_at = bytes_.size();
  mark.key_size = static_cast<uint32_t>(key.size());
  bytes_.append(key);
}

void WriteBatch::AppendValue(Mark& mark, std::string_view value) {
  CHECK(value.size() <= kValueBytesMax);
  base::PutVarint(&bytes_, value.size());
  mark.value_at = bytes_.size();
  mark.value_size = static_cast<uint32_t>(value.size());
  bytes_.append(value);
}

void WriteBatch::Put(std::string_view key, uint64_t hash,
                     std::string_view value, bool nothing_below) {
  Mark& mark = Begin(Opcode::kPut);
  mark.hash = hash;
  mark.nothing_below = nothing_below;
  AppendKey(mark, key);
  AppendValue(mark, value);
}

void WriteBatch::Delete(std::string_view key, uint64_t hash,
                        bool nothing_below) {
  Mark& mark = Begin(Opcode::kDelete);
  mark.hash = hash;
  mark.nothing_below = nothing_below;
  AppendKey(mark, key);
}

void WriteBatch::BlindPut(std::string_view key, uint64_t hash,
                          std::string_view value) {
  Mark& mark = Begin(Opcode::kBlindPut);
  mark.hash = hash;
  AppendKey(mark, key);
  AppendValue(mark, value);
}

void WriteBatch::Settle(std::string_view key) {
  AppendKey(Begin(Opcode::kSettle), key);
}

void WriteBatch::KillScope(std::string_view prefix) {
  AppendKey(Begin(Opcode::kKillScope), prefix);
}

void WriteBatch::AddCount(uint64_t counter, int64_t delta) {
  Mark& mark = Begin(Opcode::kAddCount);
  mark.hash = counter;
  mark.delta = delta;
  base::PutVarint(&bytes_, counter);
  base::PutVarint(&bytes_, base::ZigZag(delta));
}

Operation WriteBatch::operator[](size_t i) const {
  const Mark& mark = marks_[i];
  Operation operation;
  operation.opcode = mark.opcode;
  if (mark.opcode == Opcode::kAddCount) {
    operation.counter = mark.hash;
    operation.delta = mark.delta;
    return operation;
  }
  operation.nothing_below = mark.nothing_below;
  operation.hash = mark.hash;
  operation.key = {bytes_.data() + mark.key_at, mark.key_size};
  operation.value = {bytes_.data() + mark.value_at, mark.value_size};
  return operation;
}

base::Result<WriteBatch> WriteBatch::Decode(std::string_view bytes) {
  uint32_t count = 0;
  if (!base::GetLittle(&bytes, &count)) return Malformed();
  WriteBatch batch;
  while (!bytes.empty()) {
    const auto opcode = static_cast<Opcode>(bytes[0]);
    bytes.remove_prefix(1);
    if (opcode == Opcode::kAddCount) {
      uint64_t counter = 0;
      uint64_t delta = 0;
      if (!base::GetVarint(&bytes, &counter) ||
          !base::GetVarint(&bytes, &delta)) {
        return Malformed();
      }
      batch.AddCount(counter, base::UnZigZag(delta));
      continue;
    }
    std::string_view key;
    std::string_view value;
    if (!base::GetLengthPrefixed(&bytes, &key) || key.size() > kKeyBytesMax) {
      return Malformed();
    }
    switch (opcode) {
      case Opcode::kPut:
      case Opcode::kBlindPut:
        if (!base::GetLengthPrefixed(&bytes, &value) ||
            value.size() > kValueBytesMax) {
          return Malformed();
        }
        if (opcode == Opcode::kPut) {
          batch.Put(key, HashKey(key), value);
        } else {
          batch.BlindPut(key, HashKey(key), value);
        }
        break;
      case Opcode::kDelete:
        batch.Delete(key, HashKey(key));
        break;
      case Opcode::kKillScope:
        batch.KillScope(key);
        break;
      case Opcode::kSettle:
        batch.Settle(key);
        break;
      default:
        return Malformed();
    }
  }
  if (batch.size() != count) return Malformed();
  return batch;
}

}  // namespace lsm
