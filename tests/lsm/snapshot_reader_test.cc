// A model of snapshots: an engine without threads does random work, and every
// snapshot and range that is alive must show the rows of its moment, whatever
// was flushed, compacted, killed and evicted since.

#include "lsm/snapshot_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {
namespace {

using Rows = std::map<std::string, std::string>;

// What a range shows, read in pages of this many rows.
std::vector<std::pair<std::string, std::string>> ReadPages(
    SnapshotReader* reader, std::string begin, std::string end, bool backward,
    size_t rows_max) {
  std::vector<std::pair<std::string, std::string>> rows;
  bool more = true;
  while (more) {
    RowPage page;
    const auto read = reader->Read({.begin = begin,
                                    .end = end,
                                    .backward = backward,
                                    .rows_max = rows_max,
                                    .bytes_max = 1 << 20},
                                   &page);
    EXPECT_TRUE(read.ok()) << read.status().ToString();
    more = read.ok() && read.value();
    for (size_t i = 0; i < page.size(); ++i) {
      rows.emplace_back(page.key(i), page.value(i));
    }
    if (!more) break;
    if (backward) {
      end = rows.back().first;
    } else {
      begin = rows.back().first;
      begin.push_back('\0');
    }
  }
  return rows;
}

class SnapshotModel {
 public:
  SnapshotModel(uint64_t seed, bool faulty) : random_(seed) {
    lab_.options.faults.flush_over_snapshots = faulty;
    // So small that clean records are evicted.
    lab_.options.memory_bytes = 1 << 20;
    CHECK(lab_.Open().ok());
  }

  void Step() {
    const uint64_t toss = random_.Below(100);
    if (toss < 60) {
      Write();
    } else if (toss < 68) {
      const auto snapshot = lab_->TakeSnapshot();
      Hold({
          {snapshot, nullptr},
          "", "", now_
      });
    } else if (toss < 76) {
      std::string begin = Key();
      std::string end = random_.OneIn(3) ? "" : Key();
      RangePin pin = lab_->TakeRange(begin, end);
      Hold({std::move(pin), std::move(begin), std::move(end), now_});
    } else if (toss < 84) {
      if (!held_.empty()) Check(held_[random_.Below(held_.size())]);
    } else if (toss < 88) {
      if (!held_.empty()) {
        held_.erase(held_.begin() + random_.Below(held_.size()));
      }
    } else if (toss < 91) {
      CHECK(lab_.Flush().ok());
    } else if (toss < 93) {
      CHECK(lab_.Compact().ok());
    } else if (toss < 94) {
      KillScope();
    } else {
      lab_.Drive();
    }
  }
  void CheckAll() {
    for (const Held& held : held_) Check(held);
  }
  const std::string& violation() const { return violation_; }

 private:
  struct Held {
    RangePin pin;
    std::string begin;
    std::string end;
    Rows rows;
    // Goes on across whatever happens between two looks at the range.
    std::shared_ptr<SnapshotReader> reader = nullptr;
  };

  // Scope keys are 'M', scope, name.
  std::string Key() {
    std::string key = "M" + std::string(1, static_cast<char>('a' + scope_));
    key += random_.OneIn(20) ? "" : base::StrCat(random_.Below(40));
    return key;
  }

  void Write() {
    WriteBatch batch;
    Rows next = now_;
    std::map<std::string, bool> used;
    for (uint64_t i = random_.Below(3) + 1; i > 0; --i) {
      const std::string key = Key();
      if (!used.emplace(key, true).second) continue;
      if (random_.OneIn(3)) {
        batch.Delete(key);
        next.erase(key);
      } else {
        const std::string value = base::StrCat(
            ++writes_, std::string(random_.OneIn(8) ? 6000 : 100, 'v'));
        batch.Put(key, random_.OneIn(30) ? "" : value);
        next[key] = std::string(batch[batch.size() - 1].value);
      }
    }
    lab_.Write(batch);
    now_ = std::move(next);
  }

  void KillScope() {
    WriteBatch batch;
    batch.KillScope("M" + std::string(1, static_cast<char>('a' + scope_)));
    lab_.Write(batch);
    // What is dead is not looked at; older snapshots look at it all the same.
    now_.clear();
    ++scope_;
    dead_below_ = "M" + std::string(1, static_cast<char>('a' + scope_));
  }

  void Hold(Held held) {
    if (held.begin < dead_below_) held.begin = dead_below_;
    if (!held.end.empty() && held.end < held.begin) held.end = held.begin;
    std::erase_if(held.rows, [&held](const auto& row) {
      return row.first < held.begin ||
             (!held.end.empty() && row.first >= held.end);
    });
    if (held_.size() > 12) held_.erase(held_.begin());
    held.reader = std::make_shared<SnapshotReader>(held.pin);
    held_.push_back(std::move(held));
  }

  void Check(const Held& held) {
    if (!held.end.empty() && held.end <= held.begin) return;
    const size_t rows_max = random_.OneIn(2) ? 7 : 10000;
    const std::vector<std::pair<std::string, std::string>> expected(
        held.rows.begin(), held.rows.end());
    auto seen =
        ReadPages(held.reader.get(), held.begin, held.end, false, rows_max);
    if (seen != expected) Violate("forward");
    seen = ReadPages(held.reader.get(), held.begin, held.end, true, rows_max);
    std::reverse(seen.begin(), seen.end());
    if (seen != expected) Violate("backward");
    if (held.pin.newest != nullptr) return;
    const std::string key = Key();
    if (key < held.begin || (!held.end.empty() && key >= held.end)) return;
    const auto row = held.pin.snapshot->Get(key, HashKey(key));
    CHECK(row.ok());
    const auto known = held.rows.find(key);
    if (row.value().has_value() != (known != held.rows.end())) Violate("get");
    if (row.value() && known != held.rows.end() &&
        row.value()->value != known->second) {
      Violate("value");
    }
  }

  void Violate(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }

  base::Random random_;
  EngineLab lab_;
  Rows now_;
  int scope_ = 0;
  std::string dead_below_ = "Ma";
  uint64_t writes_ = 0;
  std::vector<Held> held_;
  std::string violation_;
};

TEST(SnapshotReader, ShowsTheMomentOfItsSnapshot) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SnapshotModel model(seed, /*faulty=*/false);
    for (int step = 0; step < 800 && model.violation().empty(); ++step) {
      model.Step();
    }
    model.CheckAll();
    ASSERT_EQ(model.violation(), "") << "seed " << seed;
  }
}

TEST(SnapshotReader, AFlushThatForgetsSnapshotsIsNoticed) {
  int noticed = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SnapshotModel model(seed, /*faulty=*/true);
    for (int step = 0; step < 800 && model.violation().empty(); ++step) {
      model.Step();
    }
    noticed += model.violation().empty() ? 0 : 1;
  }
  EXPECT_GE(noticed, 4);
}

TEST(SnapshotReader, AnErrorGivesNoRowsOut) {
  EngineLab lab;
  ASSERT_TRUE(lab.Open().ok());
  lab.Fill("k", 300);
  ASSERT_TRUE(lab.Flush().ok());
  lab.Put("a", "in memory");
  const auto snapshot = lab->TakeSnapshot();
  const std::string table = lab.Path(lab.Find(".sst"));
  lab.disk->FailReads(table, 0, 4096);
  for (const bool backward : {false, true}) {
    RowPage page;
    const auto read =
        SnapshotReader({snapshot, nullptr})
            .Read(
                {.backward = backward, .rows_max = 10000, .bytes_max = 1 << 20},
                &page);
    EXPECT_EQ(read.status().code(), base::Code::kIo) << backward;
  }
}

}  // namespace
}  // namespace lsm
