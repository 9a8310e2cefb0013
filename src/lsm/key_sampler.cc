#include "lsm/key_sampler.h"

#include <algorithm>

namespace lsm {
namespace {

constexpr size_t kMemorySteps = 64;
// Of one block more rows are not told apart: each step costs.
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

std::optional<KeySampler::Place> KeySampler::Draw(base::Random* random) const {
  const uint64_t rows = table_rows_ + memory_rows_;
  if (rows == 0) return std::nullopt;
  uint64_t at = random->Below(rows);
  if (at < memory_rows_) return DrawFromMemory(random);
  at -= memory_rows_;
  for (const TableFilePtr& file : files_) {
    if (at < file->info().rows) return DrawFromTable(*file, random);
    at -= file->info().rows;
  }
  return std::nullopt;
}

std::optional<KeySampler::Place> KeySampler::DrawFromMemory(
    base::Random* random) const {
  const Record* const record = memory_.DrawDirty(random, kMemorySteps);
  if (record == nullptr || record->kind() != Kind::kValue ||
      record->key() < begin_ || !BeforeEnd(record->key())) {
    return std::nullopt;
  }
  return Place{std::string(record->key()), 1};
}

std::optional<KeySampler::Place> KeySampler::DrawFromTable(
    const TableFile& file, base::Random* random) const {
  const Table& table = *file.table();
  const size_t blocks = table.data_blocks();
  const size_t block = random->Below(blocks);
  Place place;
  place.from = table.BlockBegin(block);
  if (!BeforeEnd(place.from)) return std::nullopt;
  if (place.from < begin_) {
    // It may yet reach into the range.
    if (block + 1 < blocks && table.BlockBegin(block + 1) < begin_) {
      return std::nullopt;
    }
    place.from = begin_;
  }
  place.rows =
      std::clamp<uint64_t>(file.info().rows / blocks, 1, kBlockRowsMax);
  return place;
}

}  // namespace lsm
