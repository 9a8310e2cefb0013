#include "lsm/compaction/merge_job.h"

#include <gtest/gtest.h>

#include "lsm/compaction/row_list.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

using support::CrashFileSystem;

// Where jobs write, and what they leave there.
class JobLab {
 public:
  explicit JobLab(CrashFileSystem* fs) : fs_(fs) {}

  TableWriterOptions Output() {
    TableWriterOptions output;
    output.fs = fs_;
    output.directory = "db";
    output.table_bytes = table_bytes_;
    output.level = 2;
    output.new_number = [this] { return ++number_; };
    output.options_for = [](uint8_t) {
      TableOptions options;
      options.block_bytes = 512;
      options.compression = Compression::kNone;
      return options;
    };
    output.faults = faults_;
    return output;
  }

  base::Result<MergeResult> Run(const std::vector<std::vector<Row>>& parts) {
    MergeJob job;
    for (const auto& part : parts) {
      job.sources.push_back(std::make_unique<RowList>(part));
    }
    job.drop = drop_;
    job.output = Output();
    return RunMerge(std::move(job));
  }

  // All rows of these tables, as found on `fs`; errors end the test.
  static std::vector<Row> Read(CrashFileSystem* fs,
                               const std::vector<TableInfo>& tables) {
    std::vector<Row> rows;
    for (const TableInfo& info : tables) {
      const auto table = Open(fs, info).value();
      const std::vector<Row> part = AllRows(*table->NewIterator({}));
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }

  static base::Result<std::shared_ptr<Table>> Open(CrashFileSystem* fs,
                                                   const TableInfo& info) {
    return Table::Open(fs, base::JoinPath("db", TableName(info.number)),
                       info.number, Uuid(), info.bytes, nullptr);
  }

  CrashFileSystem* const fs_;
  uint64_t number_ = 0;
  uint64_t table_bytes_ = 4000;
  TableWriterFaults faults_;
  DropContext drop_;
};

std::unique_ptr<CrashFileSystem> NewDisk() {
  auto fs = std::make_unique<CrashFileSystem>();
  CHECK(fs->CreateDirectory("db").ok() && fs->SyncDirectory("/").ok());
  return fs;
}

// A source that was damaged before its checksums were made.
TEST(MergeJob, RefusesRowsThatAreOutOfOrder) {
  const std::vector<std::vector<Row>> wrong = {
      {Value("b",  1, "v"), Value("a",  2, "v")},
      {Value("b",  1, "v"), Value("b",  2, "v")},
      {Value("Mb", 1, "v"), Value("La", 2, "v")},
  };
  for (const std::vector<Row>& rows : wrong) {
    const auto disk = NewDisk();
    JobLab lab(disk.get());
    EXPECT_EQ(lab.Run({rows}).status().code(), base::Code::kCorruption);
    EXPECT_TRUE(disk->List("db").value().empty());
  }
}

TEST(MergeJob, WritesWhatTheDropRulesKeep) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::vector<Row> rows = RandomRows(random, 400);
    const auto fs = NewDisk();
    JobLab lab(fs.get());
    lab.table_bytes_ = 1 + random.Below(20'000);
    lab.drop_.nothing_below = [](std::string_view) { return true; };
    const MergeResult merged = lab.Run(Deal(rows, 3, random)).value();
    EXPECT_EQ(JobLab::Read(fs.get(), merged.tables),
              StateAt(rows, kSequenceMax));
    EXPECT_EQ(merged.rows.kept + merged.rows.hidden + merged.rows.tombstones,
              rows.size());
  }
}

TEST(MergeJob, LeavesNoTablesWithoutRows) {
  const auto fs = NewDisk();
  JobLab lab(fs.get());
  lab.drop_.nothing_below = [](std::string_view) { return true; };
  EXPECT_TRUE(lab.Run({}).value().tables.empty());
  EXPECT_TRUE(lab.Run({{Tombstone("a", 1)}}).value().tables.empty());
  EXPECT_TRUE(fs->List("db").value().empty());
}

char Leading(std::string_view key) { return key.empty() ? '\0' : key[0]; }

TEST(TableWriter, CutsAtSizeAndWhereTheLeadingByteChangesOnly) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    // Every version survives, so that some keys are larger than a table.
    const std::vector<Row> rows = RandomRows(random, 400);
    const auto fs = NewDisk();
    JobLab lab(fs.get());
    lab.table_bytes_ = 2000;
    TableWriter writer(lab.Output());
    for (const Row& row : rows) {
      ASSERT_TRUE(writer.Add(row.key, row.packed, row.value).ok());
    }
    const std::vector<TableInfo> tables = writer.Finish().value();
    EXPECT_EQ(JobLab::Read(fs.get(), tables), rows);
    uint64_t bytes = 0;
    for (size_t i = 0; i < tables.size(); ++i) {
      const TableInfo& info = tables[i];
      bytes += info.bytes;
      EXPECT_EQ(info.created_level, 2);
      EXPECT_EQ(Leading(info.smallest), Leading(info.largest));
      if (i == 0) continue;
      const TableInfo& before = tables[i - 1];
      EXPECT_LT(before.largest, info.smallest);
      EXPECT_TRUE(before.bytes >= 1000 ||
                  Leading(before.largest) != Leading(info.smallest));
    }
    EXPECT_EQ(bytes, writer.bytes_written());
  }
}

// Or what is known of each of them until the table ends would be without
// bounds.
TEST(TableWriter, CutsWhereRowsAreManyAndCompressToNothing) {
  const auto fs = NewDisk();
  JobLab lab(fs.get());
  lab.table_bytes_ = 64'000;
  TableWriterOptions output = lab.Output();
  output.options_for = [](uint8_t) {
    return TableOptions{.compression = Compression::kZstd};
  };
  TableWriter writer(std::move(output));
  for (int i = 10'000; i < 12'500; ++i) {
    ASSERT_TRUE(writer.Add(std::to_string(i), 256, std::string(100, 'v')).ok());
  }
  const std::vector<TableInfo> tables = writer.Finish().value();
  ASSERT_EQ(tables.size(), 3u);
  EXPECT_EQ(tables[0].rows, 1000u);
  EXPECT_EQ(tables[1].rows, 1000u);
  EXPECT_EQ(tables[2].rows, 500u);
  EXPECT_LT(tables[0].bytes, 32'000u);
}

TEST(TableWriter, DescribesItsTables) {
  const auto fs = NewDisk();
  JobLab lab(fs.get());
  const std::vector<Row> rows = {Value("ka", 3, "xyz"), Tombstone("kb", 9)};
  const MergeResult merged = lab.Run({rows}).value();
  ASSERT_EQ(merged.tables.size(), 1u);
  const TableInfo& info = merged.tables[0];
  EXPECT_EQ(info.number, 1u);
  EXPECT_EQ(info.smallest, "ka");
  EXPECT_EQ(info.largest, "kb");
  EXPECT_EQ(info.min_sequence, 3u);
  EXPECT_EQ(info.max_sequence, 9u);
  EXPECT_EQ(info.rows, 2u);
  EXPECT_EQ(info.tombstones, 1u);
  EXPECT_EQ(info.bytes, fs->FileSize("db/" + TableName(1)).value());
  EXPECT_EQ(merged.bytes_written, info.bytes);
}

TEST(TableWriter, RemovesWhatItWroteWhenAnythingFails) {
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 400);
  for (const auto op :
       {CrashFileSystem::Op::kCreate, CrashFileSystem::Op::kWrite,
        CrashFileSystem::Op::kSync, CrashFileSystem::Op::kSyncDirectory}) {
    const auto fs = NewDisk();
    fs->FailOnce(
        op, op == CrashFileSystem::Op::kSyncDirectory ? "db" : TableName(3));
    JobLab lab(fs.get());
    EXPECT_EQ(lab.Run({rows}).status().code(), base::Code::kIo);
    EXPECT_TRUE(fs->List("db").value().empty());
  }
}

TEST(TableWriter, RemovesWhatItWroteWhenASourceBreaks) {
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 400);
  const auto fs = NewDisk();
  JobLab lab(fs.get());
  MergeJob job;
  job.sources.push_back(std::make_unique<RowList>(rows, 300));
  job.output = lab.Output();
  EXPECT_EQ(RunMerge(std::move(job)).status().code(), base::Code::kIo);
  EXPECT_GT(lab.number_, 1u);
  EXPECT_TRUE(fs->List("db").value().empty());
}

TEST(TableWriter, StopsWhenAskedTo) {
  const auto fs = NewDisk();
  JobLab lab(fs.get());
  lab.table_bytes_ = 10 << 20;
  TableWriterOptions output = lab.Output();
  output.should_stop = [] { return true; };
  TableWriter writer(std::move(output));
  base::Status status;
  uint64_t bytes = 0;
  for (int i = 10'000; status.ok(); ++i) {
    status = writer.Add(std::to_string(i), 256, std::string(1000, 'v'));
    bytes += 1000;
  }
  EXPECT_EQ(status.code(), base::Code::kIo);
  EXPECT_LT(bytes, 300'000u);
}

// Runs a job to its end, cuts the power, and tells whether all its rows are
// still there.
bool Survives(uint64_t seed, TableWriterFaults faults) {
  base::Random random(seed);
  const std::vector<Row> rows = RandomRows(random, 100);
  const auto fs = NewDisk();
  JobLab lab(fs.get());
  lab.faults_ = faults;
  TableWriter writer(lab.Output());
  for (const Row& row : rows) {
    CHECK(writer.Add(row.key, row.packed, row.value).ok());
  }
  const std::vector<TableInfo> tables = writer.Finish().value();
  const auto disk = fs->Crash(seed);
  for (const TableInfo& info : tables) {
    const auto table = JobLab::Open(disk.get(), info);
    if (!table.ok()) return false;
    const auto it = table.value()->NewIterator({});
    AllRows(*it);
    if (!it->status().ok()) return false;
  }
  return JobLab::Read(disk.get(), tables) == rows;
}

TEST(TableWriter, LeavesTablesThatSurviveAPowerCut) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_TRUE(Survives(seed, {}));
  }
}

TEST(TableWriter, WouldBeCaughtSkippingAFileSync) {
  int lost = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    lost += !Survives(seed, {.skip_file_sync = true});
  }
  EXPECT_GT(lost, 10);
}

TEST(TableWriter, WouldBeCaughtSkippingTheDirectorySync) {
  int lost = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    lost += !Survives(seed, {.skip_directory_sync = true});
  }
  EXPECT_GT(lost, 10);
}

}  // namespace
}  // namespace lsm
