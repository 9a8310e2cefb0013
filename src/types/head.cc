#include "types/head.h"

#include "base/coding.h"
#include "types/row_key.h"

namespace types {
namespace {

constexpr uint8_t kTypeMask = 0x0f;
constexpr uint8_t kExpires = 0x10;
constexpr size_t kPlainBytes = 2;
constexpr size_t kExpiringBytes = kPlainBytes + sizeof(int64_t);

}  // namespace

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kString:
      return "string";
    case Type::kList:
      return "list";
    case Type::kSet:
      return "set";
    case Type::kSortedSet:
      return "zset";
    case Type::kHash:
      return "hash";
    case Type::kStream:
      return "stream";
  }
  return "unknown";
}

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kRaw:
      return "raw";
    case Encoding::kInt:
      return "int";
    case Encoding::kEmbedded:
      return "embstr";
  }
  return "unknown";
}

HeadBytes::HeadBytes(const Head& head) {
  uint8_t kind = static_cast<uint8_t>(head.type);
  if (head.expires_ms != 0) {
    kind |= kExpires;
    base::StoreLittle<int64_t>(bytes_ + kPlainBytes, head.expires_ms);
    size_ = kExpiringBytes;
  }
  bytes_[0] = static_cast<char>(kind);
  bytes_[1] = static_cast<char>(head.encoding);
}

base::Result<Head> ParseHead(std::string_view value) {
  Head head;
  uint8_t kind = 0;
  uint8_t encoding = 0;
  const bool whole =
      base::GetLittle(&value, &kind) && base::GetLittle(&value, &encoding) &&
      (!(kind & kExpires) || base::GetLittle(&value, &head.expires_ms));
  if (!whole || (kind & ~(kTypeMask | kExpires)) != 0 ||
      (kind & kTypeMask) > static_cast<uint8_t>(Type::kStream) ||
      encoding > static_cast<uint8_t>(Encoding::kEmbedded)) [[unlikely]] {
    return base::Status::Corruption("a key's head row has an unknown form");
  }
  head.type = static_cast<Type>(kind & kTypeMask);
  head.encoding = static_cast<Encoding>(encoding);
  head.payload = value;
  return head;
}

int64_t ExpiryOfRow(std::string_view row, std::string_view value) {
  if (row.empty() || row.front() != kHeadSpace) return 0;
  if (value.size() < kExpiringBytes || !(value.front() & kExpires)) return 0;
  return base::LoadLittle<int64_t>(value.data() + kPlainBytes);
}

}  // namespace types
