// Walks through the engine that owns them; pages are read when the test says
// so, in RunBackground.

#include "lsm/range_walks.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "lsm/engine_lab.h"

namespace lsm {
namespace {

class RangeWalksTest : public testing::Test {
 protected:
  static constexpr int kRows = 9500;  // More than a page.

  RangeWalksTest() {
    lab.options.memory_bytes = 32 << 20;
    CHECK(lab.Open().ok());
    lab.Fill("k", kRows);
    CHECK(lab.Flush().ok());
  }

  Sequence Walk(std::string begin, std::string end, size_t value_bytes = 100) {
    return lab->WalkRange(
        std::move(begin), std::move(end), value_bytes,
        [this](const RowPage& page, bool last) {
          EXPECT_FALSE(last_);
          last_ = last;
          ++pages_;
          for (size_t i = 0; i < page.size(); ++i) {
            rows_.emplace(page.key(i), page.value(i));
          }
          return visit_status_;
        },
        [this](base::Status status) { done_ = std::move(status); });
  }

  EngineLab lab;
  EngineLab::Rows rows_;
  int pages_ = 0;
  bool last_ = false;
  base::Status visit_status_;
  std::optional<base::Status> done_;
};

TEST_F(RangeWalksTest, ShowAllRowsOfTheirMoment) {
  lab.Put("k0000", "changed before");
  const EngineLab::Rows expected = lab.ReadAll();
  EXPECT_EQ(Walk("", ""), lab->applied());
  lab.Put("k0001", "changed later");
  lab.Put("later", "x");
  EXPECT_FALSE(done_.has_value());
  lab.Drive();
  ASSERT_TRUE(done_.has_value() && done_->ok());
  EXPECT_TRUE(last_);
  EXPECT_GT(pages_, 1);
  EXPECT_EQ(rows_, expected);
}

TEST_F(RangeWalksTest, GoOnWhileTheirTablesAreReplaced) {
  const EngineLab::Rows expected = lab.ReadAll();
  Walk("", "");
  ASSERT_TRUE(lab->RunBackground());
  lab.Fill("k", 100);
  ASSERT_TRUE(lab.Compact().ok());
  lab.Drive();
  ASSERT_TRUE(done_.has_value() && done_->ok());
  EXPECT_EQ(rows_, expected);
}

TEST_F(RangeWalksTest, ShowTheRangeAndTheBytesThatAreWanted) {
  Walk("k0100", "k0103", 3);
  lab.Drive();
  EXPECT_EQ(rows_, (EngineLab::Rows{
                       {"k0100", "the"},
                       {"k0101", "the"},
                       {"k0102", "the"}
  }));
  EXPECT_TRUE(last_);
}

TEST_F(RangeWalksTest, EndWithTheErrorOfWhoLooks) {
  visit_status_ = base::Status::Invalid("enough");
  Walk("", "");
  lab.Drive();
  EXPECT_EQ(done_->message(), "enough");
  EXPECT_EQ(pages_, 1);
}

TEST_F(RangeWalksTest, NameTheFileThatCannotBeRead) {
  ASSERT_TRUE(lab.Close().ok());
  ASSERT_TRUE(lab.Open().ok());
  for (const auto& [name, bytes] : lab.Files()) {
    if (name.ends_with(".sst")) lab.disk->FailReads(lab.Path(name), 0, 1 << 20);
  }
  Walk("", "");
  lab.Drive();
  ASSERT_TRUE(done_.has_value());
  EXPECT_NE(done_->message().find(".sst"), std::string_view::npos);
  EXPECT_FALSE(last_);
}

TEST_F(RangeWalksTest, AreToldWhenTheEngineIsClosed) {
  Walk("", "");
  ASSERT_TRUE(lab->RunBackground());
  ASSERT_TRUE(lab.Close().ok());
  EXPECT_TRUE(done_->IsMiss());
}

}  // namespace
}  // namespace lsm
