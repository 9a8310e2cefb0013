// Store is what redbed-bench measures: one key-value library behind the few
// calls that the workloads make. Errors end the program.
//
// Every library gets the same memory, write buffer, filter bits and, as far as
// it has them, compression and background threads; README.md says how each of
// them was told.
//
// Threads: shared.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct StoreOptions {
  std::string directory;
  uint64_t memory_bytes = 256 << 20;  // records, blocks, filters, buffers
  int filter_bits = 10;
  bool compress = true;

  // Memtable size; two of them and the cache make up the memory.
  uint64_t buffer_bytes() const { return memory_bytes / 8; }
  uint64_t cache_bytes() const { return memory_bytes - 2 * buffer_bytes(); }
};

class Store {
 public:
  virtual ~Store() = default;
  virtual void Put(std::string_view key, std::string_view value, bool sync) = 0;
  virtual void Delete(std::string_view key, bool sync) = 0;
  // False: not there.
  virtual bool Get(std::string_view key, std::string* value) = 0;
  // Reads up to `rows` rows from `key` on; how many there were.
  virtual size_t Scan(std::string_view key, size_t rows) = 0;
};

struct Engine {
  std::string name;
  std::string version;
  std::function<std::unique_ptr<Store>(const StoreOptions&)> open;
};

// Those that this program was built with, Redbed first.
std::vector<Engine> Engines();

// One each; the last two only where their library was found.
Engine Redbed();
Engine RocksDb();
Engine LevelDb();

// Says what went wrong and ends the program.
[[noreturn]] void Die(std::string_view what);

}  // namespace bench
