#include "bench/store.h"
#include "lsm/db.h"

namespace bench {
namespace {

void Check(const base::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

class RedbedStore : public Store {
 public:
  explicit RedbedStore(const StoreOptions& options) {
    lsm::Options redbed;
    redbed.directory = options.directory;
    redbed.memory_bytes = options.memory_bytes;
    redbed.generation_bytes = options.buffer_bytes();
    redbed.filter_bits_per_key = static_cast<uint32_t>(options.filter_bits);
    redbed.compress = options.compress;
    auto db = lsm::Db::Open(redbed);
    Check(db.status());
    db_ = std::move(db).value();
  }
  ~RedbedStore() override { Check(db_->Close()); }

  void Put(std::string_view key, std::string_view value, bool sync) override {
    Check(db_->Put(key, value, {.sync = sync}));
  }
  void Delete(std::string_view key, bool sync) override {
    Check(db_->Delete(key, {.sync = sync}));
  }
  bool Get(std::string_view key, std::string* value) override {
    auto row = db_->Get(key);
    Check(row.status());
    if (!row.value()) return false;
    *value = std::move(row.value()->value);
    return true;
  }
  size_t Scan(std::string_view key, size_t rows) override {
    const auto it = db_->NewIterator({.begin = std::string(key)});
    size_t seen = 0;
    for (it->SeekToFirst(); it->Valid() && seen < rows; it->Next()) ++seen;
    Check(it->status());
    return seen;
  }

 private:
  std::unique_ptr<lsm::Db> db_;
};

}  // namespace

Engine Redbed() {
  return {"redbed", BENCH_REDBED_VERSION, [](const StoreOptions& options) {
            return std::make_unique<RedbedStore>(options);
          }};
}

}  // namespace bench
