// The server: settings from a file and the command line, then a House.
//
//   redbed [FILE] [--setting value ...]

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/allocator.h"
#include "base/check.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/settings_file.h"
#include "commands/settings_table.h"
#include "server/configuration.h"
#include "server/descriptors.h"
#include "server/house.h"
#include "server/version.h"

// Read by jemalloc before main. Freed pages go back to the system soon, so
// that memory stays within the budget, but not at once: that costs faults.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "dirty_decay_ms:250,muzzy_decay_ms:0";
}

namespace {

constexpr char kUsage[] =
    "Usage: redbed [/path/to/redbed.conf] [options]\n"
    "       redbed --version | --help\n"
    "\n"
    "Options are settings of the configuration file with two dashes:\n"
    "       redbed --port 7000 --dir /var/lib/redbed --appendfsync everysec\n"
    "What each setting means stands in conf/redbed.conf.\n";

// Fewer clients are served where the system does not give enough descriptors.
void FitClients(base::Settings* settings) {
  const auto wanted = static_cast<uint64_t>(settings->Integer("maxclients"));
  const uint64_t limit = server::RaiseDescriptorLimit();
  const uint64_t given = server::ShareDescriptors(limit, wanted).clients;
  if (given >= wanted) return;
  base::LogWarning("Only ", limit, " open files are allowed: maxclients is ",
                   given, " instead of ", wanted,
                   ". Raise the limit with ulimit -n");
  CHECK(settings
            ->Load({
                {"maxclients", std::to_string(given)}
  })
            .ok());
}

int Fail(const base::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

base::Status LoadSettings(std::span<const std::string> arguments,
                          base::Settings* settings, std::string* config_file) {
  if (!arguments.empty() && !arguments[0].starts_with("--")) {
    char* const path = realpath(arguments[0].c_str(), nullptr);
    *config_file = path != nullptr ? path : arguments[0];
    std::free(path);
    TRY(base::LoadSettingsFile(base::PosixFileSystem(), *config_file,
                               settings));
    arguments = arguments.subspan(1);
  }
  return base::LoadSettingsArguments(arguments, settings);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--version") {
    std::printf("Redbed server v=%s\n", server::kVersion);
    return 0;
  }
  if (arguments.size() == 1 &&
      (arguments[0] == "--help" || arguments[0] == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  base::Settings settings(commands::SettingRows());
  std::string config_file;
  if (const base::Status status =
          LoadSettings(arguments, &settings, &config_file);
      !status.ok()) {
    return Fail(status);
  }
  if (const base::Status status =
          base::OpenLog(settings.Text("logfile"), server::LogLevelOf(settings));
      !status.ok()) {
    return Fail(status);
  }
  base::LogNotice("Redbed ", server::kVersion, " starts",
                  config_file.empty() ? "" : " with ", config_file);
  FitClients(&settings);
  // Without it the loop does it: slower, not wrong.
  (void)base::PurgeInBackground();
  server::House house(&settings, config_file);
  if (const base::Status status = house.Open(); !status.ok()) {
    // Without a file the log is on the same terminal.
    if (!settings.Text("logfile").empty()) base::LogWarning(status.message());
    return Fail(status);
  }
  return house.Run();
}
