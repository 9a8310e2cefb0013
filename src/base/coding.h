// Integers as bytes: fixed width little endian for what is parsed in place,
// big endian for what must sort, varints for what must be small.
//
// Get* functions take their bytes off the front of `*input`; they return
// false, and leave the output alone, when the input ends too early.
//
// Threads: any.

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace base {

static_assert(std::endian::native == std::endian::little,
              "formats are little endian; big-endian hosts need swaps here");

template <typename T>
inline T LoadLittle(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

template <typename T>
inline void StoreLittle(char* p, T value) {
  std::memcpy(p, &value, sizeof value);
}

template <typename T>
inline void PutLittle(std::string* out, T value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
inline bool GetLittle(std::string_view* input, T* value) {
  if (input->size() < sizeof(T)) return false;
  *value = LoadLittle<T>(input->data());
  input->remove_prefix(sizeof(T));
  return true;
}

inline uint32_t ByteSwap(uint32_t v) { return __builtin_bswap32(v); }
inline uint64_t ByteSwap(uint64_t v) { return __builtin_bswap64(v); }

template <typename T>
inline T LoadBig(const char* p) {
  return ByteSwap(LoadLittle<T>(p));
}

template <typename T>
inline void StoreBig(char* p, T value) {
  StoreLittle<T>(p, ByteSwap(value));
}

template <typename T>
inline void PutBig(std::string* out, T value) {
  PutLittle<T>(out, ByteSwap(value));
}

// LEB128, at most 10 bytes.
void PutVarint(std::string* out, uint64_t value);
// Writes at `p`, which has room for 10 bytes; returns one past the end.
char* StoreVarint(char* p, uint64_t value);
bool GetVarint(std::string_view* input, uint64_t* value);
// For speed in block decoding: returns one past the varint, or nullptr when
// it does not end before `limit`.
const char* LoadVarint(const char* p, const char* limit, uint64_t* value);

// Small magnitudes of either sign become small varints.
inline uint64_t ZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t UnZigZag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}

// varint length, then the bytes.
void PutLengthPrefixed(std::string* out, std::string_view bytes);
bool GetLengthPrefixed(std::string_view* input, std::string_view* bytes);

}  // namespace base
