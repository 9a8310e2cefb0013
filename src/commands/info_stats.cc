// INFO's sections that count: what was done, how often, how long it took, and
// what went wrong.

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "commands/dispatch.h"
#include "commands/info.h"
#include "commands/table.h"

namespace commands {
namespace {

constexpr int kDecimals = 2;
constexpr double kKilobyte = 1024;
constexpr uint64_t kMicrosPerMilli = 1000;

std::span<const CommandEntry> EntriesOf(const InfoSource& source) {
  return source.server.dispatcher->table().entries();
}

}  // namespace

void WriteStatsSection(const InfoSource& source, InfoText& text) {
  const Server& server = source.server;
  const Statistics& statistics = server.statistics;
  const Traffic& traffic = source.traffic;
  const Rates& rates = server.rates;
  const types::EngineStats& engine = source.engine;
  text.Section("Stats");
  text.Add("total_connections_received",
           server.sessions.connections_received());
  text.Add("total_commands_processed", statistics.commands);
  text.Add("instantaneous_ops_per_sec",
           static_cast<int64_t>(rates.commands.per_second()));
  text.Add("total_net_input_bytes", traffic.input_bytes);
  text.Add("total_net_output_bytes", traffic.output_bytes);
  text.Add("total_net_repl_input_bytes", 0);
  text.Add("total_net_repl_output_bytes", 0);
  text.AddFixed("instantaneous_input_kbps",
                rates.input_bytes.per_second() / kKilobyte, kDecimals);
  text.AddFixed("instantaneous_output_kbps",
                rates.output_bytes.per_second() / kKilobyte, kDecimals);
  text.Add("instantaneous_input_repl_kbps", "0.00");
  text.Add("instantaneous_output_repl_kbps", "0.00");
  text.Add("rejected_connections", traffic.rejected_connections);
  text.Add("sync_full", 0);
  text.Add("sync_partial_ok", 0);
  text.Add("sync_partial_err", 0);
  text.Add("expired_keys", server.data.expiry().expired_keys());
  text.Add("expired_stale_perc", "0.00");
  text.Add("expired_time_cap_reached_count", 0);
  text.Add("expire_cycle_cpu_milliseconds", 0);
  text.Add("evicted_keys", 0);
  text.Add("evicted_clients", 0);
  text.Add("total_eviction_exceeded_time", 0);
  text.Add("current_eviction_exceeded_time", 0);
  text.Add("keyspace_hits", statistics.keyspace_hits);
  text.Add("keyspace_misses", statistics.keyspace_misses);
  text.Add("pubsub_channels", 0);
  text.Add("pubsub_patterns", 0);
  text.Add("pubsubshard_channels", 0);
  text.Add("latest_fork_usec", 0);
  text.Add("total_forks", 0);
  text.Add("migrate_cached_sockets", 0);
  text.Add("slave_expires_tracked_keys", 0);
  text.Add("active_defrag_hits", engine.moved_records);
  text.Add("active_defrag_misses", engine.unmoved_records);
  text.Add("active_defrag_key_hits", engine.moved_records);
  text.Add("active_defrag_key_misses", engine.unmoved_records);
  text.Add("total_active_defrag_time", engine.defrag_us / kMicrosPerMilli);
  text.Add("current_active_defrag_time", 0);
  text.Add("tracking_total_keys", 0);
  text.Add("tracking_total_items", 0);
  text.Add("tracking_total_prefixes", 0);
  text.Add("unexpected_error_replies", 0);
  text.Add("total_error_replies", statistics.error_replies);
  text.Add("dump_payload_sanitizations", 0);
  text.Add("total_reads_processed", traffic.reads);
  text.Add("total_writes_processed", traffic.writes);
  text.Add("io_threaded_reads_processed", 0);
  text.Add("io_threaded_writes_processed", 0);
  text.Add("reply_buffer_shrinks", 0);
  text.Add("reply_buffer_expands", 0);
  text.Add("client_query_buffer_limit_disconnections",
           traffic.query_limit_cuts);
  text.Add("client_output_buffer_limit_disconnections",
           traffic.output_limit_cuts);
  text.Add("acl_access_denied_auth", 0);
  text.Add("acl_access_denied_cmd", 0);
  text.Add("acl_access_denied_key", 0);
  text.Add("acl_access_denied_channel", 0);
}

void WriteCommandStatsSection(const InfoSource& source, InfoText& text) {
  text.Section("Commandstats");
  for (const CommandEntry& entry : EntriesOf(source)) {
    const CommandStatistics& counted = entry.statistics;
    if (counted.calls == 0 && counted.rejected_calls == 0) continue;
    const double each = counted.calls == 0
                            ? 0
                            : static_cast<double>(counted.micros) /
                                  static_cast<double>(counted.calls);
    text.Add(base::StrCat("cmdstat_", entry.full_name), "calls=", counted.calls,
             ",usec=", counted.micros,
             ",usec_per_call=", FixedText(each, kDecimals),
             ",rejected_calls=", counted.rejected_calls,
             ",failed_calls=", counted.failed_calls);
  }
}

void WriteErrorStatsSection(const InfoSource& source, InfoText& text) {
  text.Section("Errorstats");
  for (const auto& [code, count] : source.server.statistics.errors) {
    text.Add(base::StrCat("errorstat_", code), "count=", count);
  }
}

void WriteLatencyStatsSection(const InfoSource& source, InfoText& text) {
  text.Section("Latencystats");
  const std::vector<std::string> percents =
      source.settings.Words("latency-tracking-info-percentiles");
  for (const CommandEntry& entry : EntriesOf(source)) {
    if (entry.statistics.latency == nullptr) continue;
    const base::HistogramSnapshot times = entry.statistics.latency->Snapshot();
    if (times.count() == 0) continue;
    std::string value;
    for (const std::string& percent : percents) {
      double number = 0;
      std::from_chars(percent.data(), percent.data() + percent.size(), number);
      value += base::StrCat(
          value.empty() ? "p" : ",p", percent, "=",
          FixedText(static_cast<double>(times.Percentile(number)), 3));
    }
    text.Add(base::StrCat("latency_percentiles_usec_", entry.full_name), value);
  }
}

}  // namespace commands
