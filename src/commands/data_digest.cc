#include "commands/data_digest.h"

#include "base/digest.h"

namespace commands {

void DataDigest::Xor(std::string_view bytes) {
  const std::string hash = base::Sha1(bytes);
  for (size_t i = 0; i < bytes_.size(); ++i) {
    bytes_[i] = static_cast<char>(bytes_[i] ^ hash[i]);
  }
}

void DataDigest::Xor(const DataDigest& other) {
  Xor(std::string_view(other.bytes_.data(), other.bytes_.size()));
}

void DataDigest::Mix(std::string_view bytes) {
  Xor(bytes);
  const std::string hash =
      base::Sha1(std::string_view(bytes_.data(), bytes_.size()));
  hash.copy(bytes_.data(), bytes_.size());
}

void DataDigest::MixNumber(uint32_t number) {
  const char bytes[4] = {
      static_cast<char>(number >> 24), static_cast<char>(number >> 16),
      static_cast<char>(number >> 8), static_cast<char>(number)};
  Mix(std::string_view(bytes, sizeof bytes));
}

void DataDigest::AddValue(const types::Head& head) {
  MixNumber(static_cast<uint32_t>(head.type));
  Mix(head.payload);
  if (head.expires_ms != 0) Xor("!!expire!!");
}

std::string DataDigest::Hex() const {
  return base::Hex(std::string_view(bytes_.data(), bytes_.size()));
}

}  // namespace commands
