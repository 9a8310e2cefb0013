#include "lsm/table/blob_reference.h"

#include "base/coding.h"

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

}  // namespace lsm
