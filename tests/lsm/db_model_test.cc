// Db beside a std::map: whatever is done in whatever order, both answer the
// same. The seed is printed on failure; the same seed does the same again,
// apart from when background work gets to it.

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/quoting.h"
#include "base/random.h"
#include "base/strings.h"
#include "lsm/db.h"
#include "support/crash_file_system.h"

namespace lsm {
namespace {

using base::StrCat;
using Rows = std::map<std::string, std::string>;

class DbModel {
 public:
  explicit DbModel(uint64_t seed, const Faults& faults = {}) : random_(seed) {
    (void)base::OpenLog("/dev/null", base::LogLevel::kWarning).ok();
    options_.fs = &disk_;
    options_.directory = "/data";
    options_.generation_bytes = 64 << 10;
    options_.table_bytes = 64 << 10;
    options_.log_segment_bytes = 256 << 10;
    options_.memory_bytes = 4 << 20;
    options_.blob_bytes_min = 1000;
    options_.key_ranges = {
        {.leading = 0xff, .filter = false, .block_bytes = 512}
    };
    options_.faults = faults;
  }

  // Empty, or what is wrong.
  std::string Run(int steps) {
    if (!Reopen()) return violation_;
    for (int i = 0; i < steps && violation_.empty(); ++i) {
      Step();
      if (!violation_.empty()) return StrCat("step ", i, ": ", violation_);
    }
    return violation_;
  }

 private:
  // A moment, and what was there then.
  struct Moment {
    std::shared_ptr<const Snapshot> snapshot;
    Rows rows;
  };
  // `at` is where `it` should be; end(): not Valid.
  struct Walk {
    std::unique_ptr<DbIterator> it;
    Rows rows;
    Rows::const_iterator at;
  };

  void Fail(std::string_view what) {
    if (violation_.empty()) violation_ = what;
  }
  bool Check(const base::Status& status) {
    if (!status.ok()) Fail(status.ToString());
    return status.ok();
  }

  // Few letters, among them the first and the last byte, so that one key is
  // often the beginning of another. Now and then the empty one.
  std::string Key() {
    static constexpr std::string_view kLetters("\0ab\xff", 4);
    std::string key;
    for (uint64_t left = random_.Below(5); left > 0; --left) {
      key.push_back(kLetters[random_.Below(kLetters.size())]);
    }
    return key;
  }
  std::string Value() {
    if (random_.OneIn(10)) return "";
    const size_t bytes = random_.OneIn(20) ? 3000 : 200;
    std::string value = StrCat(random_.Next(), " ");
    value.resize(random_.Below(bytes), 'v');
    return value;
  }

  void Step() {
    const uint64_t dice = random_.Below(1000);
    if (dice < 200) {
      Write();
    } else if (dice < 300) {
      Get();
    } else if (dice < 320) {
      TakeMoment();
    } else if (dice < 360) {
      BeginWalk();
    } else if (dice < 996) {
      if (!walks_.empty()) Move(walks_[random_.Below(walks_.size())].get());
    } else if (dice < 998) {
      Check(db_->Flush());
    } else if (dice < 999) {
      Check(db_->Compact());
    } else {
      Reopen();
    }
  }

  bool Reopen() {
    walks_.clear();
    moments_.clear();
    if (db_ != nullptr && !Check(db_->Close())) return false;
    db_.reset();
    auto opened = Db::Open(options_);
    if (!Check(opened.status())) return false;
    db_ = std::move(opened).value();
    return true;
  }

  void Write() {
    const WriteOptions options = {.sync = random_.OneIn(20)};
    if (random_.OneIn(3)) {
      WriteBatch batch;
      for (uint64_t left = random_.Below(20); left > 0; --left) {
        const std::string key = Key();
        if (random_.OneIn(3)) {
          batch.Delete(key);
          rows_.erase(key);
        } else {
          const std::string value = Value();
          batch.Put(key, value);
          rows_[key] = value;
        }
      }
      Check(db_->Write(batch, options));
      return;
    }
    const std::string key = Key();
    if (random_.OneIn(3)) {
      Check(db_->Delete(key, options));
      rows_.erase(key);
    } else {
      const std::string value = Value();
      Check(db_->Put(key, value, options));
      rows_[key] = value;
    }
  }

  const Moment* AnyMoment() {
    if (moments_.empty() || random_.OneIn(2)) return nullptr;
    return &moments_[random_.Below(moments_.size())];
  }

  void Get() {
    const std::string key = Key();
    const Moment* const then = AnyMoment();
    const Rows& rows = then == nullptr ? rows_ : then->rows;
    const auto row =
        then == nullptr ? db_->Get(key) : db_->Get(key, *then->snapshot);
    if (!Check(row.status())) return;
    const auto expected = rows.find(key);
    if (!row.value()) {
      if (expected != rows.end()) Fail(StrCat(base::Quoted(key), " is lost"));
    } else if (expected == rows.end()) {
      Fail(StrCat(base::Quoted(key), " is back"));
    } else if (row.value()->value != expected->second) {
      Fail(StrCat(base::Quoted(key), " has another value"));
    } else if (then != nullptr &&
               row.value()->sequence > then->snapshot->sequence()) {
      Fail(StrCat(base::Quoted(key), " is newer than the snapshot"));
    }
  }

  void TakeMoment() {
    if (moments_.size() == 3) {
      moments_.erase(moments_.begin() +
                     static_cast<ptrdiff_t>(random_.Below(3)));
    }
    moments_.push_back({db_->TakeSnapshot(), rows_});
  }

  void BeginWalk() {
    if (walks_.size() == 4) {
      walks_.erase(walks_.begin() + static_cast<ptrdiff_t>(random_.Below(4)));
    }
    RangeOptions range;
    if (random_.OneIn(2)) range.begin = Key();
    if (random_.OneIn(2)) range.end = Key();
    const Moment* const then = AnyMoment();
    const Rows& rows = then == nullptr ? rows_ : then->rows;
    if (then != nullptr) range.snapshot = then->snapshot;
    auto walk = std::make_unique<Walk>();
    for (auto row = rows.lower_bound(range.begin);
         row != rows.end() && (range.end.empty() || row->first < range.end);
         ++row) {
      walk->rows.insert(*row);
    }
    walk->it = db_->NewIterator(range);
    walk->at = walk->rows.end();
    Compare(*walk, "a new iterator");
    walks_.push_back(std::move(walk));
  }

  void Move(Walk* walk) {
    const Rows& rows = walk->rows;
    auto& at = walk->at;
    const auto before = [&rows](Rows::const_iterator row) {
      return row == rows.begin() ? rows.end() : std::prev(row);
    };
    switch (at == rows.end() ? random_.Below(4) : random_.Below(30)) {
      case 0:
        walk->it->SeekToFirst();
        at = rows.begin();
        return Compare(*walk, "SeekToFirst");
      case 1:
        walk->it->SeekToLast();
        at = before(rows.end());
        return Compare(*walk, "SeekToLast");
      case 2: {
        const std::string key = Key();
        walk->it->Seek(key);
        at = rows.lower_bound(key);
        return Compare(*walk, StrCat("Seek ", base::Quoted(key)));
      }
      case 3: {
        const std::string key = Key();
        walk->it->SeekForPrev(key);
        at = before(rows.upper_bound(key));
        return Compare(*walk, StrCat("SeekForPrev ", base::Quoted(key)));
      }
      default:
        break;
    }
    if (random_.OneIn(2)) {
      walk->it->Next();
      ++at;
      return Compare(*walk, "Next");
    }
    walk->it->Prev();
    at = before(at);
    Compare(*walk, "Prev");
  }

  void Compare(const Walk& walk, std::string_view after) {
    if (!Check(walk.it->status())) return;
    const bool valid = walk.at != walk.rows.end();
    const std::string wanted = valid ? base::Quoted(walk.at->first) : "no row";
    const std::string found =
        walk.it->Valid() ? base::Quoted(walk.it->key()) : "no row";
    if (found != wanted) {
      Fail(StrCat("after ", after, " at ", found, " instead of ", wanted));
    } else if (valid && walk.it->value() != walk.at->second) {
      Fail(StrCat("after ", after, " another value of ", found));
    }
  }

  base::Random random_;
  support::CrashFileSystem disk_;
  Options options_;
  std::unique_ptr<Db> db_;
  Rows rows_;
  std::vector<Moment> moments_;
  std::vector<std::unique_ptr<Walk>> walks_;
  std::string violation_;
};

TEST(DbModel, AnswersAsAMapDoes) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    ASSERT_EQ(DbModel(seed).Run(10'000), "") << "seed " << seed;
  }
}

TEST(DbModel, NoticesTombstonesThatAreDroppedEarly) {
  std::string violation;
  for (uint64_t seed = 1; seed <= 20 && violation.empty(); ++seed) {
    violation = DbModel(seed, {.drop_tombstones_early = true}).Run(10'000);
  }
  EXPECT_NE(violation, "");
}

}  // namespace
}  // namespace lsm
