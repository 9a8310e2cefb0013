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

// What an EXEC may have changed already, though the session changes at its
// end; and what a request adds.
struct ClientState {
  int db;
  int protocol;
  std::string_view name;
  // Of the words that it is executing.
  size_t request_bytes = 0;
};

// Ends in a newline.
std::string DescribeClient(const Session& session, const ClientState& state,
                           int64_t now_ms);

enum class ClientType : uint8_t { kNormal, kMaster, kReplica, kPubSub };
// "ERR Unknown client type 'x'" for anything else.
base::Result<ClientType> ParseClientType(std::string_view word);
// What this client is. Nobody replicates or subscribes here.
ClientType TypeOf(const Session& session);

}  // namespace commands
