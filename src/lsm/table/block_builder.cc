#include "lsm/table/block_builder.h"

#include "base/check.h"
#include "base/coding.h"
#include "lsm/format.h"
#include "lsm/table/prefix.h"

namespace lsm {

BlockBuilder::BlockBuilder(uint32_t restart_interval)
    : restart_interval_(restart_interval) {
  CHECK(restart_interval > 0);
}

void BlockBuilder::Add(std::string_view previous_key, std::string_view key,
                       uint64_t packed, std::string_view value) {
  size_t shared = 0;
  if (restarts_.empty() || rows_since_restart_ == restart_interval_) {
    restarts_.push_back(static_cast<uint32_t>(bytes_.size()));
    rows_since_restart_ = 0;
  } else {
    shared = CommonPrefix(previous_key, key);
  }
  ++rows_since_restart_;

  const std::string_view rest = key.substr(shared);
  char head[40];
  char* p = base::StoreVarint(head, shared);
  p = base::StoreVarint(p, rest.size());
  p = base::StoreVarint(p, value.size());
  bytes_.append(head, static_cast<size_t>(p - head));
  bytes_.append(rest);
  base::PutLittle<uint64_t>(&bytes_, packed);
  bytes_.append(value);
  CHECK(bytes_.size() < uint64_t{1} << 32);
}

std::string_view BlockBuilder::Finish() {
  CHECK(!empty());
  for (const uint32_t restart : restarts_) {
    base::PutLittle<uint32_t>(&bytes_, restart);
  }
  base::PutLittle<uint32_t>(&bytes_, static_cast<uint32_t>(restarts_.size()));
  return bytes_;
}

void BlockBuilder::Reset() {
  // A single huge row must not keep its memory for the rest of the table.
  constexpr size_t kKeptBytesMax = 1 << 20;
  if (bytes_.capacity() > kKeptBytesMax) bytes_ = std::string();
  bytes_.clear();
  restarts_.clear();
  rows_since_restart_ = 0;
}

}  // namespace lsm
