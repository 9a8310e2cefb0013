// INFO's sections about the process, its clients and its place in the world.

#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/process.h"
#include "commands/info.h"
#include "commands/version.h"

namespace commands {
namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kSecondsADay = 86'400;

std::string CompilerVersion() {
#if defined(__clang__)
  return "0.0.0";  // The field is gcc's.
#else
  return base::StrCat(__GNUC__, ".", __GNUC_MINOR__, ".", __GNUC_PATCHLEVEL__);
#endif
}

// One "listenerN" for each kind of address that is listened to.
void AddListeners(const InfoSource& source, InfoText& text) {
  int number = 0;
  if (source.server.tcp_port != 0) {
    std::string binds;
    for (const std::string& address : source.settings.Words("bind")) {
      binds += base::StrCat(",bind=", address);
    }
    text.Add(base::StrCat("listener", number++), "name=tcp", binds,
             ",port=", source.server.tcp_port);
  }
  if (const std::string& path = source.settings.Text("unixsocket");
      !path.empty()) {
    text.Add(base::StrCat("listener", number++), "name=unix,bind=", path);
  }
}

}  // namespace

void WriteServerSection(const InfoSource& source, InfoText& text) {
  const Server& server = source.server;
  const int64_t now_us = server.clock.WallMicros();
  const int64_t up_s = (now_us - server.started_us) / kMicros;
  const int64_t hz = source.settings.Integer("hz");
  text.Section("Server");
  text.Add("redis_version", kRedisVersion);
  text.Add("redis_git_sha1", "00000000");
  text.Add("redis_git_dirty", 0);
  text.Add("redis_build_id", "0");
  text.Add("redis_mode", "standalone");
  text.Add("os", base::SystemName());
  text.Add("arch_bits", 8 * sizeof(void*));
  text.Add("monotonic_clock", "POSIX clock_gettime");
  text.Add("multiplexing_api", "epoll");
  text.Add("atomicvar_api", "c11-builtin");
  text.Add("gcc_version", CompilerVersion());
  text.Add("process_id", getpid());
  text.Add("process_supervised", "no");
  text.Add("run_id", server.run_id);
  text.Add("tcp_port", server.tcp_port);
  text.Add("server_time_usec", now_us);
  text.Add("uptime_in_seconds", up_s);
  text.Add("uptime_in_days", up_s / kSecondsADay);
  text.Add("hz", hz);
  text.Add("configured_hz", hz);
  text.Add("lru_clock", now_us / kMicros % (1 << 24));
  text.Add("executable", server.executable);
  text.Add("config_file", server.config_file);
  text.Add("io_threads_active", 0);
  AddListeners(source, text);
  text.Add("redbed_version", server.version);
}

void WriteClientsSection(const InfoSource& source, InfoText& text) {
  const Server& server = source.server;
  size_t input_max = 0;
  size_t output_max = 0;
  server.sessions.ForEach([&](const Session& session) {
    if (session.transport == nullptr) return;
    const Transport::Usage usage = session.transport->usage();
    input_max = std::max(input_max, usage.query_bytes);
    output_max = std::max(output_max, usage.output_list_bytes);
  });
  text.Section("Clients");
  const Staged* const staged = source.call.staged;
  const size_t killed = staged == nullptr ? 0 : staged->killed.size();
  text.Add("connected_clients", server.sessions.size() - killed);
  text.Add("cluster_connections", 0);
  text.Add("maxclients", source.settings.Integer("maxclients"));
  text.Add("client_recent_max_input_buffer", input_max);
  text.Add("client_recent_max_output_buffer", output_max);
  text.Add("blocked_clients", server.sessions.blocked_count());
  text.Add("tracking_clients", 0);
  text.Add("clients_in_timeout_table", server.waits.size());
  text.Add("total_blocking_keys", 0);
  text.Add("total_blocking_keys_on_nokey", 0);
}

void WriteReplicationSection(const InfoSource& source, InfoText& text) {
  text.Section("Replication");
  text.Add("role", "master");
  text.Add("connected_slaves", 0);
  text.Add("master_failover_state", "no-failover");
  text.Add("master_replid", source.server.run_id);
  text.Add("master_replid2", std::string(40, '0'));
  text.Add("master_repl_offset", 0);
  text.Add("second_repl_offset", -1);
  text.Add("repl_backlog_active", 0);
  text.Add("repl_backlog_size", source.settings.Integer("repl-backlog-size"));
  text.Add("repl_backlog_first_byte_offset", 0);
  text.Add("repl_backlog_histlen", 0);
}

void WriteCpuSection(const InfoSource&, InfoText& text) {
  constexpr int kDecimals = 6;
  const base::CpuTime process = base::ProcessCpuTime();
  const base::CpuTime children = base::ChildrenCpuTime();
  const base::CpuTime loop = base::ThreadCpuTime();
  text.Section("CPU");
  text.AddFixed("used_cpu_sys", process.system, kDecimals);
  text.AddFixed("used_cpu_user", process.user, kDecimals);
  text.AddFixed("used_cpu_sys_children", children.system, kDecimals);
  text.AddFixed("used_cpu_user_children", children.user, kDecimals);
  text.AddFixed("used_cpu_sys_main_thread", loop.system, kDecimals);
  text.AddFixed("used_cpu_user_main_thread", loop.user, kDecimals);
}

void WriteModulesSection(const InfoSource&, InfoText& text) {
  text.Section("Modules");
}

void WriteClusterSection(const InfoSource&, InfoText& text) {
  text.Section("Cluster");
  text.Add("cluster_enabled", 0);
}

}  // namespace commands
