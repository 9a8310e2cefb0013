#include "lsm/expiry_walk.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "lsm/table_shelf.h"

namespace lsm {
namespace {

// A value "@700" dies at 700 ms.
int64_t ExpiryOf(std::string_view, std::string_view value) {
  if (!value.starts_with('@')) return 0;
  return base::ParseInt(value.substr(1)).value_or(0);
}

class ExpiryWalkTest : public testing::Test {
 protected:
  ExpiryWalkTest() {
    shelf.expiry_of = ExpiryOf;
    options.expiry_of = ExpiryOf;
  }

  // One walk; what it reports, as "key:sequence:time".
  std::vector<std::string> Walk(const Version& version, int64_t horizon_ms,
                                size_t rows_max = SIZE_MAX) {
    auto plan = walk.Begin(version, horizon_ms, rows_max);
    files_read = plan.files.size();
    std::vector<std::string> reported;
    const auto report = [&](const std::vector<ExpiringRow>& rows) {
      for (const ExpiringRow& row : rows) {
        reported.push_back(
            base::StrCat(row.key, ":", row.sequence, ":", row.expires_ms));
      }
    };
    status = ExpiryWalk::Run(
        options, report, [this] { return stop; }, &plan);
    walk.End(plan);
    stopped = plan.stopped;
    return reported;
  }

  using Reported = std::vector<std::string>;
  TableShelf shelf;
  Options options;
  ExpiryWalk walk;
  size_t files_read = 0;
  bool stop = false;
  bool stopped = false;
  base::Status status;
};

TEST_F(ExpiryWalkTest, ReportsWhatDiesUntilTheHorizon) {
  const auto version = TableShelf::VersionOf({
      shelf.Add({{"ka", "@500"},
                 {"kb", "@501"},
                 {"kc", "lives"},
                 {"kd", ""},
                 {"ke", "@100"}},
                7)
  });
  EXPECT_EQ(Walk(*version, 500), (Reported{"ka:7:500", "ke:7:100"}));
  EXPECT_TRUE(status.ok());
}

TEST_F(ExpiryWalkTest, ReadsOnlyTablesInWhichSomethingIsDue) {
  const auto version = TableShelf::VersionOf({
      shelf.Add({{"ka", "@500"} },
      1),
      shelf.Add({{"kb", "@900"} },
      2),
      shelf.Add({{"kc", "lives"}},
      3),
  });
  EXPECT_EQ(Walk(*version, 400), Reported{});
  EXPECT_EQ(files_read, 0u);
  EXPECT_EQ(Walk(*version, 600), Reported{"ka:1:500"});
  EXPECT_EQ(files_read, 1u);
}

// The rows stay in their table until it is merged: they are deleted above it.
TEST_F(ExpiryWalkTest, ReadsATableAgainOnlyForWhatDiesNext) {
  const auto version = TableShelf::VersionOf({
      shelf.Add({{"ka", "@500"}, {"kb", "@900"}},
      1)
  });
  EXPECT_EQ(Walk(*version, 600), Reported{"ka:1:500"});
  EXPECT_EQ(Walk(*version, 800), Reported{});
  EXPECT_EQ(files_read, 0u);
  EXPECT_EQ(Walk(*version, 900), (Reported{"ka:1:500", "kb:1:900"}));
  EXPECT_EQ(Walk(*version, 2000), Reported{});
  EXPECT_EQ(files_read, 0u);
}

TEST_F(ExpiryWalkTest, AWalkThatWasStoppedIsDoneAgain) {
  const auto version = TableShelf::VersionOf({
      shelf.Add({{"ka", "@500"}},
      1)
  });
  stop = true;
  EXPECT_EQ(Walk(*version, 600), Reported{});
  EXPECT_TRUE(status.ok());
  stop = false;
  EXPECT_EQ(Walk(*version, 600), Reported{"ka:1:500"});
}

TEST_F(ExpiryWalkTest, AWalkThatCouldNotReadIsDoneAgain) {
  const TableFilePtr file = shelf.Add(
      {
          {"ka", "@500"}
  },
      1);
  const auto version = TableShelf::VersionOf({file});
  shelf.fs.FailReads(shelf.store->PathOf(file->number()), 0, 1 << 20);
  EXPECT_EQ(Walk(*version, 600), Reported{});
  EXPECT_EQ(status.code(), base::Code::kIo);
  shelf.fs.HealReads();
  EXPECT_EQ(Walk(*version, 600), Reported{"ka:1:500"});
}

TEST_F(ExpiryWalkTest, ReportsInBatches) {
  TableShelf::Rows rows;
  for (int i = 0; i < 3000; ++i) rows.emplace(base::StrCat("k", i), "@5");
  const auto version = TableShelf::VersionOf({shelf.Add(rows, 1)});
  EXPECT_EQ(Walk(*version, 600).size(), 3000u);
}

TEST_F(ExpiryWalkTest, GoesOnWhereTheLastOneHadReportedEnough) {
  const auto version = TableShelf::VersionOf({
      shelf.Add(
          {{"ka", "@500"},  {"kb", "@900"}, {"kc", "@400"}, {"kd", "@500"}},
          1),
      shelf.Add({{"ke", "@500"}, {"kf", "@500"}              },
          2),
  });
  EXPECT_EQ(Walk(*version, 600, 3),
            (Reported{"ke:2:500", "kf:2:500", "ka:1:500"}));
  EXPECT_TRUE(stopped);
  EXPECT_EQ(Walk(*version, 600, 1), Reported{"kc:1:400"});
  EXPECT_TRUE(stopped);
  EXPECT_EQ(Walk(*version, 600, 1), Reported{"kd:1:500"});
  EXPECT_FALSE(stopped);
  EXPECT_EQ(Walk(*version, 600, 1), Reported{});
  EXPECT_EQ(files_read, 0u);
  // What died before the place where it went on is not forgotten.
  EXPECT_EQ(Walk(*version, 900),
            (Reported{"ka:1:500", "kb:1:900", "kc:1:400", "kd:1:500"}));
}

}  // namespace
}  // namespace lsm
