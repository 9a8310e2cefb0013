#include "lsm/table_store.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "lsm/table_shelf.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

const TableShelf::Rows kRows = {
    {"ka", "1"},
    {"kb", "2"}
};

TEST(TableStore, OpensWhatTheManifestDescribes) {
  TableShelf shelf;
  const TableFilePtr file = shelf.Add(kRows, 5);
  const auto row = file->table()->Get("kb", HashKey("kb"), kSequenceMax);
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row.value()->value, "2");
  EXPECT_GT(shelf.store->memory_bytes(), 0u);
}

TEST(TableStore, NamesTheFileThatIsNotAsDescribed) {
  TableShelf shelf;
  TableInfo info = shelf.Write(kRows, 5);
  info.bytes += 1;
  auto opened = shelf.store->Open(info);
  EXPECT_EQ(opened.status().code(), base::Code::kCorruption);
  EXPECT_NE(opened.status().message().find(TableName(info.number)),
            std::string_view::npos);
  info.bytes -= 1;
  ASSERT_TRUE(shelf.fs.Remove(shelf.store->PathOf(info.number)).ok());
  opened = shelf.store->Open(info);
  EXPECT_FALSE(opened.ok());
  EXPECT_NE(opened.status().message().find(TableName(info.number)),
            std::string_view::npos);
}

TEST(TableStore, RefusesTheTableOfAnotherDatabase) {
  TableShelf shelf;
  const TableInfo info = shelf.Write(kRows, 5);
  Uuid other;
  other.bytes[0] = 1;
  const auto store =
      std::make_shared<TableStore>(&shelf.fs, "/data", other, 1 << 20, 100);
  EXPECT_EQ(store->Open(info).status().code(), base::Code::kCorruption);
}

TEST(TableStore, GivesUpAFileWhenItIsRetiredAndLetGo) {
  TableShelf shelf;
  TableFilePtr file = shelf.Add(kRows, 5);
  const uint64_t number = file->number();
  TableFilePtr reader = file;
  file->Retire();
  file.reset();
  EXPECT_TRUE(shelf.store->TakeObsolete().empty());
  reader.reset();
  EXPECT_EQ(shelf.store->memory_bytes(), 0u);
  EXPECT_EQ(shelf.store->TakeObsolete(),
            std::vector<std::string>{TableName(number)});
  EXPECT_TRUE(shelf.store->TakeObsolete().empty());
  ASSERT_TRUE(shelf.store->Remove({TableName(number)}).ok());
  EXPECT_FALSE(shelf.fs.Exists(shelf.store->PathOf(number)).value());
}

TEST(TableStore, KeepsAFileThatIsOnlyLetGo) {
  TableShelf shelf;
  TableFilePtr file = shelf.Add(kRows, 5);
  file.reset();
  EXPECT_TRUE(shelf.store->TakeObsolete().empty());
}

TEST(TableStore, GoesOnRemovingAfterAnError) {
  TableShelf shelf;
  const uint64_t first = shelf.Write(kRows, 5).number;
  const uint64_t second = shelf.Write(kRows, 6).number;
  shelf.fs.FailOnce(support::CrashFileSystem::Op::kRemove, TableName(first));
  EXPECT_EQ(shelf.store->Remove({TableName(first), TableName(second)}).code(),
            base::Code::kIo);
  EXPECT_FALSE(shelf.fs.Exists(shelf.store->PathOf(second)).value());
}

// A version may be the last that holds on to anything.
TEST(TableStore, LivesAsLongAsItsTables) {
  TableShelf shelf;
  TableFilePtr file = shelf.Add(kRows, 5);
  file->Retire();
  shelf.store.reset();
  EXPECT_TRUE(file->table()->Get("ka", HashKey("ka"), kSequenceMax).ok());
  file.reset();
}

}  // namespace
}  // namespace lsm
