// The three things that are printed: a log segment, a table, a MANIFEST.
//
// Each prints what can be read, damage in its place, and returns whether the
// file is sound in itself; an error when there is nothing to print.
//
// Threads: one call at a time.

#pragma once

#include <string>

#include "base/status.h"
#include "inspect/printer.h"

namespace inspect {

base::Result<bool> ShowLog(const std::string& path, Printer* printer);

struct TableParts {
  bool blocks = false;
  bool rows = false;
};
base::Result<bool> ShowTable(const std::string& path, const TableParts& parts,
                             Printer* printer);

base::Result<bool> ShowManifest(const std::string& path, Printer* printer);

}  // namespace inspect
