// DEBUG PROTOCOL: a reply of each type that RESP has, for those who write
// client libraries.
//
// Threads: any.

#pragma once

#include <string_view>

#include "base/status.h"
#include "resp/writer.h"

namespace commands {

base::Status WriteSample(std::string_view type, resp::Writer& reply);

}  // namespace commands
