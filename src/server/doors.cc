#include "server/doors.h"

#include <vector>

#include "base/strings.h"

namespace server {

std::string EngineLog::failure_reply() const {
  return base::StrCat("MISCONF the log cannot be written any more (",
                      engine().log_error().message(),
                      "); whether this write was kept is decided by a restart");
}

void EngineLog::EndOfTick() {
  // With slices left the loop comes back at once instead of sleeping.
  if (engine().Tick()) loop_->Wake();
}

commands::Session* SessionExecutor::Open(commands::Transport* transport) {
  commands::Session* const session =
      sessions_->Add(transport, clock_->WallMillis());
  session->authenticated = rules_->password.empty();
  return session;
}

void SessionExecutor::Prefetch(const commands::Session& session,
                               const net::RequestBatch& requests) {
  uint64_t hashes[net::RequestBatch::kRequestsMax];
  for (size_t i = 0; i < requests.size(); ++i) {
    hashes[i] = dispatcher_->Prefetch(session, requests.words(i));
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    dispatcher_->PrefetchRow(hashes[i]);
  }
}

void SessionExecutor::FetchAhead(const commands::Session& session,
                                 const net::RequestBatch& requests) {
  std::vector<resp::Words> words;
  for (size_t i = 1; i < requests.size(); ++i) {
    words.push_back(requests.words(i));
  }
  dispatcher_->FetchAhead(session, words);
}

}  // namespace server
