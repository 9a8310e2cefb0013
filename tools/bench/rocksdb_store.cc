#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include "bench/store.h"

namespace bench {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

void Check(const rocksdb::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

class RocksDbStore : public Store {
 public:
  explicit RocksDbStore(const StoreOptions& options) {
    rocksdb::Options rocks;
    rocks.create_if_missing = true;
    rocks.write_buffer_size = options.buffer_bytes();
    rocks.max_write_buffer_number = 2;
    // One flush and one compaction at a time, as the others.
    rocks.max_background_jobs = 2;
    rocks.compression =
        options.compress ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
    if (options.compress) rocks.bottommost_compression = rocksdb::kZSTD;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(options.cache_bytes());
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.filter_policy.reset(
        rocksdb::NewBloomFilterPolicy(options.filter_bits));
    rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* db = nullptr;
    Check(rocksdb::DB::Open(rocks, options.directory, &db));
    db_.reset(db);
  }

  void Put(std::string_view key, std::string_view value, bool sync) override {
    rocksdb::WriteOptions write;
    write.sync = sync;
    Check(db_->Put(write, ToSlice(key), ToSlice(value)));
  }
  void Delete(std::string_view key, bool sync) override {
    rocksdb::WriteOptions write;
    write.sync = sync;
    Check(db_->Delete(write, ToSlice(key)));
  }
  bool Get(std::string_view key, std::string* value) override {
    const rocksdb::Status status =
        db_->Get(rocksdb::ReadOptions(), ToSlice(key), value);
    if (status.IsNotFound()) return false;
    Check(status);
    return true;
  }
  size_t Scan(std::string_view key, size_t rows) override {
    const std::unique_ptr<rocksdb::Iterator> it(
        db_->NewIterator(rocksdb::ReadOptions()));
    size_t seen = 0;
    for (it->Seek(ToSlice(key)); it->Valid() && seen < rows; it->Next()) ++seen;
    Check(it->status());
    return seen;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

Engine RocksDb() {
  const std::string version = std::to_string(ROCKSDB_MAJOR) + "." +
                              std::to_string(ROCKSDB_MINOR) + "." +
                              std::to_string(ROCKSDB_PATCH);
  return {"rocksdb", version, [](const StoreOptions& options) {
            return std::make_unique<RocksDbStore>(options);
          }};
}

}  // namespace bench
