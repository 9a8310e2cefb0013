#include "commands/client_info.h"

#include "base/strings.h"
#include "commands/errors.h"
#include "commands/statistics.h"

namespace commands {
namespace {

// One letter for each thing that is special about a client, N for nothing.
std::string FlagsOf(const Session& session) {
  std::string flags;
  if (session.monitor) flags.push_back('O');
  if (session.in_multi) flags.push_back('x');
  if (session.blocked()) flags.push_back('b');
  if (session.watch_failed) flags.push_back('d');
  if (session.close_after_reply) flags.push_back('c');
  if (session.transport != nullptr && session.transport->is_unix()) {
    flags.push_back('U');
  }
  if (session.no_evict) flags.push_back('e');
  if (session.no_touch) flags.push_back('T');
  if (flags.empty()) flags.push_back('N');
  return flags;
}

}  // namespace

std::string DescribeClient(const Session& session, const ClientState& state,
                           int64_t now_ms) {
  const Transport* const transport = session.transport;
  const Transport::Usage usage =
      transport == nullptr ? Transport::Usage() : transport->usage();
  const std::string_view peer =
      transport == nullptr ? std::string_view() : transport->peer();
  const std::string_view local =
      transport == nullptr ? std::string_view() : transport->local();
  const int64_t queued =
      session.in_multi ? static_cast<int64_t>(session.queue.size()) : -1;
  const std::string_view command = session.last_command == nullptr
                                       ? std::string_view("NULL")
                                       : session.last_command->full_name;
  return base::StrCat(
      "id=", session.id, " addr=", peer, " laddr=", local,
      " fd=", transport == nullptr ? -1 : transport->fd(), " name=", state.name,
      " age=", (now_ms - session.created_ms) / 1000,
      " idle=", (now_ms - session.active_ms) / 1000,
      " flags=", FlagsOf(session), " db=", state.db,
      " sub=0 psub=0 ssub=0 multi=", queued, " qbuf=", usage.query_bytes,
      " qbuf-free=", usage.query_free_bytes, " argv-mem=", state.request_bytes,
      " multi-mem=", session.queue_bytes,
      " rbs=0 rbp=0 obl=", usage.output_fixed_bytes,
      " oll=", usage.output_list_length, " omem=", usage.output_list_bytes,
      " tot-mem=",
      usage.memory_bytes + state.request_bytes + session.queue_bytes,
      " events=", usage.readable ? "r" : "", usage.writable ? "w" : "",
      " cmd=", command, " user=", session.user,
      " redir=-1 resp=", state.protocol, " lib-name=", session.lib_name,
      " lib-ver=", session.lib_version, "\n");
}

base::Result<ClientType> ParseClientType(std::string_view word) {
  if (base::EqualsIgnoreCase(word, "normal")) return ClientType::kNormal;
  if (base::EqualsIgnoreCase(word, "master")) return ClientType::kMaster;
  if (base::EqualsIgnoreCase(word, "pubsub")) return ClientType::kPubSub;
  if (base::EqualsIgnoreCase(word, "replica") ||
      base::EqualsIgnoreCase(word, "slave")) {
    return ClientType::kReplica;
  }
  return base::Status::Invalid(
      base::StrCat("ERR Unknown client type '", Echoed(word), "'"));
}

// A monitor counts as a replica, as in Redis.
ClientType TypeOf(const Session& session) {
  return session.monitor ? ClientType::kReplica : ClientType::kNormal;
}

}  // namespace commands
