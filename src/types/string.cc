#include "types/string.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/float_text.h"
#include "base/strings.h"

namespace types {
namespace {

// Redis's OBJ_ENCODING_EMBSTR_SIZE_LIMIT: header and bytes fit 64 together.
constexpr size_t kEmbeddedBytesMax = 44;
// No int64 is longer.
constexpr size_t kIntBytesMax = 20;
// Redis's MAX_LONG_DOUBLE_CHARS.
constexpr size_t kFloatBytesMax = 5 * 1024;

base::Status WrongType() {
  return base::Status::Invalid(
      "WRONGTYPE Operation against a key holding the wrong kind of value");
}

base::Status TooLong() {
  return base::Status::Invalid(
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}

base::Status NotAFloat() {
  return base::Status::Invalid("ERR value is not a valid float");
}

// Embedded or raw, for text that is not asked whether it is a number.
Encoding TextEncoding(size_t bytes) {
  return bytes <= kEmbeddedBytesMax ? Encoding::kEmbedded : Encoding::kRaw;
}

int64_t ExpiryOf(const Slot& slot) {
  return slot.exists() ? slot.head->expires_ms : 0;
}

base::Status PutString(Txn& txn, Slot& slot, std::string_view value,
                       Encoding encoding, int64_t expires_ms) {
  return Keyspace(txn).Put(slot, {Type::kString, encoding, expires_ms, value});
}

// strtold needs a terminated copy; what it skips or leaves is no number.
base::Result<long double> ParseFloat(std::string_view text) {
  if (text.empty() || text.size() >= kFloatBytesMax) return NotAFloat();
  char buffer[kFloatBytesMax];
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  errno = 0;
  char* end = nullptr;
  const long double value = std::strtold(buffer, &end);
  const bool out_of_range =
      errno == ERANGE && (std::isinf(value) || value == 0);
  if (std::isspace(static_cast<unsigned char>(buffer[0])) ||
      end != buffer + text.size() || out_of_range || errno == EINVAL ||
      std::isnan(value)) {
    return NotAFloat();
  }
  return value;
}

}  // namespace

Encoding EncodingFor(std::string_view value) {
  if (value.size() <= kIntBytesMax && base::ParseInt(value)) {
    return Encoding::kInt;
  }
  return TextEncoding(value.size());
}

base::Result<Slot> OpenString(Txn& txn, std::string_view key) {
  base::Result<Slot> slot = Keyspace(txn).Open(key);
  if (slot.ok() && slot.value().exists() &&
      slot.value().head->type != Type::kString) {
    return WrongType();
  }
  return slot;
}

base::Result<std::optional<std::string_view>> Get(Txn& txn,
                                                  std::string_view key) {
  TRY_ASSIGN(const Slot slot, OpenString(txn, key));
  txn.NoteHit(slot.exists());
  if (!slot.exists()) return std::optional<std::string_view>();
  return std::optional<std::string_view>(slot.head->payload);
}

base::Result<std::optional<std::string_view>> GetIfString(
    Txn& txn, std::string_view key) {
  TRY_ASSIGN(const Slot slot, Keyspace(txn).OpenToRead(key));
  if (!slot.exists() || slot.head->type != Type::kString) {
    return std::optional<std::string_view>();
  }
  return std::optional<std::string_view>(slot.head->payload);
}

base::Result<SetOutcome> Set(Txn& txn, std::string_view key,
                             std::string_view value,
                             const SetOptions& options) {
  const bool looks = options.require || options.want_old || options.keep_expiry;
  Keyspace keys(txn);
  TRY_ASSIGN(Slot slot, looks ? keys.Open(key) : keys.OpenToReplace(key));
  SetOutcome outcome;
  if (options.want_old) {
    txn.NoteHit(slot.exists());
    if (slot.exists()) {
      if (slot.head->type != Type::kString) return WrongType();
      outcome.old = slot.head->payload;
    }
  }
  if (options.require == Require::kAbsent && slot.exists()) return outcome;
  if (options.require == Require::kPresent && !slot.exists()) return outcome;
  const int64_t expires_ms =
      options.keep_expiry ? ExpiryOf(slot) : options.expires_ms;
  TRY(PutString(txn, slot, value, EncodingFor(value), expires_ms));
  outcome.written = true;
  return outcome;
}

base::Result<int64_t> Append(Txn& txn, std::string_view key,
                             std::string_view tail, uint64_t bytes_max) {
  TRY_ASSIGN(Slot slot, OpenString(txn, key));
  if (!slot.exists()) {
    TRY(PutString(txn, slot, tail, EncodingFor(tail), 0));
    return static_cast<int64_t>(tail.size());
  }
  const std::string_view old = slot.head->payload;
  if (old.size() + tail.size() > bytes_max) return TooLong();
  char* joined = txn.arena().Allocate(old.size() + tail.size());
  if (!old.empty()) std::memcpy(joined, old.data(), old.size());
  if (!tail.empty()) std::memcpy(joined + old.size(), tail.data(), tail.size());
  const std::string_view value(joined, old.size() + tail.size());
  TRY(PutString(txn, slot, value, Encoding::kRaw, ExpiryOf(slot)));
  return static_cast<int64_t>(value.size());
}

base::Result<int64_t> SetRange(Txn& txn, std::string_view key, int64_t offset,
                               std::string_view patch, uint64_t bytes_max) {
  TRY_ASSIGN(Slot slot, OpenString(txn, key));
  const std::string_view old =
      slot.exists() ? slot.head->payload : std::string_view();
  if (patch.empty()) return static_cast<int64_t>(old.size());
  const uint64_t patch_end = static_cast<uint64_t>(offset) + patch.size();
  if (patch_end > bytes_max) return TooLong();
  const size_t bytes = std::max<size_t>(old.size(), patch_end);
  char* value = txn.arena().Allocate(bytes);
  if (!old.empty()) std::memcpy(value, old.data(), old.size());
  std::memset(value + old.size(), 0, bytes - old.size());
  std::memcpy(value + offset, patch.data(), patch.size());
  TRY(PutString(txn, slot, {value, bytes}, Encoding::kRaw, ExpiryOf(slot)));
  return static_cast<int64_t>(bytes);
}

std::string_view Slice(std::string_view value, int64_t first, int64_t last) {
  const int64_t size = static_cast<int64_t>(value.size());
  if (first < 0 && last < 0 && first > last) return {};
  if (first < 0) first = std::max<int64_t>(size + first, 0);
  if (last < 0) last = std::max<int64_t>(size + last, 0);
  last = std::min(last, size - 1);
  if (first > last || size == 0) return {};
  return value.substr(first, last - first + 1);
}

base::Result<int64_t> Increment(Txn& txn, std::string_view key, int64_t by) {
  TRY_ASSIGN(Slot slot, OpenString(txn, key));
  int64_t number = 0;
  if (slot.exists()) {
    const std::optional<int64_t> old = base::ParseInt(slot.head->payload);
    if (!old) {
      return base::Status::Invalid(
          "ERR value is not an integer or out of range");
    }
    number = *old;
  }
  if (__builtin_add_overflow(number, by, &number)) {
    return base::Status::Invalid("ERR increment or decrement would overflow");
  }
  char text[kIntBytesMax + 1];
  const char* end = std::to_chars(text, text + sizeof text, number).ptr;
  TRY(PutString(txn, slot, {text, static_cast<size_t>(end - text)},
                Encoding::kInt, ExpiryOf(slot)));
  return number;
}

base::Result<std::string> IncrementFloat(Txn& txn, std::string_view key,
                                         std::string_view by) {
  TRY_ASSIGN(Slot slot, OpenString(txn, key));
  long double number = 0;
  if (slot.exists()) {
    TRY_ASSIGN(number, ParseFloat(slot.head->payload));
  }
  TRY_ASSIGN(const long double delta, ParseFloat(by));
  number += delta;
  if (std::isnan(number) || std::isinf(number)) {
    return base::Status::Invalid("ERR increment would produce NaN or Infinity");
  }
  std::string text = base::LongDoubleText(number);
  TRY(PutString(txn, slot, text, TextEncoding(text.size()), ExpiryOf(slot)));
  return text;
}

}  // namespace types
