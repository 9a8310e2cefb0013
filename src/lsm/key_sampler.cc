#include "lsm/key_sampler.h"

#include "lsm/table/table_iterator.h"

namespace lsm {
namespace {

constexpr size_t kMemorySteps = 64;
constexpr uint64_t kBlockRowsMax = 512;

}  // namespace

KeySampler::KeySampler(const MemoryStore& memory, const Version& version,
                       std::string_view begin, std::string_view end)
    : memory_(memory), begin_(begin), end_(end) {
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : version.level(level)) {
      for (const TableFilePtr& file : run->files()) {
        const TableInfo& info = file->info();
        if (info.largest < begin_ || (!end.empty() && info.smallest >= end)) {
          continue;
        }
        files_.push_back(file);
        table_rows_ += info.rows;
      }
    }
  }
  memory_rows_ = memory.active().count();
  for (const auto& generation : memory.sealed()) {
    memory_rows_ += generation->count();
  }
}

base::Result<std::optional<std::string>> KeySampler::Draw(
    base::Random* random) const {
  const uint64_t rows = table_rows_ + memory_rows_;
  if (rows == 0) return std::optional<std::string>();
  uint64_t at = random->Below(rows);
  if (at < memory_rows_) return DrawFromMemory(random);
  at -= memory_rows_;
  for (const TableFilePtr& file : files_) {
    if (at < file->info().rows) return DrawFromTable(*file, random);
    at -= file->info().rows;
  }
  return std::optional<std::string>();
}

std::optional<std::string> KeySampler::DrawFromMemory(
    base::Random* random) const {
  const Record* const record = memory_.DrawDirty(random, kMemorySteps);
  if (record == nullptr || record->kind() != Kind::kValue ||
      !InRange(record->key())) {
    return std::nullopt;
  }
  return std::string(record->key());
}

base::Result<std::optional<std::string>> KeySampler::DrawFromTable(
    const TableFile& file, base::Random* random) const {
  const auto row = file.table()->NewIterator({});
  const size_t block = random->Below(row->data_blocks());
  row->SeekToBlock(block);
  // The rows of a block are not counted anywhere: keep each with the chance
  // that makes all of them equal (reservoir sampling).
  std::optional<std::string> drawn;
  const std::string first_beyond = [&]() -> std::string {
    if (block + 1 >= row->data_blocks()) return {};
    const auto next = file.table()->NewIterator({});
    next->SeekToBlock(block + 1);
    return next->Valid() ? std::string(next->key()) : std::string();
  }();
  for (uint64_t seen = 1; row->Valid() && seen <= kBlockRowsMax; ++seen) {
    if (!first_beyond.empty() && row->key() >= first_beyond) break;
    if (random->OneIn(seen)) drawn.emplace(row->key());
    row->Next();
  }
  TRY(row->status());
  if (drawn && !InRange(*drawn)) drawn.reset();
  return drawn;
}

}  // namespace lsm
