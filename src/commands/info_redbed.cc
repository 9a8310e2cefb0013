// INFO's sections about the data: keys of each database, and the engine that
// keeps them.

#include <algorithm>

#include "commands/info.h"
#include "types/keyspace.h"

namespace commands {
namespace {

void AddMemory(const InfoSource& source, InfoText& text) {
  const types::EngineStats& engine = source.engine;
  text.Add("memory_budget_bytes", engine.memory_budget_bytes);
  text.Add("memory_active_bytes", engine.active_bytes);
  text.Add("memory_sealed_bytes", engine.sealed_bytes);
  text.Add("memory_clean_bytes", engine.clean_bytes);
  text.Add("memory_index_bytes", engine.index_bytes);
  text.Add("memory_table_bytes", engine.table_memory_bytes);
  text.Add("memory_cache_bytes", engine.cache_bytes);
  text.Add("memory_log_bytes", engine.log_memory_bytes);
  text.Add("memory_unsettled_bytes", engine.debt_bytes);
  text.Add("memory_expiry_bytes", source.server.data.expiry().memory_bytes());
  text.Add("memory_clients_bytes", source.traffic.memory_bytes);
  text.Add("records", engine.records);
  text.Add("evicted_records", engine.evicted_records);
}

void AddLookups(const types::EngineStats& engine, InfoText& text) {
  text.Add("memory_hits", engine.memory_hits);
  text.Add("filter_negatives", engine.filter_negatives);
  text.Add("fetches", engine.fetches);
  text.Add("reads_in_flight", engine.reads_in_flight);
  text.Add("coalesced_reads", engine.coalesced_reads);
  text.Add("range_pages", engine.range_pages);
  text.Add("discarded_reads", engine.discarded_reads);
  text.Add("unsettled_keys", engine.unsettled);
  text.Add("settled_keys", engine.settled);
  text.Add("block_cache_hits", engine.cache_hits);
  text.Add("block_cache_misses", engine.cache_misses);
}

void AddLog(const InfoSource& source, InfoText& text) {
  const types::EngineStats& engine = source.engine;
  const base::Status error = source.server.data.log_error();
  text.Add("log_policy", source.settings.Text("appendfsync"));
  text.Add("log_frames", engine.log_frames);
  text.Add("log_batches", engine.log_batches);
  text.Add("log_bytes", engine.log_bytes);
  text.Add("log_retained_bytes", engine.log_retained_bytes);
  text.Add("log_syncs", engine.log_syncs);
  text.Add("log_last_sync_us", engine.last_sync_us);
  text.Add("log_out_of_space", engine.log_out_of_space ? 1 : 0);
  text.Add("reserve_bytes", engine.reserve_bytes);
  text.Add("log_error", error.message());
  text.Add("sequence_applied", engine.applied);
  text.Add("sequence_released", engine.released);
  text.Add("sequence_synced", engine.synced);
  text.Add("sequence_flushed", engine.flushed);
}

// How far flush and compaction are behind, and what that does to writers.
void AddPressure(const InfoSource& source, InfoText& text) {
  const types::EngineStats& engine = source.engine;
  text.AddFixed("pressure", engine.pressure.value(), 2);
  text.Add("pressure_cause", engine.pressure.cause());
  text.AddFixed("pressure_memory", engine.pressure.memory, 2);
  text.AddFixed("pressure_level0", engine.pressure.level0, 2);
  text.AddFixed("pressure_debt", engine.pressure.debt, 2);
  text.Add("delayed_writes", source.traffic.delayed_writes);
  text.Add("delayed_us", source.traffic.delayed_us);
  text.Add("stopped_sockets", source.traffic.stopped_sockets);
}

void AddTables(const types::EngineStats& engine, InfoText& text) {
  for (size_t i = 0; i < engine.levels.size(); ++i) {
    const types::EngineStats::Level& level = engine.levels[i];
    text.Add(base::StrCat("level", i), "files=", level.files,
             ",bytes=", level.bytes, ",rows=", level.rows,
             ",tombstones=", level.tombstones);
  }
  text.Add("blobs", "files=", engine.blobs.files, ",bytes=", engine.blobs.bytes,
           ",garbage_bytes=", engine.blobs.garbage_bytes);
  text.Add("flushes", engine.flushes);
  text.Add("flush_bytes", engine.flush_bytes);
  text.Add("compactions", engine.compactions);
  text.Add("compaction_read_bytes", engine.compaction_read_bytes);
  text.Add("compaction_written_bytes", engine.compaction_written_bytes);
  text.Add("compaction_pending_bytes", engine.pending_compaction_bytes);
  text.Add("dead_scopes", engine.dead_scopes);
  text.Add("background_errors", engine.background_errors);
}

// Work on the loop beside the commands.
void AddPauses(const types::EngineStats& engine, InfoText& text) {
  for (size_t i = 0; i < engine.pauses.size(); ++i) {
    const auto& pause = engine.pauses[i];
    text.Add(base::StrCat("pause_", types::kPauseNames[i]),
             "longest_us=", pause.longest_us, ",over_100us=", pause.long_ones,
             ",longest_wall_us=", pause.longest_wall_us,
             ",total_us=", pause.total_us);
  }
}

}  // namespace

// Counts of keys are data: the reply waits until what they count is released.
// When the log has failed that never comes, and INFO must still answer, so it
// answers without them.
void WriteKeyspaceSection(const InfoSource& source, InfoText& text) {
  text.Section("Keyspace");
  if (!source.server.data.log_error().ok()) return;
  types::Txn& txn = source.call.txn;
  for (int db = 0; db < txn.databases(); ++db) {
    types::Keyspace keys(txn, db);
    const int64_t count = keys.Size();
    if (count == 0) continue;
    text.Add(base::StrCat("db", db), "keys=", count,
             ",expires=", keys.Expires(), ",avg_ttl=0");
  }
}

void WriteRedbedSection(const InfoSource& source, InfoText& text) {
  const types::EngineStats& engine = source.engine;
  const Statistics& statistics = source.server.statistics;
  text.Section("Redbed");
  text.Add("redbed_version", source.server.version);
  text.Add("data_directory", source.settings.Text("dir"));
  text.Add("checkpoint_directory", source.server.saves.directory());
  text.Add("last_checkpoint", source.server.saves.newest());
  AddMemory(source, text);
  AddLookups(engine, text);
  text.Add("reruns", statistics.reruns);
  text.Add("lost_cursors", statistics.lost_cursors);
  text.Add("expiry_planned", source.server.data.expiry().size());
  AddLog(source, text);
  AddTables(engine, text);
  AddPauses(engine, text);
  AddPressure(source, text);
  text.Add("incarnation", engine.incarnation);
  text.Add("recovery_batches", engine.replayed_batches);
  text.Add("recovery_us", engine.recovery_us);
}

}  // namespace commands
