#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>

#include "bench/store.h"

namespace bench {
namespace {

leveldb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

void Check(const leveldb::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

class LevelDbStore : public Store {
 public:
  explicit LevelDbStore(const StoreOptions& options)
      : cache_(leveldb::NewLRUCache(options.cache_bytes())),
        filter_(leveldb::NewBloomFilterPolicy(options.filter_bits)) {
    leveldb::Options level;
    level.create_if_missing = true;
    level.write_buffer_size = options.buffer_bytes();
    level.block_cache = cache_.get();
    level.filter_policy = filter_.get();
    // The others find their files open; 1000 is its default.
    level.max_open_files = 10000;
    // It has no LZ4.
    level.compression = options.compress ? leveldb::kSnappyCompression
                                         : leveldb::kNoCompression;
    leveldb::DB* db = nullptr;
    Check(leveldb::DB::Open(level, options.directory, &db));
    db_.reset(db);
  }

  void Put(std::string_view key, std::string_view value, bool sync) override {
    leveldb::WriteOptions write;
    write.sync = sync;
    Check(db_->Put(write, ToSlice(key), ToSlice(value)));
  }
  void Delete(std::string_view key, bool sync) override {
    leveldb::WriteOptions write;
    write.sync = sync;
    Check(db_->Delete(write, ToSlice(key)));
  }
  bool Get(std::string_view key, std::string* value) override {
    const leveldb::Status status =
        db_->Get(leveldb::ReadOptions(), ToSlice(key), value);
    if (status.IsNotFound()) return false;
    Check(status);
    return true;
  }
  size_t Scan(std::string_view key, size_t rows) override {
    const std::unique_ptr<leveldb::Iterator> it(
        db_->NewIterator(leveldb::ReadOptions()));
    size_t seen = 0;
    for (it->Seek(ToSlice(key)); it->Valid() && seen < rows; it->Next()) ++seen;
    Check(it->status());
    return seen;
  }

 private:
  // Before db_: it uses them to its end.
  const std::unique_ptr<leveldb::Cache> cache_;
  const std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
};

}  // namespace

Engine LevelDb() {
  const std::string version = std::to_string(leveldb::kMajorVersion) + "." +
                              std::to_string(leveldb::kMinorVersion);
  return {"leveldb", version, [](const StoreOptions& options) {
            return std::make_unique<LevelDbStore>(options);
          }};
}

}  // namespace bench
