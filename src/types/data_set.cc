#include "types/data_set.h"

#include <string>

#include "base/check.h"
#include "lsm/write_batch.h"
#include "types/head.h"
#include "types/keyspace.h"

namespace types {

void Describe(lsm::Options* options) {
  constexpr uint32_t kDatabase = kPrefixBytes;
  constexpr uint32_t kCollection = kPrefixBytes + sizeof(uint64_t);
  options->key_ranges = {
      {static_cast<uint8_t>(kHeadSpace),    true,  4096,  {kDatabase}             },
      {static_cast<uint8_t>(kElementSpace),
       true,                                       8192,
       {kDatabase, kCollection}                                                   },
      {static_cast<uint8_t>(kNodeSpace),    true,  8192,  {kDatabase, kCollection}},
      {static_cast<uint8_t>(kStreamSpace),
       false,                                      16384,
       {kDatabase, kCollection}                                                   },
      {static_cast<uint8_t>(kSettingSpace), false, 4096,  {}                      },
  };
  options->expiry_of = ExpiryOfRow;
  options->on_settle = SettleCounts;
}

base::Result<lsm::Lookup> DataSet::Read(const RowKey& key) {
  const std::string wanted[] = {std::string(key.bytes)};
  TRY(engine_->Fetch(wanted));
  const lsm::Lookup lookup = engine_->Get(key.bytes, key.hash);
  CHECK(lookup.found != lsm::Found::kMiss);
  return lookup;
}

base::Status DataSet::Attach(lsm::Engine* engine) {
  engine_ = engine;
  TRY_ASSIGN(const lsm::Lookup map, Read(Databases::Key()));
  TRY(databases_.Load(map.value, map.sequence));
  TRY_ASSIGN(const lsm::Lookup cursors, Read(ScanCursors::Key()));
  cursors_.Clear();
  if (cursors.found == lsm::Found::kAbsent) return base::Status::Ok();
  return cursors_.Decode(cursors.value);
}

base::Status DataSet::Close() {
  lsm::WriteBatch batch;
  const RowKey key = ScanCursors::Key();
  batch.Put(key.bytes, key.hash, cursors_.Encode());
  const base::Result<lsm::Sequence> written = engine_->Write(batch);
  const base::Status closed = engine_->Close();
  engine_ = nullptr;
  // Not at Attach: while it opens, the engine may report rows already.
  expiry_.Clear();
  return written.ok() ? closed : written.status();
}

int64_t DataSet::Keys(int db) const {
  return engine_->counter(KeysCounter(databases_.physical(db)));
}

int64_t DataSet::Expires(int db) const {
  return engine_->counter(ExpiresCounter(databases_.physical(db)));
}

}  // namespace types
