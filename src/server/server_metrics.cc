#include "server/server_metrics.h"

#include <utility>

#include "base/strings.h"

namespace server {

using base::MetricKind;

ServerMetrics::ServerMetrics(const Sources& sources, commands::Table* table)
    : sources_(sources) {
  AddEngine();
  AddLevels();
  AddPauses();
  AddTraffic();
  AddCommands(table);
}

std::string ServerMetrics::Render() {
  engine_ = sources_.engine->stats();
  return registry_.Exposition();
}

template <typename Read>
void ServerMetrics::Count(std::string_view name, std::string_view help,
                          Read read) {
  registry_.AddCallback(MetricKind::kCounter, name, help, {},
                        [read] { return static_cast<double>(read()); });
}

template <typename Read>
void ServerMetrics::Show(std::string_view name, std::string_view help,
                         Read read) {
  registry_.AddCallback(MetricKind::kGauge, name, help, {},
                        [read] { return static_cast<double>(read()); });
}

void ServerMetrics::AddEngine() {
  const lsm::Stats& s = engine_;
  Count("redbed_log_frames_total", "Commits: frames written to the log.",
        [&s] { return s.log_frames; });
  Count("redbed_log_batches_total",
        "Writes in these frames; divided by frames, the group size.",
        [&s] { return s.log_batches; });
  Count("redbed_log_written_bytes_total", "Log bytes, padding included.",
        [&s] { return s.log_bytes; });
  Show("redbed_log_retained_bytes", "Log segments not yet given up.",
       [&s] { return s.log_retained_bytes; });
  Show("redbed_log_out_of_space", "1 while no spare segment can be made.",
       [&s] { return s.log_out_of_space ? 1 : 0; });
  Show("redbed_reserve_bytes", "Disk space set aside for a full disk.",
       [&s] { return s.reserve_bytes; });
  Show("redbed_unsynced_microseconds",
       "Age of the last write that a power cut could take back, by its "
       "sequence; 0 when there is none.",
       [&s] { return s.applied - s.synced; });
  Show("redbed_blob_files", "Files of large values.",
       [&s] { return s.blobs.files; });
  Show("redbed_blob_bytes", "Bytes of large values, garbage included.",
       [&s] { return s.blobs.bytes; });
  Show("redbed_blob_garbage_bytes", "Those that no row refers to.",
       [&s] { return s.blobs.garbage_bytes; });
  Count("redbed_flushes_total", "Generations turned into tables.",
        [&s] { return s.flushes; });
  Count("redbed_flush_written_bytes_total",
        "Table and blob bytes written by flushes.",
        [&s] { return s.flush_bytes; });
  Count("redbed_compactions_total", "Merges and moves of tables.",
        [&s] { return s.compactions; });
  Count("redbed_compaction_read_bytes_total",
        "Table and blob bytes read by merges.",
        [&s] { return s.compaction_read_bytes; });
  Count("redbed_compaction_written_bytes_total",
        "Table and blob bytes written by merges.",
        [&s] { return s.compaction_written_bytes; });
  Show("redbed_compaction_pending_bytes", "Bytes beyond their level's target.",
       [&s] { return s.pending_compaction_bytes; });
  Show("redbed_pressure",
       "How far flush and compaction are behind; at 1 writers are held.",
       [&s] { return s.pressure.value(); });
  Show("redbed_pressure_memory", "The same, of rows not in tables.",
       [&s] { return s.pressure.memory; });
  Show("redbed_pressure_level0", "The same, of the runs in level 0.",
       [&s] { return s.pressure.level0; });
  Show("redbed_pressure_debt", "The same, of bytes beyond their targets.",
       [&s] { return s.pressure.debt; });
  Count("redbed_background_errors_total", "Failed flushes and compactions.",
        [&s] { return s.background_errors; });
  Count("redbed_memory_hits_total", "Lookups that memory answered.",
        [&s] { return s.memory_hits; });
  Count("redbed_filter_negatives_total",
        "Lookups that Bloom filters answered with no.",
        [&s] { return s.filter_negatives; });
  Count("redbed_fetches_total", "Lookups that went to tables.",
        [&s] { return s.fetches; });
  Show("redbed_reads_in_flight", "Keys being read while others go on.",
       [&s] { return s.reads_in_flight; });
  Count("redbed_coalesced_reads_total", "Lookups that joined a read.",
        [&s] { return s.coalesced_reads; });
  Count("redbed_discarded_reads_total", "Reads that a write has overtaken.",
        [&s] { return s.discarded_reads; });
  Count("redbed_block_cache_hits_total", "Blocks found in the cache.",
        [&s] { return s.cache_hits; });
  Count("redbed_block_cache_misses_total", "Blocks read from disk.",
        [&s] { return s.cache_misses; });
  Count("redbed_evicted_records_total", "Clean records evicted from memory.",
        [&s] { return s.evicted_records; });
  const std::pair<const char*, const uint64_t*> kMemory[] = {
      {"active",      &s.active_bytes       },
      {"sealed",      &s.sealed_bytes       },
      {"clean",       &s.clean_bytes        },
      {"index",       &s.index_bytes        },
      {"tables",      &s.table_memory_bytes },
      {"block_cache", &s.cache_bytes        },
      {"log",         &s.log_memory_bytes   },
      {"unsettled",   &s.debt_bytes         },
      {"budget",      &s.memory_budget_bytes}
  };
  for (const auto& [kind, bytes] : kMemory) {
    registry_.AddCallback(
        MetricKind::kGauge, "redbed_memory_bytes",
        "Memory of the engine by kind, in allocator bytes.",
        {
            {"kind", kind}
    },
        [bytes = bytes] { return static_cast<double>(*bytes); });
  }
}

void ServerMetrics::AddLevels() {
  for (int level = 0; level < lsm::kLevelsMax; ++level) {
    const lsm::Stats::Level& of = engine_.levels[level];
    const base::Labels labels = {
        {"level", base::StrCat(level)}
    };
    registry_.AddCallback(MetricKind::kGauge, "redbed_level_files",
                          "Tables by level.", labels,
                          [&of] { return static_cast<double>(of.files); });
    registry_.AddCallback(MetricKind::kGauge, "redbed_level_bytes",
                          "Table bytes by level.", labels,
                          [&of] { return static_cast<double>(of.bytes); });
  }
}

void ServerMetrics::AddPauses() {
  for (size_t i = 0; i < lsm::kPauseNames.size(); ++i) {
    const lsm::PauseStats& of = engine_.pauses[i];
    const base::Labels labels = {
        {"cause", std::string(lsm::kPauseNames[i])}
    };
    registry_.AddCallback(
        MetricKind::kGauge, "redbed_pause_microseconds_max",
        "The most processor time that a step of the loop beside the commands "
        "took, by cause.",
        labels, [&of] { return static_cast<double>(of.longest_us); });
    registry_.AddCallback(MetricKind::kCounter, "redbed_long_pauses_total",
                          "Such steps of more than 100 us.", labels,
                          [&of] { return static_cast<double>(of.long_ones); });
  }
}

void ServerMetrics::AddTraffic() {
  const Sources& from = sources_;
  const net::TrafficStats& traffic = from.frontend.stats();
  Show("redbed_connected_clients", "Open client connections.",
       [&from] { return from.sessions.size(); });
  Show("redbed_blocked_clients", "Clients that wait for a reply.",
       [&from] { return from.sessions.blocked_count(); });
  Count("redbed_connections_accepted_total", "Connections ever accepted.",
        [&traffic] { return traffic.accepted; });
  Count("redbed_connections_rejected_total", "Connections refused by a limit.",
        [&traffic] { return traffic.rejected; });
  Count("redbed_net_input_bytes_total", "Bytes read from clients.",
        [&traffic] { return traffic.input_bytes; });
  Count("redbed_net_output_bytes_total", "Bytes sent to clients.",
        [&traffic] { return traffic.output_bytes; });
  Show("redbed_client_buffer_bytes", "Connections and their buffers.",
       [&from] { return from.frontend.memory_bytes(); });
  Count("redbed_loop_ticks_total", "Passes of the event loop.",
        [&from] { return from.loop.stats().ticks; });
  Count("redbed_loop_busy_microseconds_total", "Time not spent waiting.",
        [&from] { return from.loop.stats().busy_us_total; });
  Count("redbed_delayed_writes_total",
        "Writes that waited because flush and compaction were behind.",
        [&traffic] { return traffic.delayed_writes; });
  Count("redbed_delayed_microseconds_total", "How long they waited.",
        [&traffic] { return traffic.delayed_us; });
  Show("redbed_stopped_sockets", "Clients that wait so now.",
       [&from] { return from.frontend.throttled_count(); });
  Show("redbed_loop_busy_microseconds_max", "The longest pass.",
       [&from] { return from.loop.stats().busy_us_max; });
  Count("redbed_commands_processed_total", "Commands executed.",
        [&from] { return from.statistics.commands; });
  Count("redbed_keyspace_hits_total", "Reads that found their key.",
        [&from] { return from.statistics.keyspace_hits; });
  Count("redbed_keyspace_misses_total", "Reads that did not.",
        [&from] { return from.statistics.keyspace_misses; });
  Count("redbed_error_replies_total", "Error replies.",
        [&from] { return from.statistics.error_replies; });
}

void ServerMetrics::AddCommands(commands::Table* table) {
  for (commands::CommandEntry& entry : table->entries()) {
    if (entry.spec->handler == nullptr) continue;
    const base::Labels labels = {
        {"command", entry.full_name}
    };
    const commands::CommandStatistics& of = entry.statistics;
    registry_.AddCallback(MetricKind::kCounter, "redbed_command_calls_total",
                          "Calls by command.", labels,
                          [&of] { return static_cast<double>(of.calls); });
    registry_.AddCallback(MetricKind::kCounter, "redbed_command_seconds_total",
                          "Time in handlers by command.", labels, [&of] {
                            return static_cast<double>(of.micros) * 1e-6;
                          });
  }
}

}  // namespace server
