// INFO's sections about memory and what is on disk.

#include <algorithm>

#include "base/allocator.h"
#include "base/process.h"
#include "commands/info.h"

namespace commands {
namespace {

constexpr int kDecimals = 2;

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

std::string Percent(uint64_t part, uint64_t whole) {
  return FixedText(100 * Ratio(part, whole), kDecimals) + "%";
}

uint64_t TableBytes(const types::EngineStats& engine) {
  uint64_t bytes = 0;
  for (const types::EngineStats::Level& level : engine.levels)
    bytes += level.bytes;
  return bytes;
}

void AddAllocator(const base::AllocatorStats& allocator, uint64_t resident,
                  InfoText& text) {
  // Gaps between what was asked for and what is held, each as ratio and bytes.
  const auto add = [&](std::string_view name, std::string_view bytes_name,
                       uint64_t held, uint64_t used) {
    text.AddFixed(name, Ratio(held, used), kDecimals);
    text.Add(bytes_name,
             static_cast<int64_t>(held) - static_cast<int64_t>(used));
  };
  add("allocator_frag_ratio", "allocator_frag_bytes", allocator.active,
      allocator.allocated);
  add("allocator_rss_ratio", "allocator_rss_bytes", allocator.resident,
      allocator.active);
  add("rss_overhead_ratio", "rss_overhead_bytes", resident, allocator.resident);
  add("mem_fragmentation_ratio", "mem_fragmentation_bytes", resident,
      allocator.allocated);
}

void AddScripts(InfoText& text) {
  text.Add("used_memory_lua", 0);
  text.Add("used_memory_vm_eval", 0);
  text.Add("used_memory_lua_human", "0B");
  text.Add("used_memory_scripts_eval", 0);
  text.Add("number_of_cached_scripts", 0);
  text.Add("number_of_functions", 0);
  text.Add("number_of_libraries", 0);
  text.Add("used_memory_vm_functions", 0);
  text.AddBytes("used_memory_vm_total", 0);
  text.Add("used_memory_functions", 0);
  text.AddBytes("used_memory_scripts", 0);
}

}  // namespace

void WriteMemorySection(const InfoSource& source, InfoText& text) {
  const types::EngineStats& engine = source.engine;
  const base::AllocatorStats allocator = base::ReadAllocatorStats();
  const uint64_t used = allocator.allocated;
  const uint64_t resident = base::ResidentBytes();
  const uint64_t rows =
      std::min(used, engine.active_bytes + engine.sealed_bytes +
                         engine.clean_bytes + engine.cache_bytes);
  uint64_t& peak = source.server.peak_memory_bytes;
  peak = std::max(peak, used);

  text.Section("Memory");
  text.AddBytes("used_memory", used);
  text.AddBytes("used_memory_rss", resident);
  text.AddBytes("used_memory_peak", peak);
  text.Add("used_memory_peak_perc", Percent(used, peak));
  text.Add("used_memory_overhead", used - rows);
  text.Add("used_memory_startup", 0);
  text.Add("used_memory_dataset", rows);
  text.Add("used_memory_dataset_perc", Percent(rows, used));
  text.Add("allocator_allocated", allocator.allocated);
  text.Add("allocator_active", allocator.active);
  text.Add("allocator_resident", allocator.resident);
  text.AddBytes("total_system_memory", base::SystemMemoryBytes());
  AddScripts(text);
  // What is in force: a setting of 0 means that the server chose.
  text.AddBytes("maxmemory", engine.memory_budget_bytes);
  text.Add("maxmemory_policy", source.settings.Text("maxmemory-policy"));
  AddAllocator(allocator, resident, text);
  text.Add("mem_not_counted_for_evict", 0);
  text.Add("mem_replication_backlog", 0);
  text.Add("mem_total_replication_buffers", 0);
  text.Add("mem_clients_slaves", 0);
  text.Add("mem_clients_normal", source.traffic.memory_bytes);
  text.Add("mem_cluster_links", 0);
  text.Add("mem_aof_buffer", 0);
  text.Add("mem_allocator", allocator.name);
  text.Add("active_defrag_running", engine.defrag_percent);
  text.Add("lazyfree_pending_objects", 0);
  text.Add("lazyfreed_objects", 0);
}

// A save is a checkpoint, the append-only file is the log.
void WritePersistenceSection(const InfoSource& source, InfoText& text) {
  const Server& server = source.server;
  const types::EngineStats& engine = source.engine;
  const Saves& saves = server.saves;
  const std::string_view log_status =
      server.data.log_error().ok() && !engine.log_out_of_space ? "ok" : "err";
  text.Section("Persistence");
  text.Add("loading", 0);
  text.Add("async_loading", 0);
  text.Add("current_cow_peak", 0);
  text.Add("current_cow_size", 0);
  text.Add("current_cow_size_age", 0);
  text.Add("current_fork_perc", "0.00");
  text.Add("current_save_keys_processed", 0);
  text.Add("current_save_keys_total", 0);
  text.Add("rdb_changes_since_last_save", saves.Changes(engine));
  text.Add("rdb_bgsave_in_progress", saves.in_progress() ? 1 : 0);
  text.Add("rdb_last_save_time", saves.last_s());
  text.Add("rdb_last_bgsave_status", saves.last_ok() ? "ok" : "err");
  text.Add("rdb_last_bgsave_time_sec", saves.last_took_s());
  text.Add("rdb_current_bgsave_time_sec", saves.seconds_so_far());
  text.Add("rdb_saves", saves.count());
  text.Add("rdb_last_cow_size", 0);
  text.Add("rdb_last_load_keys_expired", 0);
  text.Add("rdb_last_load_keys_loaded", 0);
  text.Add("aof_enabled", 1);
  text.Add("aof_rewrite_in_progress", 0);
  text.Add("aof_rewrite_scheduled", 0);
  text.Add("aof_last_rewrite_time_sec", -1);
  text.Add("aof_current_rewrite_time_sec", -1);
  text.Add("aof_last_bgrewrite_status", "ok");
  text.Add("aof_rewrites", 0);
  text.Add("aof_rewrites_consecutive_failures", 0);
  text.Add("aof_last_write_status", log_status);
  text.Add("aof_last_cow_size", 0);
  text.Add("module_fork_in_progress", 0);
  text.Add("module_fork_last_cow_size", 0);
  text.Add("aof_current_size", engine.log_retained_bytes);
  text.Add("aof_base_size", TableBytes(engine));
  text.Add("aof_pending_rewrite", 0);
  text.Add("aof_buffer_length", 0);
  text.Add("aof_pending_bio_fsync", 0);
  text.Add("aof_delayed_fsync", 0);
}

}  // namespace commands
