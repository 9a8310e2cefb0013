// Who may speak: the password of the default user, and what a client may call
// itself.
//
// Threads: any.

#pragma once

#include <string_view>

#include "base/status.h"
#include "commands/server.h"

namespace commands {

// The only user there is.
inline constexpr std::string_view kDefaultUser = "default";

// Ok, or "WRONGPASS ...". Without a password every one is right. The time it
// takes tells nothing about the password but its length.
base::Status CheckPassword(const Rules& rules, std::string_view user,
                           std::string_view password);

// Names of clients and libraries are shown in CLIENT LIST, one line each:
// nothing but visible ASCII.
bool IsPlainName(std::string_view name);
inline constexpr std::string_view kBadClientName =
    "ERR Client names cannot contain spaces, newlines or special characters.";

}  // namespace commands
