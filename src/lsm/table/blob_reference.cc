#include "lsm/table/blob_reference.h"

#include "base/coding.h"
#include "lsm/format.h"

namespace lsm {

std::string BlobReference::Encode() const {
  std::string out;
  base::PutVarint(&out, file);
  base::PutVarint(&out, record.offset);
  base::PutVarint(&out, record.size);
  base::PutVarint(&out, value_bytes);
  base::PutVarint(&out, base::ZigZag(expires_ms));
  out.append(head);
  return out;
}

base::Result<BlobReference> BlobReference::Decode(std::string_view bytes) {
  BlobReference reference;
  uint64_t expires = 0;
  if (!base::GetVarint(&bytes, &reference.file) ||
      !base::GetVarint(&bytes, &reference.record.offset) ||
      !base::GetVarint(&bytes, &reference.record.size) ||
      !base::GetVarint(&bytes, &reference.value_bytes) ||
      !base::GetVarint(&bytes, &expires) ||
      bytes.size() > reference.value_bytes) {
    return base::Status::Corruption("malformed reference to a blob file");
  }
  reference.expires_ms = base::UnZigZag(expires);
  reference.head = bytes;
  return reference;
}

std::string_view HeadOfValue(uint64_t packed, std::string_view value) {
  if (KindOf(packed) != Kind::kBlobValue) return value;
  const base::Result<BlobReference> reference = BlobReference::Decode(value);
  return reference.ok() ? reference.value().head : std::string_view();
}

}  // namespace lsm
