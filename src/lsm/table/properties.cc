#include "lsm/table/properties.h"

#include <algorithm>

#include "base/coding.h"
#include "lsm/table/blob_reference.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

// On disk; never renumber.
enum Tag : uint64_t {
  kSmallestKey = 1,
  kLargestKey = 2,
  kSmallestSequence = 3,
  kLargestSequence = 4,
  kRows = 5,
  kKeys = 6,
  kTombstones = 7,
  kRawBytes = 8,
  kDataBytes = 9,
  kDataBlocks = 10,
  kDenseBlocks = 11,
  kLevel = 12,
  kEarliestExpiry = 13,
  kLatestExpiry = 14,
  kFilterOffset = 15,
  kFilterSize = 16,
  kIndexOffset = 17,
  kIndexSize = 18,
  kBlob = 19,  // once for each blob file
};

void PutBytes(std::string* out, Tag tag, std::string_view bytes) {
  base::PutVarint(out, tag);
  base::PutLengthPrefixed(out, bytes);
}

// Numbers wear the length prefix too, so that a reader can skip any field.
void PutNumber(std::string* out, Tag tag, uint64_t number) {
  char bytes[10];
  const char* const end = base::StoreVarint(bytes, number);
  PutBytes(out, tag, {bytes, static_cast<size_t>(end - bytes)});
}

// Where a numeric field goes; nullptr for a tag that is none or unknown.
uint64_t* NumberFor(uint64_t tag, TableProperties* p, uint64_t* level,
                    uint64_t* earliest, uint64_t* latest) {
  switch (tag) {
    case kSmallestSequence:
      return &p->smallest_sequence;
    case kLargestSequence:
      return &p->largest_sequence;
    case kRows:
      return &p->rows;
    case kKeys:
      return &p->keys;
    case kTombstones:
      return &p->tombstones;
    case kRawBytes:
      return &p->raw_bytes;
    case kDataBytes:
      return &p->data_bytes;
    case kDataBlocks:
      return &p->data_blocks;
    case kDenseBlocks:
      return &p->dense_blocks;
    case kLevel:
      return level;
    case kEarliestExpiry:
      return earliest;
    case kLatestExpiry:
      return latest;
    case kFilterOffset:
      return &p->filter.offset;
    case kFilterSize:
      return &p->filter.size;
    case kIndexOffset:
      return &p->index.offset;
    case kIndexSize:
      return &p->index.size;
    default:
      return nullptr;
  }
}

}  // namespace

std::string TableProperties::Encode() const {
  std::string out;
  PutBytes(&out, kSmallestKey, smallest_key);
  PutBytes(&out, kLargestKey, largest_key);
  PutNumber(&out, kSmallestSequence, smallest_sequence);
  PutNumber(&out, kLargestSequence, largest_sequence);
  PutNumber(&out, kRows, rows);
  PutNumber(&out, kKeys, keys);
  PutNumber(&out, kTombstones, tombstones);
  PutNumber(&out, kRawBytes, raw_bytes);
  PutNumber(&out, kDataBytes, data_bytes);
  PutNumber(&out, kDataBlocks, data_blocks);
  PutNumber(&out, kDenseBlocks, dense_blocks);
  PutNumber(&out, kLevel, level);
  PutNumber(&out, kEarliestExpiry, base::ZigZag(earliest_expiry_ms));
  PutNumber(&out, kLatestExpiry, base::ZigZag(latest_expiry_ms));
  PutNumber(&out, kFilterOffset, filter.offset);
  PutNumber(&out, kFilterSize, filter.size);
  PutNumber(&out, kIndexOffset, index.offset);
  PutNumber(&out, kIndexSize, index.size);
  for (const auto& [number, blob_bytes] : blobs) {
    std::string blob;
    base::PutVarint(&blob, number);
    base::PutVarint(&blob, blob_bytes);
    PutBytes(&out, kBlob, blob);
  }
  return out;
}

Result<TableProperties> TableProperties::Decode(std::string_view bytes) {
  const Status malformed = Status::Corruption("malformed properties");
  TableProperties properties;
  uint64_t level = 0;
  uint64_t earliest = 0;
  uint64_t latest = 0;
  while (!bytes.empty()) {
    uint64_t tag = 0;
    std::string_view field;
    if (!base::GetVarint(&bytes, &tag) ||
        !base::GetLengthPrefixed(&bytes, &field)) {
      return malformed;
    }
    if (tag == kSmallestKey) {
      properties.smallest_key = field;
      continue;
    }
    if (tag == kLargestKey) {
      properties.largest_key = field;
      continue;
    }
    if (tag == kBlob) {
      uint64_t file = 0;
      if (!base::GetVarint(&field, &file) ||
          !base::GetVarint(&field, &properties.blobs[file]) || !field.empty()) {
        return malformed;
      }
      continue;
    }
    uint64_t* const number =
        NumberFor(tag, &properties, &level, &earliest, &latest);
    if (number == nullptr) continue;
    if (!base::GetVarint(&field, number) || !field.empty()) return malformed;
  }
  properties.level = static_cast<uint32_t>(level);
  properties.earliest_expiry_ms = base::UnZigZag(earliest);
  properties.latest_expiry_ms = base::UnZigZag(latest);
  if (properties.rows == 0 || properties.index.size == 0 ||
      properties.tombstones > properties.rows ||
      properties.smallest_key > properties.largest_key ||
      properties.smallest_sequence > properties.largest_sequence ||
      properties.largest_sequence > kSequenceMax) {
    return malformed;
  }
  return properties;
}

void TableProperties::CountExpiry(int64_t dies_ms) {
  if (dies_ms == 0) return;
  if (earliest_expiry_ms == 0 || dies_ms < earliest_expiry_ms) {
    earliest_expiry_ms = dies_ms;
  }
  latest_expiry_ms = std::max(latest_expiry_ms, dies_ms);
}

Status TableProperties::CountReference(std::string_view value) {
  TRY_ASSIGN(const BlobReference reference, BlobReference::Decode(value));
  blobs[reference.file] += reference.stored_bytes();
  CountExpiry(reference.expires_ms);
  return Status::Ok();
}

bool IsDense(uint64_t tombstones, uint64_t rows) {
  constexpr uint64_t kMany = 100;  // Slow to scan across.
  return tombstones >= kMany || tombstones * 2 >= rows;
}

}  // namespace lsm
