#include "server/house.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/allocator.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/process.h"
#include "base/random.h"
#include "base/settings_file.h"
#include "base/strings.h"
#include "lsm/checkpoint_directory.h"
#include "server/configuration.h"
#include "server/descriptors.h"
#include "server/version.h"

namespace server {
namespace {

using base::Status;

constexpr int64_t kChoresMs = 100;
// Keys deleted in one slice because their time was up.
constexpr size_t kExpireBudget = 100;
// Between two chores: a quarter of the time, as Redis does.
constexpr int64_t kExpireUs = kChoresMs * 1000 / 4;
// What the plan of expiries may take of the memory budget.
constexpr uint64_t kExpiryShare = 8;
// How long a clean shutdown waits for clients that do not read.
constexpr int64_t kShutdownMs = 10'000;
constexpr int64_t kShutdownPollMs = 5;

std::string NewRunId() {
  std::string bytes;
  for (int i = 0; i < 3; ++i) {
    const uint64_t word = base::SecureRandom();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return base::Hex(base::Sha1(bytes));
}

std::string Executable() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "";
}

// What whoever starts the server can do about it.
std::string_view AdviceFor(const Status& status) {
  if (status.code() == base::Code::kCorruption) {
    return "; nothing was changed: restore the data from a backup, or save "
           "what is whole with redbed-inspect repair, or, if it is the log, "
           "keep what comes before with redbed-salvage-log yes";
  }
  switch (status.error_number()) {
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
      return "; choose with dir a directory that this user may write in";
    case ENOSPC:
    case EDQUOT:
      return "; nothing was changed: make room and start again";
    default:
      return "";
  }
}

Status WithAdvice(const Status& status) {
  const std::string text = base::StrCat(status.message(), AdviceFor(status));
  return status.code() == base::Code::kCorruption ? Status::Corruption(text)
                                                  : Status::Io(text);
}

}  // namespace

House::House(base::Settings* settings, std::string config_file,
             base::FileSystem* fs)
    : settings_(settings),
      config_file_(std::move(config_file)),
      fs_(fs),
      data_(DataLimitsOf(*settings)),
      server_{*clock_, data_, sessions_, statistics_, rules_},
      table_(commands::AllFamilies()),
      dispatcher_(&table_, &server_),
      log_(&engine_, &loop_),
      executor_(&sessions_, &dispatcher_, &rules_, clock_),
      frontend_(&loop_, &executor_, &log_),
      metrics_({engine_, sessions_, statistics_, frontend_, loop_}, &table_),
      chores_timer_(&loop_, [this] { Chores(); }),
      shutdown_timer_(&loop_, [this] { GoOnShuttingDown(); }),
      signals_(&loop_, [this](int number) {
        if (shutting_down_) _exit(1);
        base::LogWarning("Received signal ", number,
                         ", shutting down; once more ends at once");
        Shutdown({});
      }) {
  ConfigureRules(*settings_, &rules_);
  ConfigureNetwork(*settings_, &frontend_.limits());
  ConfigureSlowLog(*settings_, &server_.slow_log);
  server_.dispatcher = &dispatcher_;
  server_.host = this;
  server_.settings = settings_;
  server_.started_us = clock_->WallMicros();
  server_.version = kVersion;
  server_.run_id = NewRunId();
  server_.executable = Executable();
  server_.config_file = config_file_;
  server_.saves.Configure(SaveSettingsOf(*settings_));
}

House::~House() = default;

// --- Opening.

Status House::Open() {
  // First, because each opening of the engine begins a segment of the log:
  // started again and again beside one who has the port, it would fill the
  // disk. Nobody is served before the loop runs.
  TRY(ListenTcp());
  TRY(ListenAdmin());
  TRY(OpenEngine());
  FindCheckpoint();
  // Takes the path from whoever has it, so only who owns the data may.
  TRY(ListenUnix());
  settings_->OnChange([this](const base::SettingChange& change) {
    return ApplyChange(change);
  });
  chores_timer_.Every(kChoresMs);
  return Status::Ok();
}

Status House::OpenEngine() {
  lsm::Options options;
  options.fs = fs_;
  ConfigureEngine(*settings_, &options);
  types::Describe(&options);
  options.on_progress = [this] { loop_.Wake(); };
  options.on_expiring = [this](std::span<const lsm::ExpiringRow> rows) {
    if (engine_ != nullptr) return data_.expiry().Add(rows);
    // Of the log: the walk will find them too.
    for (const lsm::ExpiringRow& row : rows) {
      data_.expiry().Add(row.key, row.expires_ms);
    }
  };
  options.expiring_room = [this] { return data_.expiry().room(); };
  log_.set_depth(options.log_depth);
  base::Result<std::unique_ptr<lsm::Engine>> opened =
      lsm::Engine::Open(std::move(options));
  if (!opened.ok()) return WithAdvice(opened.status());
  engine_ = std::move(opened).value();
  ApplyMemoryBudget();
  return data_.Attach(engine_.get());
}

void House::ApplyMemoryBudget() {
  const uint64_t budget = MemoryBudget(*settings_);
  engine_->SetMemoryBytes(budget);
  data_.expiry().SetBytesMax(budget / kExpiryShare);
}

// For INFO; that nothing can be found there is no reason not to start.
void House::FindCheckpoint() {
  lsm::CheckpointDirectory checkpoints(fs_, server_.saves.directory());
  base::Result<std::string> newest = checkpoints.Newest();
  if (newest.ok()) server_.saves.set_newest(std::move(newest).value());
}

Status House::ListenTcp() {
  const auto port = static_cast<uint16_t>(settings_->Integer("port"));
  const auto backlog = static_cast<int>(settings_->Integer("tcp-backlog"));
  server_.tcp_port = port;
  if (port == 0) return Status::Ok();
  return frontend_.ListenTcp(settings_->Words("bind"), port, backlog);
}

Status House::ListenUnix() {
  const std::string& path = settings_->Text("unixsocket");
  if (path.empty()) return Status::Ok();
  return frontend_.ListenUnix(
      path, static_cast<uint32_t>(settings_->Integer("unixsocketperm")),
      static_cast<int>(settings_->Integer("tcp-backlog")));
}

Status House::ListenAdmin() {
  const auto port = static_cast<uint16_t>(settings_->Integer("admin-port"));
  if (port == 0) return Status::Ok();
  admin::Sources sources;
  sources.trouble = [this] {
    return std::string(engine_->log_error().message());
  };
  sources.not_ready = [this] {
    return shutting_down_ ? std::string("shutting down")
                          : std::string(engine_->log_error().message());
  };
  sources.metrics = [this] { return metrics_.Render(); };
  admin_ = std::make_unique<admin::HttpServer>(
      &loop_, admin::Pages(std::move(sources)));
  return admin_->Listen(settings_->Text("admin-bind"), port);
}

void House::Announce() const {
  const lsm::Stats stats = engine_->stats();
  base::LogNotice("Data in ", settings_->Text("dir"), ": ",
                  stats.replayed_batches, " batches replayed, open after ",
                  stats.recovery_us / 1000, " ms");
  if (server_.tcp_port != 0) {
    base::LogNotice("Listening on ", settings_->Text("bind"), ", port ",
                    server_.tcp_port);
  }
  if (const std::string& path = settings_->Text("unixsocket"); !path.empty()) {
    base::LogNotice("Listening on ", path);
  }
  if (admin_ != nullptr) {
    base::LogNotice("Admin pages on http://", settings_->Text("admin-bind"),
                    ":", admin_->port(), "/metrics");
  }
  base::LogNotice("Ready to accept connections");
}

int House::Run() {
  Announce();
  loop_.Run();
  // Not from within the loop: the end of its last tick still asks the log.
  if (const Status status = data_.Close(); !status.ok()) {
    base::LogWarning("Closing the data: ", status.message());
    return 1;
  }
  base::LogWarning("Redbed is now ready to exit, bye bye...");
  return 0;
}

// --- Running.

void House::Chores() {
  const int64_t now_ms = clock_->WallMillis();
  sessions_.Tick(now_ms);
  server_.waits.Tick(now_ms);
  const int64_t now_us = clock_->MonotonicMicros();
  server_.rates.commands.Sample(statistics_.commands, now_us);
  server_.rates.input_bytes.Sample(frontend_.stats().input_bytes, now_us);
  server_.rates.output_bytes.Sample(frontend_.stats().output_bytes, now_us);
  if (shutting_down_) return;
  server_.saves.Tick();
  const base::AllocatorStats allocator = base::ReadAllocatorStats();
  const uint64_t budget = MemoryBudget(*settings_);
  const uint64_t resident = base::ResidentBytes();
  engine_->SetOtherMemory(other_memory_.Note(budget, engine_->memory_in_use(),
                                             resident, allocator));
  if (ShouldPurge(budget, resident, allocator)) purger_.Ask();
  defrag_percent_ =
      DefragPercent(DefragSettingsOf(*settings_), allocator, defrag_percent_);
  engine_->SetDefragPercent(defrag_percent_);
  expire_us_ = 0;
  if (!expire_posted_) Expire();
}

void House::Expire() {
  expire_posted_ = false;
  if (shutting_down_) return;
  const int64_t begin_us = clock_->MonotonicMicros();
  const bool more = dispatcher_.ExpireDue(kExpireBudget);
  expire_us_ += clock_->MonotonicMicros() - begin_us;
  if (!more || expire_us_ >= kExpireUs) return;
  expire_posted_ = true;
  loop_.Post([this] { Expire(); });
}

Status House::ApplyChange(const base::SettingChange& change) {
  const std::string_view name = change.spec.name;
  if (name == "appendfsync") {
    TRY(engine_->SetSyncPolicy(SyncPolicyOf(*settings_)));
  } else if (name == "maxclients") {
    const auto wanted = static_cast<uint64_t>(settings_->Integer(name));
    const uint64_t given = ShareDescriptors(DescriptorLimit(), wanted).clients;
    if (given < wanted) {
      return Status::Invalid(base::StrCat(
          "The operating system is not able to handle the specified number of "
          "clients, try with ",
          given));
    }
  } else if (name == "activedefrag") {
    if (settings_->Bool(name) && !base::CanDefragment()) {
      return Status::Invalid(
          "Active defragmentation cannot be enabled: it requires a Redis "
          "server compiled with a modified Jemalloc like the one shipped by "
          "default with the Redis source distribution");
    }
  } else if (name == "maxmemory") {
    ApplyMemoryBudget();
  } else if (name == "redbed-generation-bytes") {
    engine_->SetGenerationBytes(
        static_cast<uint64_t>(settings_->Integer(name)));
  } else if (name == "loglevel") {
    base::SetLogLevel(LogLevelOf(*settings_));
  }
  ConfigureNetwork(*settings_, &frontend_.limits());
  ConfigureRules(*settings_, &rules_);
  ConfigureSlowLog(*settings_, &server_.slow_log);
  server_.saves.Configure(SaveSettingsOf(*settings_));
  return Status::Ok();
}

commands::Traffic House::traffic() const {
  const net::TrafficStats& stats = frontend_.stats();
  commands::Traffic traffic;
  traffic.rejected_connections = stats.rejected;
  traffic.reads = stats.reads;
  traffic.writes = stats.writes;
  traffic.input_bytes = stats.input_bytes;
  traffic.output_bytes = stats.output_bytes;
  traffic.output_limit_cuts = stats.output_limit_cuts;
  traffic.query_limit_cuts = stats.query_limit_cuts;
  traffic.delayed_writes = stats.delayed_writes;
  traffic.delayed_us = stats.delayed_us;
  traffic.stopped_sockets = frontend_.throttled_count();
  traffic.memory_bytes = frontend_.memory_bytes();
  return traffic;
}

Status House::Reload() {
  Status status = data_.Close();
  engine_.reset();
  if (status.ok()) status = OpenEngine();
  if (status.ok()) return status;
  // Without data there is nothing to serve, not even the answer to this.
  base::LogWarning("Opening the data again: ", status.message());
  _exit(1);
}

Status House::RewriteConfig() {
  if (config_file_.empty()) {
    return Status::Invalid("ERR The server is running without a config file");
  }
  return base::RewriteSettingsFile(base::PosixFileSystem(), config_file_,
                                   *settings_);
}

// --- Going down.

void House::Shutdown(const commands::ShutdownOptions& options) {
  if (shutting_down_) return;
  shutting_down_ = true;
  synced_ = false;
  shutdown_until_ms_ = loop_.now_ms() + (options.now ? 0 : kShutdownMs);
  frontend_.StopListening();
  if (const std::string& path = settings_->Text("unixsocket"); !path.empty()) {
    (void)unlink(path.c_str());  // Nobody listens behind this name any more.
  }
  frontend_.CloseAll();
  engine_->Sync([this](Status) { synced_ = true; });
  shutdown_timer_.Every(kShutdownPollMs);
}

void House::AbortShutdown() {
  // Clients are gone already: a shutdown that has begun goes to its end.
}

void House::GoOnShuttingDown() {
  const bool waited = loop_.now_ms() >= shutdown_until_ms_;
  if (!waited && !(synced_ && frontend_.connection_count() == 0)) return;
  shutdown_timer_.Stop();
  chores_timer_.Stop();
  admin_.reset();
  loop_.Stop();
}

}  // namespace server
