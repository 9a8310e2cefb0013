// How far the engine is behind: what compaction/pressure.h asks to know, kept
// as jobs begin and end and versions are installed.

#include "lsm/engine_body.h"

namespace lsm {

// What lies in tables changes only with the version.
void Engine::Body::NoteVersion() {
  pending_bytes_ = PendingBytes(*version_, MakePickerOptions());
  table_bytes_ = 0;
  for (int level = 0; level < kLevelsMax; ++level) {
    table_bytes_ += version_->LevelBytes(level);
  }
  // Beside these, what debts may be: values in blob files to be moved.
  for (const BlobUse& sum : version_->blobs()) table_bytes_ += sum.bytes;
}

Pressure Engine::Body::pressure() const {
  const double flushed = flush_progress_.Done(flush_pacer_.spent());
  const double compacted = compaction_progress_.Done(compaction_pacer_.spent());
  const auto flushed_bytes =
      static_cast<uint64_t>(flushed * static_cast<double>(flushing_bytes_));
  const uint64_t unflushed = memory_.active_bytes() + memory_.sealed_bytes();
  Load load;
  load.unflushed_bytes = unflushed - std::min(unflushed, flushed_bytes);
  load.generation_bytes = GenerationBytes();
  load.level0_runs = static_cast<double>(version_->level(0).size()) -
                     compacted * static_cast<double>(level0_inputs_);
  load.pending_bytes = pending_bytes_;
  load.table_bytes = table_bytes_;
  return PressureOf(load);
}

void Engine::Body::NoteFlushBegins() {
  flushing_bytes_ = memory_.sealed_bytes();
  flush_progress_ = {flush_pacer_.spent(),
                     static_cast<uint64_t>(
                         flush_ratio_ * static_cast<double>(flushing_bytes_))};
}

void Engine::Body::NoteFlushEnds(const Commit& commit) {
  flush_progress_ = {};
  if (!commit.installed || flushing_bytes_ == 0) return;
  flush_ratio_ = static_cast<double>(commit.bytes_written) /
                 static_cast<double>(flushing_bytes_);
}

// Of the compaction that begins; none when it has ended.
void Engine::Body::NoteCompaction(uint64_t bytes_expected, size_t level0_runs) {
  compaction_progress_ = {compaction_pacer_.spent(), bytes_expected};
  level0_inputs_ = level0_runs;
}

}  // namespace lsm
