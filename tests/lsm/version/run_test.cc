#include "lsm/version/run.h"

#include <gtest/gtest.h>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

TableFilePtr File(uint64_t number, std::string smallest, std::string largest) {
  TableInfo info;
  info.number = number;
  info.bytes = 10;
  info.smallest = std::move(smallest);
  info.largest = std::move(largest);
  info.min_sequence = number;
  info.max_sequence = number + 5;
  return std::make_shared<TableFile>(std::move(info), nullptr, nullptr);
}

std::shared_ptr<const Run> Three() {
  return Run::Create(1,
                     {File(3, "p", "q"), File(1, "b", "d"), File(2, "f", "f")})
      .value();
}

TEST(Run, SortsItsFilesAndAddsThemUp) {
  const auto run = Three();
  ASSERT_EQ(run->files().size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(run->files()[i]->number(), i + 1);
  EXPECT_EQ(run->bytes(), 30u);
  EXPECT_EQ(run->min_sequence(), 1u);
  EXPECT_EQ(run->max_sequence(), 8u);
}

TEST(Run, FindsTheOneFileThatMayHoldAKey) {
  const auto run = Three();
  const auto number = [&run](std::string_view key) {
    const TableFile* file = run->Find(key);
    return file == nullptr ? 0 : file->number();
  };
  EXPECT_EQ(number(""), 0u);
  EXPECT_EQ(number("az"), 0u);
  EXPECT_EQ(number("b"), 1u);
  EXPECT_EQ(number("c"), 1u);
  EXPECT_EQ(number("d"), 1u);
  EXPECT_EQ(number(std::string_view("d\0", 2)), 0u);
  EXPECT_EQ(number("f"), 2u);
  EXPECT_EQ(number("q"), 3u);
  EXPECT_EQ(number("qq"), 0u);
}

TEST(Run, KnowsWhichFilesARangeTouches) {
  using Indexes = std::pair<size_t, size_t>;
  const auto run = Three();
  EXPECT_EQ(run->Overlap("", "z"), Indexes(0, 3));
  EXPECT_EQ(run->Overlap("d", "f"), Indexes(0, 2));
  EXPECT_EQ(run->Overlap("e", "e"), Indexes(1, 1));
  EXPECT_EQ(run->Overlap("g", "p"), Indexes(2, 3));
  EXPECT_EQ(run->Overlap("r", "z"), Indexes(3, 3));
}

TEST(Run, RefusesFilesThatOverlap) {
  const auto run = Run::Create(1, {File(1, "b", "d"), File(2, "d", "f")});
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.status().code(), base::Code::kCorruption);
  EXPECT_NE(run.status().message().find("0000000000000002.sst"),
            std::string_view::npos);
}

TEST(Run, IteratesOverItsTablesAsIfTheyWereOne) {
  TableLab lab;
  base::Random random(1);
  const std::vector<Row> rows = RandomRows(random, 500);
  // Cut between two keys, as whoever writes tables does.
  std::vector<TableFilePtr> files;
  size_t begin = 0;
  for (size_t end = 1; end <= rows.size(); ++end) {
    const bool last = end == rows.size();
    if (!last && (end - begin < 60 || rows[end].key == rows[end - 1].key)) {
      continue;
    }
    const std::vector<Row> part(rows.begin() + begin, rows.begin() + end);
    TableInfo info;
    info.number = files.size() + 1;
    info.smallest = part.front().key;
    info.largest = part.back().key;
    files.push_back(std::make_shared<TableFile>(
        info, lab.Make(part, info.number).value(), nullptr));
    begin = end;
  }
  ASSERT_GT(files.size(), 3u);
  const auto run = Run::Create(1, files).value();
  const auto all = NewRunIterator(run, {});
  EXPECT_FALSE(all->Valid());
  EXPECT_EQ(AllRows(*all), rows);

  const auto it = NewRunIterator(run, {});
  for (int i = 0; i < 200; ++i) {
    Row wanted = rows[random.Below(rows.size())];
    if (random.OneIn(2)) wanted.key.push_back('b');
    it->Seek(wanted.key);
    auto expected = std::find_if(
        rows.begin(), rows.end(),
        [&wanted](const Row& row) { return row.key >= wanted.key; });
    for (int step = 0; step < 70 && expected != rows.end();
         ++step, ++expected) {
      ASSERT_TRUE(it->Valid());
      ASSERT_EQ(RowAt(*it), *expected);
      it->Next();
    }
  }
  it->Seek("\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().ok());

  for (int i = 0; i < 200; ++i) {
    Row wanted = rows[random.Below(rows.size())];
    if (random.OneIn(2)) wanted.key.push_back('b');
    it->SeekBefore(wanted.key);
    auto expected = std::find_if(
        rows.rbegin(), rows.rend(),
        [&wanted](const Row& row) { return row.key < wanted.key; });
    for (int step = 0; step < 70 && expected != rows.rend();
         ++step, ++expected) {
      ASSERT_TRUE(it->Valid());
      ASSERT_EQ(RowAt(*it), *expected);
      it->Prev();
    }
  }
  auto backward = rows.rbegin();
  for (it->SeekToLast(); it->Valid(); it->Prev(), ++backward) {
    ASSERT_EQ(RowAt(*it), *backward);
  }
  EXPECT_EQ(backward, rows.rend());
  it->SeekBefore("");
  EXPECT_FALSE(it->Valid());
  it->SeekBefore("\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(RowAt(*it), rows.back());
}

TEST(Run, AnIteratorStopsAtADamagedTable) {
  TableLab lab;
  std::vector<TableFilePtr> files;
  for (uint64_t number = 1; number <= 2; ++number) {
    const std::string key(1, static_cast<char>('a' + number));
    const auto table = lab.Make({Value(key, 1, "v")}, number).value();
    files.push_back(std::make_shared<TableFile>(
        TableInfo{.number = number, .smallest = key, .largest = key}, table,
        nullptr));
  }
  lab.fs_.FlipBit(lab.path(2), 1, 0);
  const auto it = NewRunIterator(Run::Create(1, files).value(), {});
  it->SeekToFirst();
  ASSERT_TRUE(it->Valid());
  it->Next();
  EXPECT_FALSE(it->Valid());
  EXPECT_EQ(it->status().code(), base::Code::kCorruption);
}

}  // namespace
}  // namespace lsm
