// redbed-inspect looks into the files of a data directory, whatever state
// they are in.
//
//   redbed-inspect log FILE | table FILE [--rows] [--blocks]
//   redbed-inspect blob FILE [--rows] | manifest FILE
//   redbed-inspect verify DIR
//   redbed-inspect repair DIR NEWDIR [--keys]
//
// Exit codes: 0 sound (repair: nothing lost), 1 damaged (repair: something
// lost), 2 it could not be looked at.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "inspect/directories.h"
#include "inspect/printer.h"
#include "inspect/show.h"

namespace {

constexpr int kSound = 0;
constexpr int kDamaged = 1;
constexpr int kCouldNotLook = 2;

int ExitCode(const base::Result<bool>& result) {
  if (result.ok()) return result.value() ? kSound : kDamaged;
  std::fprintf(stderr, "redbed-inspect: %s\n",
               std::string(result.status().message()).c_str());
  // Of a file that is nothing of what it should be, that is the finding.
  return result.status().code() == base::Code::kCorruption ? kDamaged
                                                           : kCouldNotLook;
}

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Looks into the files of a Redbed data directory.",
               "redbed-inspect"};
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 sound, or nothing lost; 1 damaged, or something lost;\n"
      "2 it could not be looked at.");
  bool json = false;
  app.add_flag("--json", json, "One JSON object a line");
  app.fallthrough();

  std::string file;
  std::string directory;
  std::string new_directory;
  inspect::TableParts parts;
  bool keys = false;
  auto* log = app.add_subcommand("log", "Print a log segment");
  log->add_option("FILE", file, "wal-....log or spare-....log")->required();
  auto* table = app.add_subcommand("table", "Print and check a table");
  table->add_option("FILE", file, "....sst")->required();
  table->add_flag("--blocks", parts.blocks, "Each data block");
  table->add_flag("--rows", parts.rows, "Each row");
  auto* blob = app.add_subcommand("blob", "Print and check a blob file");
  blob->add_option("FILE", file, "....blob")->required();
  blob->add_flag("--rows", parts.rows, "Each value");
  auto* manifest = app.add_subcommand("manifest", "Print a MANIFEST");
  manifest->add_option("FILE", file, "Manifest-...")->required();
  auto* verify = app.add_subcommand(
      "verify", "Check all of a data directory, changing nothing");
  verify->add_option("DIR", directory, "No server may run on it")->required();
  auto* repair = app.add_subcommand(
      "repair", "Save what is whole into a new directory, list what is lost");
  repair->add_option("DIR", directory, "It is only read")->required();
  repair->add_option("NEWDIR", new_directory, "New, or empty")->required();
  repair->add_flag("--keys", keys,
                   "Name each saved key that may be older than what is lost");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kSound : kCouldNotLook;
  }

  inspect::Printer printer(json);
  if (log->parsed()) return ExitCode(inspect::ShowLog(file, &printer));
  if (table->parsed()) {
    return ExitCode(inspect::ShowTable(file, parts, &printer));
  }
  if (blob->parsed()) {
    return ExitCode(inspect::ShowBlob(file, parts.rows, &printer));
  }
  if (manifest->parsed()) {
    return ExitCode(inspect::ShowManifest(file, &printer));
  }
  directory = WithoutSlash(directory);
  if (verify->parsed()) return ExitCode(inspect::Verify(directory, &printer));
  return ExitCode(
      inspect::Repair(directory, WithoutSlash(new_directory), keys, &printer));
}
