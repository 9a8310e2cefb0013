#include "commands/settings_table.h"

#include <climits>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "commands/setting_merges.h"

namespace commands {
namespace {

using base::BoolSetting;
using base::EnumSetting;
using base::IntegerSetting;
using base::kHidden;
using base::kImmutable;
using base::kKeptOnly;
using base::kProtected;
using base::MemoryOrPercentSetting;
using base::MemorySetting;
using base::OctalSetting;
using base::SettingSpec;
using base::SpecialSetting;
using base::Status;
using base::StringSetting;
using base::WordsSetting;

constexpr int64_t kPortMax = 65535;
constexpr int64_t kMegabyte = 1 << 20;
// Small enough for a test to see many flushes in a second.
constexpr int64_t kEngineBytesMin = 64 << 10;

constexpr std::string_view kSyncPolicies[] = {"everysec", "always", "no"};
constexpr std::string_view kLogLevels[] = {"debug", "verbose", "notice",
                                           "warning"};
constexpr std::string_view kEvictionPolicies[] = {
    "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
    "allkeys-lru",  "allkeys-lfu",  "allkeys-random",  "noeviction"};
constexpr std::string_view kPermits[] = {"no", "yes", "local"};
constexpr std::string_view kSupervisors[] = {"upstart", "systemd", "auto",
                                             "no"};
constexpr std::string_view kSyslogFacilities[] = {"user",   "local0", "local1",
                                                  "local2", "local3", "local4",
                                                  "local5", "local6", "local7"};
constexpr std::string_view kDisklessLoads[] = {"disabled", "on-empty-db",
                                               "swapdb"};
constexpr std::string_view kOomScores[] = {"no", "yes", "relative", "absolute"};
constexpr std::string_view kPubSubDefaults[] = {"allchannels", "resetchannels"};
constexpr std::string_view kSanitizers[] = {"no", "yes", "clients"};
constexpr std::string_view kEndpoints[] = {"ip", "hostname",
                                           "unknown-endpoint"};
constexpr std::string_view kTlsClients[] = {"no", "yes", "optional"};
constexpr std::string_view kPropagationErrors[] = {"ignore", "panic",
                                                   "panic-on-replicas"};
// Redis combines these freely; one at a time is enough for what is only kept.
constexpr std::string_view kShutdownSignals[] = {"default", "save", "nosave",
                                                 "now", "force"};

// --- What must not be believed to be in force.

Status NoReplica(const std::string& value) {
  if (value.empty() || base::EqualsIgnoreCase(value, "no one")) {
    return Status::Ok();
  }
  return Status::Invalid("Redbed cannot be a replica");
}
Status NoCluster(const std::string& value) {
  if (value == "no") return Status::Ok();
  return Status::Invalid("Redbed cannot be part of a cluster");
}
Status NoTls(const std::string& value) {
  if (value == "0") return Status::Ok();
  return Status::Invalid("Redbed does not speak TLS");
}
Status NoAclFile(const std::string& value) {
  if (value.empty()) return Status::Ok();
  return Status::Invalid("Redbed has no ACL users; use requirepass");
}
Status IsHostname(const std::string& value) {
  for (const char c : value) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.') {
      return Status::Invalid(
          "Hostnames may only contain alphanumeric characters, hyphens or "
          "dots");
    }
  }
  return Status::Ok();
}
Status IsFileName(const std::string& value) {
  if (value.find('/') == std::string::npos) return Status::Ok();
  return Status::Invalid("must be a file name, not a path");
}

// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr SettingSpec kRows[] = {
    EnumSetting("acl-pubsub-default", "resetchannels", kPubSubDefaults,
                kKeptOnly),
    StringSetting("aclfile", "", kImmutable | kKeptOnly).Check(NoAclFile),
    IntegerSetting("acllog-max-len", "128", 0, INT64_MAX, kKeptOnly),
    IntegerSetting("active-defrag-cycle-max", "25", 1, 99),
    IntegerSetting("active-defrag-cycle-min", "1", 1, 99),
    MemorySetting("active-defrag-ignore-bytes", "8mb", 0, 1),
    IntegerSetting("active-defrag-max-scan-fields", "1000", 1, INT64_MAX,
                   kKeptOnly),
    IntegerSetting("active-defrag-threshold-lower", "10", 0, 1000),
    IntegerSetting("active-defrag-threshold-upper", "100", 0, 1000),
    IntegerSetting("active-expire-effort", "1", 1, 10, kKeptOnly),
    BoolSetting("activedefrag", "yes"),
    BoolSetting("activerehashing", "yes", kKeptOnly),
    StringSetting("admin-bind", "127.0.0.1", kImmutable),
    IntegerSetting("admin-port", "0", 0, kPortMax, kImmutable),
    BoolSetting("always-show-logo", "no", kImmutable | kKeptOnly),
    BoolSetting("aof-disable-auto-gc", "no", kKeptOnly),
    BoolSetting("aof-load-truncated", "yes", kKeptOnly),
    BoolSetting("aof-rewrite-incremental-fsync", "yes", kKeptOnly),
    BoolSetting("aof-timestamp-enabled", "no", kKeptOnly),
    BoolSetting("aof-use-rdb-preamble", "yes", kKeptOnly),
    StringSetting("aof_rewrite_cpulist", "", kImmutable | kKeptOnly),
    StringSetting("appenddirname", "appendonlydir", kImmutable | kKeptOnly)
        .Check(IsFileName),
    StringSetting("appendfilename", "appendonly.aof", kImmutable | kKeptOnly)
        .Check(IsFileName),
    EnumSetting("appendfsync", "always", kSyncPolicies),
    BoolSetting("appendonly", "yes", kKeptOnly),
    MemorySetting("auto-aof-rewrite-min-size", "64mb", kKeptOnly),
    IntegerSetting("auto-aof-rewrite-percentage", "100", 0, INT_MAX, kKeptOnly),
    StringSetting("bgsave_cpulist", "", kImmutable | kKeptOnly),
    WordsSetting("bind", "* -::*", kImmutable),
    StringSetting("bind-source-addr", "", kKeptOnly),
    StringSetting("bio_cpulist", "", kImmutable | kKeptOnly),
    IntegerSetting("busy-reply-threshold", "5000", 0, INT64_MAX, kKeptOnly)
        .Alias("lua-time-limit"),
    SpecialSetting("client-output-buffer-limit",
                   "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 "
                   "8388608 60",
                   MergeOutputLimits, OutputLimitLines),
    MemorySetting("client-query-buffer-limit", "1gb", 0, kMegabyte),
    BoolSetting("cluster-allow-pubsubshard-when-down", "yes", kKeptOnly),
    BoolSetting("cluster-allow-reads-when-down", "no", kKeptOnly),
    BoolSetting("cluster-allow-replica-migration", "yes", kKeptOnly),
    IntegerSetting("cluster-announce-bus-port", "0", 0, kPortMax, kKeptOnly),
    StringSetting("cluster-announce-hostname", "", kKeptOnly).Check(IsHostname),
    StringSetting("cluster-announce-human-nodename", "", kKeptOnly),
    StringSetting("cluster-announce-ip", "", kKeptOnly),
    IntegerSetting("cluster-announce-port", "0", 0, kPortMax, kKeptOnly),
    IntegerSetting("cluster-announce-tls-port", "0", 0, kPortMax, kKeptOnly),
    StringSetting("cluster-config-file", "nodes.conf", kImmutable | kKeptOnly),
    BoolSetting("cluster-enabled", "no", kImmutable | kKeptOnly)
        .Check(NoCluster),
    MemorySetting("cluster-link-sendbuf-limit", "0", kKeptOnly),
    IntegerSetting("cluster-migration-barrier", "1", 0, INT_MAX, kKeptOnly),
    IntegerSetting("cluster-node-timeout", "15000", 0, INT64_MAX, kKeptOnly),
    IntegerSetting("cluster-port", "0", 0, kPortMax, kImmutable | kKeptOnly),
    EnumSetting("cluster-preferred-endpoint-type", "ip", kEndpoints, kKeptOnly),
    BoolSetting("cluster-replica-no-failover", "no", kKeptOnly)
        .Alias("cluster-slave-no-failover"),
    IntegerSetting("cluster-replica-validity-factor", "10", 0, INT_MAX,
                   kKeptOnly)
        .Alias("cluster-slave-validity-factor"),
    BoolSetting("cluster-require-full-coverage", "yes", kKeptOnly),
    BoolSetting("crash-log-enabled", "yes", kKeptOnly),
    BoolSetting("crash-memcheck-enabled", "yes", kKeptOnly),
    BoolSetting("daemonize", "no", kImmutable | kKeptOnly),
    // The database map has room for this many (types/databases.h).
    IntegerSetting("databases", "16", 1, 65536, kImmutable),
    StringSetting("dbfilename", "dump.rdb", kProtected | kKeptOnly)
        .Check(IsFileName),
    StringSetting("dir", "./data", kImmutable),
    BoolSetting("disable-thp", "yes", kImmutable | kKeptOnly),
    BoolSetting("dynamic-hz", "yes", kKeptOnly),
    EnumSetting("enable-debug-command", "no", kPermits, kImmutable),
    EnumSetting("enable-module-command", "no", kPermits,
                kImmutable | kKeptOnly),
    EnumSetting("enable-protected-configs", "no", kPermits,
                kImmutable | kKeptOnly),
    IntegerSetting("hash-max-listpack-entries", "512", 0, INT64_MAX, kKeptOnly)
        .Alias("hash-max-ziplist-entries"),
    MemorySetting("hash-max-listpack-value", "64", kKeptOnly)
        .Alias("hash-max-ziplist-value"),
    MemorySetting("hll-sparse-max-bytes", "3000", kKeptOnly),
    IntegerSetting("hz", "10", 0, INT_MAX, kKeptOnly).Capped(1, 500),
    StringSetting("ignore-warnings", "", kKeptOnly),
    IntegerSetting("io-threads", "1", 1, 128, kImmutable | kKeptOnly),
    BoolSetting("io-threads-do-reads", "no", kImmutable | kKeptOnly),
    BoolSetting("jemalloc-bg-thread", "yes", kKeptOnly),
    IntegerSetting("key-load-delay", "0", INT_MIN, INT_MAX,
                   kHidden | kKeptOnly),
    IntegerSetting("latency-monitor-threshold", "0", 0, INT64_MAX, kKeptOnly),
    BoolSetting("latency-tracking", "yes"),
    SpecialSetting("latency-tracking-info-percentiles", "50 99 99.9",
                   MergePercentiles, OneLine),
    BoolSetting("lazyfree-lazy-eviction", "no", kKeptOnly),
    BoolSetting("lazyfree-lazy-expire", "no", kKeptOnly),
    BoolSetting("lazyfree-lazy-server-del", "no", kKeptOnly),
    BoolSetting("lazyfree-lazy-user-del", "no", kKeptOnly),
    BoolSetting("lazyfree-lazy-user-flush", "no", kKeptOnly),
    IntegerSetting("lfu-decay-time", "1", 0, INT_MAX, kKeptOnly),
    IntegerSetting("lfu-log-factor", "10", 0, INT_MAX, kKeptOnly),
    IntegerSetting("list-compress-depth", "0", 0, INT_MAX, kKeptOnly),
    IntegerSetting("list-max-listpack-size", "-2", INT_MIN, INT_MAX, kKeptOnly)
        .Alias("list-max-ziplist-size"),
    IntegerSetting("loading-process-events-interval-bytes", "2097152", 1024,
                   INT_MAX, kHidden | kKeptOnly),
    StringSetting("locale-collate", "", kKeptOnly),
    StringSetting("logfile", "", kImmutable),
    EnumSetting("loglevel", "notice", kLogLevels),
    StringSetting("masterauth", "", kKeptOnly),
    StringSetting("masteruser", "", kKeptOnly),
    IntegerSetting("max-new-connections-per-cycle", "10", 1, 1000, kKeptOnly),
    IntegerSetting("max-new-tls-connections-per-cycle", "1", 1, 1000,
                   kKeptOnly),
    IntegerSetting("maxclients", "10000", 1, UINT_MAX),
    MemorySetting("maxdisk", "0", kKeptOnly),
    MemorySetting("maxmemory", "0"),
    MemoryOrPercentSetting("maxmemory-clients", "0", kKeptOnly),
    IntegerSetting("maxmemory-eviction-tenacity", "10", 0, 100, kKeptOnly),
    EnumSetting("maxmemory-policy", "noeviction", kEvictionPolicies),
    IntegerSetting("maxmemory-samples", "5", 1, INT_MAX, kKeptOnly),
    IntegerSetting("min-replicas-max-lag", "10", 0, INT_MAX, kKeptOnly)
        .Alias("min-slaves-max-lag"),
    IntegerSetting("min-replicas-to-write", "0", 0, INT_MAX, kKeptOnly)
        .Alias("min-slaves-to-write"),
    BoolSetting("no-appendfsync-on-rewrite", "no", kKeptOnly),
    SpecialSetting("notify-keyspace-events", "", MergeEventClasses, OneLine,
                   kKeptOnly),
    EnumSetting("oom-score-adj", "no", kOomScores, kKeptOnly),
    SpecialSetting("oom-score-adj-values", "0 200 800", MergeOomScores, OneLine,
                   kKeptOnly),
    StringSetting("pidfile", "", kImmutable | kKeptOnly),
    IntegerSetting("port", "6379", 0, kPortMax, kImmutable),
    StringSetting("proc-title-template", "{title} {listen-addr} {server-mode}",
                  kKeptOnly),
    EnumSetting("propagation-error-behavior", "ignore", kPropagationErrors,
                kKeptOnly),
    BoolSetting("protected-mode", "yes"),
    MemorySetting("proto-max-bulk-len", "512mb", 0, kMegabyte),
    BoolSetting("rdb-del-sync-files", "no", kKeptOnly),
    IntegerSetting("rdb-key-save-delay", "0", INT_MIN, INT_MAX,
                   kHidden | kKeptOnly),
    BoolSetting("rdb-save-incremental-fsync", "yes", kKeptOnly),
    BoolSetting("rdbchecksum", "yes", kImmutable | kKeptOnly),
    BoolSetting("rdbcompression", "yes", kKeptOnly),
    MemorySetting("redbed-blob-bytes-min", "8kb", kImmutable),
    StringSetting("redbed-checkpoint-dir", "checkpoints", kImmutable),
    IntegerSetting("redbed-checkpoints-kept", "1", 1, 1000),
    IntegerSetting("redbed-compaction-threads", "0", 0, 64, kImmutable),
    MemorySetting("redbed-generation-bytes", "64mb", 0, kEngineBytesMin),
    IntegerSetting("redbed-log-depth", "2", 1, 8, kImmutable),
    BoolSetting("redbed-log-direct", "yes", kImmutable),
    BoolSetting("redbed-log-preallocate", "yes", kImmutable),
    MemorySetting("redbed-log-segment-bytes", "64mb", kImmutable,
                  kEngineBytesMin),
    IntegerSetting("redbed-reader-threads", "4", 1, 64, kImmutable),
    MemorySetting("redbed-reserve-bytes", "128mb", kImmutable),
    BoolSetting("redbed-salvage-log", "no", kImmutable),
    MemorySetting("redbed-table-bytes", "32mb", kImmutable, kEngineBytesMin),
    MemorySetting("redbed-txn-memory", "256mb", kKeptOnly, kMegabyte),
    MemorySetting("repl-backlog-size", "1mb", kKeptOnly, 1),
    IntegerSetting("repl-backlog-ttl", "3600", 0, INT64_MAX, kKeptOnly),
    BoolSetting("repl-disable-tcp-nodelay", "no", kKeptOnly),
    EnumSetting("repl-diskless-load", "disabled", kDisklessLoads, kKeptOnly),
    BoolSetting("repl-diskless-sync", "yes", kKeptOnly),
    IntegerSetting("repl-diskless-sync-delay", "5", 0, INT_MAX, kKeptOnly),
    IntegerSetting("repl-diskless-sync-max-replicas", "0", 0, INT_MAX,
                   kKeptOnly),
    IntegerSetting("repl-ping-replica-period", "10", 1, INT_MAX, kKeptOnly)
        .Alias("repl-ping-slave-period"),
    IntegerSetting("repl-timeout", "60", 1, INT_MAX, kKeptOnly),
    StringSetting("replica-announce-ip", "", kKeptOnly)
        .Alias("slave-announce-ip"),
    IntegerSetting("replica-announce-port", "0", 0, kPortMax, kKeptOnly)
        .Alias("slave-announce-port"),
    BoolSetting("replica-announced", "yes", kKeptOnly),
    BoolSetting("replica-ignore-disk-write-errors", "no", kKeptOnly),
    BoolSetting("replica-ignore-maxmemory", "yes", kKeptOnly)
        .Alias("slave-ignore-maxmemory"),
    BoolSetting("replica-lazy-flush", "no", kKeptOnly)
        .Alias("slave-lazy-flush"),
    IntegerSetting("replica-priority", "100", 0, INT_MAX, kKeptOnly)
        .Alias("slave-priority"),
    BoolSetting("replica-read-only", "yes", kKeptOnly).Alias("slave-read-only"),
    BoolSetting("replica-serve-stale-data", "yes", kKeptOnly)
        .Alias("slave-serve-stale-data"),
    WordsSetting("replicaof", "", kImmutable | kKeptOnly)
        .Alias("slaveof").Check(NoReplica),
    StringSetting("requirepass", ""),
    EnumSetting("sanitize-dump-payload", "no", kSanitizers, kKeptOnly),
    SpecialSetting("save", "", MergeSave, SaveLines),
    StringSetting("server_cpulist", "", kImmutable | kKeptOnly),
    IntegerSetting("set-max-intset-entries", "512", 0, INT64_MAX, kKeptOnly),
    IntegerSetting("set-max-listpack-entries", "128", 0, INT64_MAX, kKeptOnly),
    IntegerSetting("set-max-listpack-value", "64", 0, INT64_MAX, kKeptOnly),
    BoolSetting("set-proc-title", "yes", kImmutable | kKeptOnly),
    EnumSetting("shutdown-on-sigint", "default", kShutdownSignals, kKeptOnly),
    EnumSetting("shutdown-on-sigterm", "default", kShutdownSignals, kKeptOnly),
    IntegerSetting("shutdown-timeout", "10", 0, INT_MAX, kKeptOnly),
    IntegerSetting("slowlog-log-slower-than", "10000", -1, INT64_MAX),
    IntegerSetting("slowlog-max-len", "128", 0, INT64_MAX),
    IntegerSetting("socket-mark-id", "0", 0, UINT_MAX, kImmutable | kKeptOnly),
    BoolSetting("stop-writes-on-bgsave-error", "yes", kKeptOnly),
    MemorySetting("stream-node-max-bytes", "4096", kKeptOnly),
    IntegerSetting("stream-node-max-entries", "100", 0, INT64_MAX, kKeptOnly),
    EnumSetting("supervised", "no", kSupervisors, kImmutable | kKeptOnly),
    BoolSetting("syslog-enabled", "no", kImmutable | kKeptOnly),
    EnumSetting("syslog-facility", "local0", kSyslogFacilities,
                kImmutable | kKeptOnly),
    StringSetting("syslog-ident", "redis", kImmutable | kKeptOnly),
    IntegerSetting("tcp-backlog", "511", 0, INT_MAX, kImmutable),
    IntegerSetting("tcp-keepalive", "300", 0, INT_MAX),
    IntegerSetting("timeout", "0", 0, INT_MAX),
    EnumSetting("tls-auth-clients", "yes", kTlsClients, kKeptOnly),
    StringSetting("tls-ca-cert-dir", "", kKeptOnly),
    StringSetting("tls-ca-cert-file", "", kKeptOnly),
    StringSetting("tls-cert-file", "", kKeptOnly),
    StringSetting("tls-ciphers", "", kKeptOnly),
    StringSetting("tls-ciphersuites", "", kKeptOnly),
    StringSetting("tls-client-cert-file", "", kKeptOnly),
    StringSetting("tls-client-key-file", "", kKeptOnly),
    StringSetting("tls-client-key-file-pass", "", kKeptOnly),
    BoolSetting("tls-cluster", "no", kKeptOnly),
    StringSetting("tls-dh-params-file", "", kKeptOnly),
    StringSetting("tls-key-file", "", kKeptOnly),
    StringSetting("tls-key-file-pass", "", kKeptOnly),
    IntegerSetting("tls-port", "0", 0, kPortMax, kKeptOnly).Check(NoTls),
    BoolSetting("tls-prefer-server-ciphers", "no", kKeptOnly),
    StringSetting("tls-protocols", "", kKeptOnly),
    BoolSetting("tls-replication", "no", kKeptOnly),
    IntegerSetting("tls-session-cache-size", "20480", 0, INT_MAX, kKeptOnly),
    IntegerSetting("tls-session-cache-timeout", "300", 0, INT_MAX, kKeptOnly),
    BoolSetting("tls-session-caching", "yes", kKeptOnly),
    IntegerSetting("tracking-table-max-keys", "1000000", 0, INT64_MAX,
                   kKeptOnly),
    StringSetting("unixsocket", "", kImmutable),
    OctalSetting("unixsocketperm", "0", 0777, kImmutable),
    BoolSetting("use-exit-on-panic", "no", kHidden | kKeptOnly),
    IntegerSetting("watchdog-period", "0", 0, INT_MAX, kHidden | kKeptOnly),
    IntegerSetting("zset-max-listpack-entries", "128", 0, INT64_MAX, kKeptOnly)
        .Alias("zset-max-ziplist-entries"),
    MemorySetting("zset-max-listpack-value", "64", kKeptOnly)
        .Alias("zset-max-ziplist-value"),
};
// clang-format on

}  // namespace

std::span<const SettingSpec> SettingRows() { return kRows; }

}  // namespace commands
