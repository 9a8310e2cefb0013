// The four things that are printed: a log segment, a table, a blob file, a
// MANIFEST.
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

// `rows`: each value.
base::Result<bool> ShowBlob(const std::string& path, bool rows,
                            Printer* printer);

base::Result<bool> ShowManifest(const std::string& path, Printer* printer);

}  // namespace inspect
