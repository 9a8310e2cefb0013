#include "lsm/saved_rows.h"

#include <gtest/gtest.h>

#include <utility>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

class SavedRowsTest : public testing::Test {
 protected:
  void AddTable(uint64_t number, const std::vector<Row>& rows) {
    lab_.Build(rows, number);
    const auto check =
        CheckTable({&lab_.fs_, lab_.path(number), number, lab_.uuid_});
    saved_.AddTable(lab_.path(number), check.value());
  }
  std::vector<std::pair<std::string, std::string>> Live() {
    std::vector<std::pair<std::string, std::string>> live;
    const base::Status status = saved_.VisitLive(
        {
            {.leading = 'M', .scope_lengths = {2}}
    },
        [&](std::string_view key, uint64_t, std::string_view value) {
          live.emplace_back(key, value);
          return base::Status::Ok();
        });
    EXPECT_TRUE(status.ok()) << status.ToString();
    return live;
  }

  TableLab lab_;
  SavedRows saved_{&lab_.fs_};
};

TEST_F(SavedRowsTest, ShowTheNewestOfEachKeyWhereverItIs) {
  AddTable(1, {Value("a", 1, "1"), Value("b", 2, "2")});
  AddTable(2, {Value("c", 3, "3"), Value("d", 4, "4")});
  AddTable(3, {Tombstone("b", 9), Value("c", 8, "8")});
  WriteBatch batch;
  batch.Put("d", HashKey("d"), "10");
  batch.Delete("a", HashKey("a"));
  batch.AddCount(4, 2);
  saved_.AddBatch(10, batch);
  const auto live = Live();
  ASSERT_EQ(live.size(), 2u);
  EXPECT_EQ(live[0], (std::pair<std::string, std::string>{"c", "8"}));
  EXPECT_EQ(live[1], (std::pair<std::string, std::string>{"d", "10"}));
  EXPECT_EQ(saved_.counts().at(4), 2);
}

TEST_F(SavedRowsTest, LeaveOutScopesThatWereKilledLater) {
  AddTable(1, {Value("M1x", 1, "dead"), Value("M2x", 1, "alive")});
  WriteBatch batch;
  batch.KillScope("M1");
  saved_.AddBatch(5, batch);
  saved_.AddKill("M2", 0);
  const auto live = Live();
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].first, "M2x");
}

TEST_F(SavedRowsTest, TellWhatLiesBelowABlindPutUntilItIsSettled) {
  AddTable(1, {Value("a", 1, "old a"), Value("b", 2, "old b")});
  WriteBatch batch;
  for (const char* key : {"a", "b", "new"}) {
    batch.BlindPut(key, HashKey(key), "new");
  }
  saved_.AddBatch(5, batch);
  WriteBatch settlement;
  settlement.Settle("a");
  saved_.AddBatch(6, settlement);
  std::vector<std::string> owed;
  const auto note = [&](std::string_view, uint64_t, std::string_view value) {
    owed.emplace_back(value);
    return base::Status::Ok();
  };
  ASSERT_TRUE(saved_.VisitOwed({}, note).ok());
  EXPECT_EQ(owed, std::vector<std::string>{"old b"});
  EXPECT_EQ(Live().size(), 3u);
}

TEST_F(SavedRowsTest, HaveEachRowOnceThoughLogAndTableHaveIt) {
  AddTable(1, {Value("a", 7, "x")});
  WriteBatch batch;
  batch.Put("a", HashKey("a"), "x");
  saved_.AddBatch(7, batch);
  EXPECT_EQ(Live().size(), 1u);
}

TEST_F(SavedRowsTest, HandOnWhatTheDiskSays) {
  AddTable(1, {Value("a", 7, "x")});
  lab_.fs_.FailReads(lab_.path(1), 0, 1);
  const base::Status status =
      saved_.VisitLive({}, [](std::string_view, uint64_t, std::string_view) {
        return base::Status::Ok();
      });
  EXPECT_EQ(status.code(), base::Code::kIo);
}

}  // namespace
}  // namespace lsm
