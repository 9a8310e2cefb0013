#include "server/configuration.h"

#include <algorithm>

#include "base/strings.h"
#include "server/descriptors.h"
#include "server/machine_memory.h"

namespace server {
namespace {

// Less is no budget for anything; block cache and generations have floors.
constexpr uint64_t kMemoryBytesMin = 16 << 20;

uint64_t Bytes(const base::Settings& settings, std::string_view name) {
  return static_cast<uint64_t>(std::max<int64_t>(0, settings.Integer(name)));
}

// The three numbers after "normal" in client-output-buffer-limit.
void ReadOutputLimits(const std::string& text, net::Limits* limits) {
  const std::vector<std::string> words = base::ValueWords(text);
  for (size_t i = 0; i + 3 < words.size(); i += 4) {
    if (words[i] != "normal") continue;
    limits->output_bytes_max = base::ParseInt(words[i + 1]).value_or(0);
    limits->output_soft_bytes_max = base::ParseInt(words[i + 2]).value_or(0);
    limits->output_soft_ms = base::ParseInt(words[i + 3]).value_or(0) * 1000;
  }
}

}  // namespace

uint64_t MemoryBudget(const base::Settings& settings) {
  const uint64_t wanted = Bytes(settings, "maxmemory");
  return std::max(kMemoryBytesMin,
                  wanted == 0 ? MachineMemoryBytes() / 2 : wanted);
}

DefragSettings DefragSettingsOf(const base::Settings& settings) {
  DefragSettings defrag;
  defrag.on = settings.Bool("activedefrag") && base::CanDefragment();
  defrag.ignore_bytes = Bytes(settings, "active-defrag-ignore-bytes");
  defrag.threshold_lower = settings.Integer("active-defrag-threshold-lower");
  defrag.threshold_upper = settings.Integer("active-defrag-threshold-upper");
  defrag.cycle_min = settings.Integer("active-defrag-cycle-min");
  defrag.cycle_max = settings.Integer("active-defrag-cycle-max");
  return defrag;
}

lsm::SyncPolicy SyncPolicyOf(const base::Settings& settings) {
  const std::string& policy = settings.Text("appendfsync");
  if (policy == "always") return lsm::SyncPolicy::kAlways;
  if (policy == "everysec") return lsm::SyncPolicy::kEverySecond;
  return lsm::SyncPolicy::kNo;
}

void ConfigureEngine(const base::Settings& settings, lsm::Options* options) {
  options->directory = settings.Text("dir");
  options->sync_policy = SyncPolicyOf(settings);
  options->memory_bytes = MemoryBudget(settings);
  // Commands ask for keys, and what leaves room for blocks leaves holes.
  options->cache_adapts = false;
  options->generation_bytes = Bytes(settings, "redbed-generation-bytes");
  options->table_bytes = Bytes(settings, "redbed-table-bytes");
  options->reserve_bytes = Bytes(settings, "redbed-reserve-bytes");
  options->blob_bytes_min = Bytes(settings, "redbed-blob-bytes-min");
  options->log_segment_bytes = Bytes(settings, "redbed-log-segment-bytes");
  options->log_preallocate = settings.Bool("redbed-log-preallocate");
  options->log_direct = settings.Bool("redbed-log-direct");
  options->log_depth = static_cast<int>(settings.Integer("redbed-log-depth"));
  options->compaction_threads =
      static_cast<int>(settings.Integer("redbed-compaction-threads"));
  options->reader_threads =
      static_cast<int>(settings.Integer("redbed-reader-threads"));
  options->salvage_log = settings.Bool("redbed-salvage-log");
  options->table_handles =
      ShareDescriptors(DescriptorLimit(), Bytes(settings, "maxclients")).tables;
}

types::DataLimits DataLimitsOf(const base::Settings& settings) {
  types::DataLimits limits;
  limits.databases = static_cast<int>(settings.Integer("databases"));
  limits.cursors = std::max<size_t>(
      limits.cursors, 2 * static_cast<size_t>(settings.Integer("maxclients")));
  return limits;
}

void ConfigureNetwork(const base::Settings& settings, net::Limits* limits) {
  limits->clients_max = Bytes(settings, "maxclients");
  limits->idle_ms_max = settings.Integer("timeout") * 1000;
  limits->keepalive_s = static_cast<int>(settings.Integer("tcp-keepalive"));
  limits->local_peers_only =
      settings.Bool("protected-mode") && settings.Text("requirepass").empty();
  limits->parser.bulk_bytes_max = Bytes(settings, "proto-max-bulk-len");
  limits->query_bytes_max = Bytes(settings, "client-query-buffer-limit");
  ReadOutputLimits(settings.Text("client-output-buffer-limit"), limits);
}

void ConfigureRules(const base::Settings& settings, commands::Rules* rules) {
  rules->password = settings.Text("requirepass");
  rules->bulk_bytes_max = Bytes(settings, "proto-max-bulk-len");
  rules->queue_bytes_max = Bytes(settings, "client-query-buffer-limit");
  rules->tracks_frequency =
      settings.Text("maxmemory-policy").find("lfu") != std::string::npos;
  rules->tracks_latency = settings.Bool("latency-tracking");
  rules->flush_async = settings.Bool("lazyfree-lazy-user-flush");
  const std::string& debug = settings.Text("enable-debug-command");
  rules->debug_commands = debug == "yes"     ? commands::Permit::kYes
                          : debug == "local" ? commands::Permit::kLocal
                                             : commands::Permit::kNo;
}

void ConfigureSlowLog(const base::Settings& settings,
                      commands::SlowLog* slow_log) {
  slow_log->SetLimits(settings.Integer("slowlog-log-slower-than"),
                      Bytes(settings, "slowlog-max-len"));
}

commands::SaveSettings SaveSettingsOf(const base::Settings& settings) {
  commands::SaveSettings saves;
  const std::string& directory = settings.Text("redbed-checkpoint-dir");
  saves.directory = directory.starts_with('/')
                        ? directory
                        : base::JoinPath(settings.Text("dir"), directory);
  saves.kept = Bytes(settings, "redbed-checkpoints-kept");
  const std::vector<std::string> words =
      base::ValueWords(settings.Text("save"));
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    saves.points.push_back(
        {base::ParseInt(words[i]).value_or(0),
         static_cast<uint64_t>(base::ParseInt(words[i + 1]).value_or(0))});
  }
  return saves;
}

base::LogLevel LogLevelOf(const base::Settings& settings) {
  const std::string& level = settings.Text("loglevel");
  if (level == "debug") return base::LogLevel::kDebug;
  if (level == "verbose") return base::LogLevel::kVerbose;
  if (level == "warning") return base::LogLevel::kWarning;
  return base::LogLevel::kNotice;
}

}  // namespace server
