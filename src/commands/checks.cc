// The checks of dispatch: what must hold before a command may run or be
// queued, each with the error text of Redis.

#include <string>

#include "base/strings.h"
#include "commands/dispatch.h"
#include "commands/errors.h"

namespace commands {
namespace {

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
  }
  return upper;
}

// A session without a connection is the server's own.
bool IsLocal(const Session& session) {
  const Transport* transport = session.transport;
  return transport == nullptr || transport->is_unix() ||
         transport->peer().starts_with("127.0.0.1:") ||
         transport->peer().starts_with("[::1]:");
}

}  // namespace

base::Status Dispatcher::CheckAll(const Request& request) const {
  using Check = base::Status (Dispatcher::*)(const Request&) const;
  static constexpr Check kChecks[] = {
      &Dispatcher::IsKnown,      &Dispatcher::HasRightArity,
      &Dispatcher::IsEnabled,    &Dispatcher::IsAuthenticated,
      &Dispatcher::MayBeInMulti, &Dispatcher::MayWrite,
  };
  for (const Check check : kChecks) TRY((this->*check)(request));
  return base::Status::Ok();
}

base::Status Dispatcher::IsKnown(const Request& request) const {
  if (request.entry != nullptr) [[likely]]
    return base::Status::Ok();
  const resp::Words words = request.words;
  if (const CommandEntry* parent = table_->Find(words[0])) {
    return base::Status::Invalid(base::StrCat(
        "ERR unknown subcommand '", Echoed(words[1], kEchoBytesMax), "'. Try ",
        Upper(parent->full_name), " HELP."));
  }
  std::string args;
  for (size_t i = 1; i < words.size() && args.size() < kEchoBytesMax; ++i) {
    args +=
        base::StrCat("'", Echoed(words[i], kEchoBytesMax - args.size()), "' ");
  }
  return base::Status::Invalid(
      base::StrCat("ERR unknown command '", Echoed(words[0], kEchoBytesMax),
                   "', with args beginning with: ", args));
}

base::Status Dispatcher::HasRightArity(const Request& request) const {
  const int words = static_cast<int>(request.words.size());
  const int arity = request.spec().arity;
  if (arity >= 0 ? words == arity : words >= -arity) [[likely]] {
    return base::Status::Ok();
  }
  return base::Status::Invalid(WrongArity(request.entry->full_name));
}

base::Status Dispatcher::IsEnabled(const Request& request) const {
  if (!(request.spec().flags & kProtected)) [[likely]] {
    return base::Status::Ok();
  }
  const Permit permit = server_->rules.debug_commands;
  if (permit == Permit::kYes ||
      (permit == Permit::kLocal && IsLocal(request.session))) {
    return base::Status::Ok();
  }
  return base::Status::Invalid(base::StrCat(
      "ERR ",
      Upper(request.entry->full_name.substr(
          0, request.entry->full_name.find('|'))),
      " command not allowed. If the enable-debug-command option is set to "
      "\"local\", you can run it from a local connection, otherwise you need "
      "to set this option in the configuration file, and then restart the "
      "server."));
}

base::Status Dispatcher::IsAuthenticated(const Request& request) const {
  if (request.session.authenticated || (request.spec().flags & kNoAuth))
      [[likely]] {
    return base::Status::Ok();
  }
  return base::Status::Invalid(kAuthRequired);
}

base::Status Dispatcher::MayBeInMulti(const Request& request) const {
  if (!request.session.in_multi || !(request.spec().flags & kNoMulti))
      [[likely]] {
    return base::Status::Ok();
  }
  return base::Status::Invalid("ERR Command not allowed inside a transaction");
}

base::Status Dispatcher::MayWrite(const Request& request) const {
  if (!log_failed_ || !(request.flags() & kWrite)) [[likely]] {
    return base::Status::Ok();
  }
  const base::Status error = server_->data.log_error();
  if (error.ok()) {
    log_failed_ = false;
    return error;
  }
  return base::Status::Invalid(base::StrCat(kMisconfLog, error.message()));
}

}  // namespace commands
