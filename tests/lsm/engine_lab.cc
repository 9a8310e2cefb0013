#include "lsm/engine_lab.h"

#include <cstdio>

#include "base/check.h"
#include "base/log.h"

namespace lsm {

EngineLab::EngineLab() : disk(std::make_shared<support::CrashFileSystem>()) {
  // Damage is told to the log; here it is legion.
  (void)base::OpenLog("/dev/null", base::LogLevel::kWarning).ok();
  options.clock = &clock;
  options.directory = "/data";
  options.generation_bytes = 64 << 10;
  options.table_bytes = 64 << 10;
  options.log_segment_bytes = 64 << 10;
  options.memory_bytes = 8 << 20;
  options.background_threads = false;
  options.compaction_threads = 2;
  options.key_ranges = {
      {.leading = 'M', .scope_lengths = {2}}
  };
}

EngineLab::~EngineLab() = default;

base::Status EngineLab::Open() {
  engine_.reset();
  disk_in_use_ = disk;
  options.fs = disk.get();
  TRY_ASSIGN(engine_, Engine::Open(options));
  return base::Status::Ok();
}

base::Status EngineLab::Close() {
  const base::Status status = engine_->Close();
  engine_.reset();
  return status;
}

void EngineLab::PowerCut(uint64_t seed, support::Fate fate) {
  disk->CutPower();
  engine_.reset();
  disk = disk->Crash(seed, fate);
}

Sequence EngineLab::Put(std::string_view key, std::string_view value) {
  WriteBatch batch;
  batch.Put(key, HashKey(key), value);
  return Write(batch);
}

Sequence EngineLab::Delete(std::string_view key) {
  WriteBatch batch;
  batch.Delete(key, HashKey(key));
  return Write(batch);
}

Sequence EngineLab::Write(const WriteBatch& batch) {
  const base::Result<Sequence> sequence = engine_->Write(batch);
  CHECK(sequence.ok());
  return sequence.value();
}

void EngineLab::Fill(std::string_view prefix, int count) {
  for (int i = 0; i < count; ++i) {
    char number[16];
    std::snprintf(number, sizeof number, "%04d", i);
    const std::string key = std::string(prefix) + number;
    Put(key, "the value of " + key + std::string(70, '.'));
  }
}

base::Result<std::optional<std::string>> EngineLab::Read(std::string_view key) {
  const std::string wanted(key);
  const uint64_t hash = HashKey(key);
  Lookup lookup = engine_->Get(key, hash);
  if (lookup.found == Found::kMiss) {
    TRY(engine_->Fetch({&wanted, 1}));
    lookup = engine_->Get(key, hash);
    CHECK(lookup.found != Found::kMiss);
  }
  if (lookup.found == Found::kAbsent) return std::optional<std::string>();
  return std::optional<std::string>(std::string(lookup.value));
}

EngineLab::Rows EngineLab::ReadAll() {
  Rows rows;
  const std::unique_ptr<RangeView> range = engine_->NewRange("", "");
  for (; range->Valid(); range->Next()) {
    rows.emplace(range->key(), range->value());
  }
  CHECK(range->status().ok());
  return rows;
}

void EngineLab::Drive() {
  engine_->Submit();
  engine_->Tick();
  while (engine_->RunBackground()) {
  }
}

base::Status EngineLab::Request(void (Engine::*work)(Engine::Done)) {
  bool finished = false;
  base::Status outcome;
  ((*engine_).*work)([&](base::Status status) {
    finished = true;
    outcome = std::move(status);
  });
  for (int i = 0; i < 100 && !finished; ++i) {
    clock.Advance(100'000);  // After a failure the engine rests for a second.
    Drive();
  }
  CHECK(finished);
  return outcome;
}

EngineLab::Rows EngineLab::Files() const {
  Rows files;
  for (const std::string& name : disk->List(options.directory).value()) {
    files.emplace(name, base::ReadWholeFile(disk.get(), Path(name)).value());
  }
  return files;
}

std::string EngineLab::Path(std::string_view name) const {
  return base::JoinPath(options.directory, name);
}

std::string EngineLab::Find(std::string_view part) const {
  std::string found;
  for (const std::string& name : disk->List(options.directory).value()) {
    if (name.find(part) == std::string::npos) continue;
    CHECK(found.empty());
    found = name;
  }
  CHECK(!found.empty());
  return found;
}

}  // namespace lsm
