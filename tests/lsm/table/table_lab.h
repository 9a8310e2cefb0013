// TableLab builds tables from lists of rows in a file system in memory, and
// opens them.
//
//   TableLab lab;
//   auto table = lab.Make(rows).value();
//
// Threads: the test's one thread.

#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "lsm/table/block_cache.h"
#include "lsm/table/table.h"
#include "lsm/table/table_builder.h"
#include "lsm/table/table_iterator.h"
#include "support/crash_file_system.h"

namespace lsm {

struct Row {
  std::string key;
  uint64_t packed = 0;
  std::string value;

  bool operator==(const Row&) const = default;
};

inline bool ComesBefore(const Row& a, const Row& b) {
  return a.key != b.key ? a.key < b.key : a.packed > b.packed;
}

inline Row Value(std::string key, Sequence sequence, std::string value) {
  return {std::move(key), Pack(sequence, Kind::kValue), std::move(value)};
}

inline Row Tombstone(std::string key, Sequence sequence) {
  return {std::move(key), Pack(sequence, Kind::kTombstone), ""};
}

// Rows in table order: keys of many shapes (empty, NUL and FF bytes, long
// shared prefixes), several versions of some.
inline std::vector<Row> RandomRows(base::Random& random, size_t count) {
  std::vector<Row> rows;
  static constexpr char kAlphabet[] = {'\0', 'a', 'b', '\x7f', '\xff'};
  while (rows.size() < count) {
    std::string key = random.OneIn(3) ? "a/common/prefix/of/many/" : "";
    for (uint64_t n = random.Below(8); n > 0; --n) {
      key.push_back(kAlphabet[random.Below(5)]);
    }
    uint64_t versions = random.OneIn(8) ? 1 + random.Below(40) : 1;
    for (; versions > 0; --versions) {
      const Sequence sequence = 1 + random.Below(1000);
      if (random.OneIn(5)) {
        rows.push_back(Tombstone(key, sequence));
      } else {
        const size_t size = random.OneIn(50) ? 5000 : random.Below(60);
        rows.push_back(Value(
            key, sequence,
            std::string(size, static_cast<char>('a' + random.Below(26)))));
      }
    }
  }
  std::sort(rows.begin(), rows.end(), ComesBefore);
  // A sequence once per key.
  const auto same = [](const Row& a, const Row& b) {
    return a.key == b.key && SequenceOf(a.packed) == SequenceOf(b.packed);
  };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  return rows;
}

inline Row RowAt(const RowIterator& rows) {
  return {std::string(rows.key()), rows.packed(), std::string(rows.value())};
}

class TableLab {
 public:
  static constexpr uint64_t kNumber = 7;

  TableLab() {
    std::copy_n("a database's id ", 16, uuid_.bytes.data());
    CHECK(fs_.CreateDirectory("db").ok());
  }

  std::string path(uint64_t number = kNumber) const {
    return "db/" + std::to_string(number) + ".table";
  }

  TableProperties Build(const std::vector<Row>& rows,
                        uint64_t number = kNumber) {
    auto file = fs_.CreateWritable(path(number)).value();
    TableBuilder builder(options_, file.get(), number, uuid_);
    for (const Row& row : rows) {
      CHECK(builder.Add(row.key, row.packed, row.value).ok());
    }
    return builder.Finish().value();
  }

  base::Result<std::shared_ptr<Table>> Open(uint64_t number = kNumber) {
    return Table::Open(&fs_, path(number), number, uuid_,
                       fs_.FileSize(path(number)).value(), cache_);
  }

  base::Result<std::shared_ptr<Table>> Make(const std::vector<Row>& rows,
                                            uint64_t number = kNumber) {
    Build(rows, number);
    return Open(number);
  }

  std::string Bytes(uint64_t number = kNumber) {
    return base::ReadWholeFile(&fs_, path(number)).value();
  }

  // Puts `bytes` in the place of the table's file.
  void Replace(std::string_view bytes, uint64_t number = kNumber) {
    auto file = fs_.CreateWritable(path(number)).value();
    CHECK(file->Append(bytes).ok());
  }

  support::CrashFileSystem fs_;
  TableOptions options_;
  Uuid uuid_;
  BlockCache* cache_ = nullptr;
};

// Everything an iterator sees from first to last.
inline std::vector<Row> AllRows(RowIterator& rows) {
  std::vector<Row> all;
  for (rows.SeekToFirst(); rows.Valid(); rows.Next()) {
    all.push_back(RowAt(rows));
  }
  return all;
}

inline base::Result<std::optional<TableRow>> Get(const Table& table,
                                                 std::string_view key,
                                                 Sequence upto) {
  return table.Get(key, HashKey(key), upto);
}

}  // namespace lsm
