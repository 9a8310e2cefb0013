// How CLIENT LIST and CLIENT INFO describe a client: one line of "key=value".
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "commands/session.h"

namespace commands {

// Ends in a newline. `db` is the database that it has chosen; `request_bytes`
// are those of the words it is executing.
std::string DescribeClient(const Session& session, int db, int64_t now_ms,
                           size_t request_bytes);

enum class ClientType : uint8_t { kNormal, kMaster, kReplica, kPubSub };
// "ERR Unknown client type 'x'" for anything else.
base::Result<ClientType> ParseClientType(std::string_view word);
// What this client is. Nobody replicates or subscribes here.
ClientType TypeOf(const Session& session);

}  // namespace commands
