// TableShelf writes tables from a few rows and opens them by way of a
// TableStore, for tests of what reads tables.
//
// Threads: the test's one thread.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsm/compaction/table_writer.h"
#include "lsm/options.h"
#include "lsm/table_store.h"
#include "lsm/version/version.h"
#include "support/crash_file_system.h"

namespace lsm {

class TableShelf {
 public:
  using Rows = std::map<std::string, std::string>;

  TableShelf() {
    CHECK(fs.CreateDirectory("/data").ok());
    store = std::make_shared<TableStore>(&fs, "/data", Uuid{}, 1 << 20, 100);
  }

  // One table of these rows, all of one sequence; an empty value is a
  // tombstone. Their keys begin with one byte: a table is cut where it changes.
  TableInfo Write(const Rows& rows, Sequence sequence) {
    TableWriterOptions options;
    options.fs = &fs;
    options.directory = "/data";
    options.new_number = [this] { return next_number_++; };
    options.options_for = [this](uint8_t) {
      TableOptions table;
      table.expiry_of = expiry_of;
      table.block_bytes = 512;
      return table;
    };
    TableWriter writer(std::move(options));
    for (const auto& [key, value] : rows) {
      const Kind kind = value.empty() ? Kind::kTombstone : Kind::kValue;
      CHECK(writer.Add(key, Pack(sequence, kind), value).ok());
    }
    const std::vector<TableInfo> tables = writer.Finish().value();
    CHECK(tables.size() == 1);
    return tables[0];
  }

  TableFilePtr Add(const Rows& rows, Sequence sequence) {
    return store->Open(Write(rows, sequence)).value();
  }

  // Each table a run of level 0, the last one the newest.
  static std::shared_ptr<const Version> VersionOf(
      const std::vector<TableFilePtr>& files) {
    std::vector<Version::Placed> placed;
    for (const TableFilePtr& file : files) {
      placed.push_back({0, file->number(), file});
    }
    return Version::Build(placed).value();
  }

  support::CrashFileSystem fs;
  std::shared_ptr<TableStore> store;
  std::function<int64_t(std::string_view key, std::string_view value)>
      expiry_of;

 private:
  uint64_t next_number_ = 1;
};

}  // namespace lsm
