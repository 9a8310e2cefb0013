// The two things done with whole data directories.
//
// Threads: one call at a time.

#pragma once

#include <string>

#include "base/status.h"
#include "inspect/printer.h"

namespace inspect {

// True: sound. An error: it could not be looked at.
base::Result<bool> Verify(const std::string& directory, Printer* printer);

// True: nothing was lost. `list_keys`: name each saved key that may be older
// than what was lost. An error: there is no usable copy.
base::Result<bool> Repair(const std::string& from, const std::string& to,
                          bool list_keys, Printer* printer);

}  // namespace inspect
