#include "base/coding.h"

namespace base {

char* StoreVarint(char* p, uint64_t value) {
  while (value >= 0x80) {
    *p++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *p++ = static_cast<char>(value);
  return p;
}

void PutVarint(std::string* out, uint64_t value) {
  char buffer[10];
  out->append(buffer, StoreVarint(buffer, value) - buffer);
}

const char* LoadVarint(const char* p, const char* limit, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift < 64 && p < limit; shift += 7) {
    const uint64_t byte = static_cast<unsigned char>(*p++);
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return p;
    }
  }
  return nullptr;
}

bool GetVarint(std::string_view* input, uint64_t* value) {
  const char* const begin = input->data();
  const char* const end = LoadVarint(begin, begin + input->size(), value);
  if (end == nullptr) return false;
  input->remove_prefix(end - begin);
  return true;
}

void PutLengthPrefixed(std::string* out, std::string_view bytes) {
  PutVarint(out, bytes.size());
  out->append(bytes);
}

bool GetLengthPrefixed(std::string_view* input, std::string_view* bytes) {
  std::string_view rest = *input;
  uint64_t size = 0;
  if (!GetVarint(&rest, &size) || size > rest.size()) return false;
  *bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  *input = rest;
  return true;
}

}  // namespace base
