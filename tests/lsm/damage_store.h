// DamageStore is a small closed store in memory of which tests damage copies,
// and the question whether a damaged one is still believed rightly.
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
#include "base/strings.h"
#include "lsm/engine_lab.h"

namespace lsm {

// A small closed store and what is in it: tables on two levels, a blob file, a
// log of some segments, a counter.
class DamageStore {
 public:
  static constexpr uint64_t kCounter = 3;
  static constexpr int kBlobs = 4;  // values that lie apart

  // `merged`: its last edit is that of a compaction.
  explicit DamageStore(const Faults& faults = {}, bool preallocate = true,
                       bool merged = false) {
    EngineLab lab;
    lab.options.faults = faults;
    lab.options.log_preallocate = preallocate;
    lab.options.generation_bytes = 1 << 20;  // No flush but those below.
    lab.options.blob_bytes_min = 600;
    CHECK(lab.Open().ok());
    lab.Fill("Mb", 100);
    for (int i = 0; i < kBlobs; ++i) {
      lab.Put(base::StrCat("Mf", i), BlobOf(i));
    }
    CHECK(lab.Compact().ok());
    lab.Fill("Ma", 60);
    lab.Delete("Mb0005");
    CHECK(lab.Flush().ok());
    lab.Fill("Mc", 30);
    WriteBatch batch;
    batch.AddCount(kCounter, 11);
    batch.KillScope("Mx");
    lab.Write(batch);
    lab.Drive();
    // Into the next segment: what lists that one must be believed, too.
    lab.Put("Md", std::string(50'000, 'd'));
    lab.Drive();
    lab.Put("Me", std::string(20'000, 'e'));
    lab.Drive();
    if (merged) {
      CHECK(lab.Compact().ok());
      lab.Drive();
    }
    rows_ = lab.ReadAll();
    CHECK(lab.Close().ok());
    disk_ = lab.disk;
    lab.disk = nullptr;
    options_ = lab.options;
    for (const std::string& name : disk_->List("/data").value()) {
      if (name != "LOCK") names_.push_back(name);
    }
  }

  // As they were when it was closed.
  const EngineLab::Rows& rows() const { return rows_; }
  const std::vector<std::string>& names() const { return names_; }
  uint64_t SizeOf(const std::string& name) const {
    return disk_->FileSize(Path(name)).value();
  }
  static std::string Path(const std::string& name) { return "/data/" + name; }
  // One to damage.
  std::shared_ptr<support::CrashFileSystem> Copy() const {
    return disk_->Kill();
  }

  // Empty, or what is wrong with how `disk` is opened and read, on which
  // `damaged` are the damaged files.
  std::string Check(std::shared_ptr<support::CrashFileSystem> disk,
                    const std::vector<std::string>& damaged) const {
    EngineLab lab;
    lab.options.faults = options_.faults;
    lab.options.log_preallocate = options_.log_preallocate;
    lab.disk = std::move(disk);
    const EngineLab::Rows before = lab.Files();
    const base::Status opened = lab.Open();
    if (!opened.ok()) {
      if (lab.Files() != before) return "a refusal has changed the directory";
      return CheckNamed(opened, damaged);
    }
    if (lab->counter(kCounter) != 11) return "the counter is wrong";
    auto expected = rows_.begin();
    const auto range = lab->NewRange("", "");
    for (; range->Valid(); range->Next(), ++expected) {
      if (expected == rows_.end() || expected->first != range->key() ||
          expected->second != range->value()) {
        return base::StrCat("wrong or missing row before ", range->key());
      }
    }
    if (!range->status().ok()) return CheckNamed(range->status(), damaged);
    if (expected != rows_.end()) return "rows are silently missing";
    for (const char* key :
         {"Ma0001", "Mb0005", "Mb0099", "Mc0007", "Me", "Mf1"}) {
      const auto row = lab.Read(key);
      if (!row.ok()) {
        const std::string wrong = CheckNamed(row.status(), damaged);
        if (!wrong.empty()) return wrong;
        continue;
      }
      const auto it = rows_.find(key);
      if (it == rows_.end() ? row.value().has_value()
                            : row.value() != it->second) {
        return base::StrCat("wrong value of ", key);
      }
    }
    return "";
  }

 private:
  // Half noise: some are compressed, some are not.
  static std::string BlobOf(int i) {
    base::Random random(static_cast<uint64_t>(i));
    std::string value;
    for (int n = 0; n < 600; ++n) {
      value.push_back(n % 2 < i % 2 ? 'x' : static_cast<char>(random.Next()));
    }
    return value + std::string(static_cast<size_t>(i) * 30, 'y');
  }

  static std::string CheckNamed(const base::Status& status,
                                const std::vector<std::string>& damaged) {
    for (const std::string& name : damaged) {
      if (status.message().find(name) != std::string_view::npos) return "";
    }
    return "names no damaged file: " + status.ToString();
  }

  EngineLab::Rows rows_;
  std::shared_ptr<support::CrashFileSystem> disk_;
  Options options_;
  std::vector<std::string> names_;
};

// The bytes to damage: all at both ends, and some hundred in between.
inline std::vector<uint64_t> Offsets(uint64_t size, uint64_t ends,
                                     uint64_t steps) {
  std::vector<uint64_t> offsets;
  base::Random random(size);
  const uint64_t stride = std::max<uint64_t>(1, size / steps);
  for (uint64_t at = 0; at < size;) {
    offsets.push_back(at);
    at += at < ends || at + ends >= size ? 1 : 1 + random.Below(2 * stride);
  }
  return offsets;
}

}  // namespace lsm
