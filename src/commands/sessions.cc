#include "commands/sessions.h"

#include <algorithm>
#include <string>

namespace commands {

Session* Sessions::Add(Transport* transport, int64_t now_ms) {
  const uint64_t id = next_id_++;
  auto session = std::make_unique<Session>(id, transport, now_ms);
  return sessions_.emplace(id, std::move(session)).first->second.get();
}

void Sessions::Remove(uint64_t id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  watches_.Unwatch(*found->second);
  if (found->second->dying) --dying_;
  sessions_.erase(found);
}

void Sessions::MarkDying(Session& session) {
  if (session.dying) return;
  session.dying = true;
  ++dying_;
}

Session* Sessions::Find(uint64_t id) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second->dying) return nullptr;
  return found->second.get();
}

size_t Sessions::blocked_count() const {
  return std::count_if(sessions_.begin(), sessions_.end(),
                       [](const auto& item) { return item.second->blocked(); });
}

void Sessions::ForEach(const std::function<void(Session&)>& visit) const {
  for (const auto& [id, session] : sessions_) {
    if (!session->dying) visit(*session);
  }
}

void Sessions::Unblock(uint64_t id, types::Sequence gate,
                       const std::function<void(resp::Writer&)>& phrase) {
  const Session* session = Find(id);
  if (session == nullptr || !session->blocked()) return;
  std::string bytes;
  resp::Writer reply(&bytes, session->protocol);
  phrase(reply);
  UnblockWith(id, gate, std::move(bytes));
}

void Sessions::UnblockWith(uint64_t id, types::Sequence gate,
                           std::string reply) {
  Session* session = Find(id);
  if (session == nullptr || !session->blocked_) return;
  session->blocked_ = false;
  session->awaited_.reset();
  if (session == executing_.session) {
    executing_.reply->Raw(reply);
    *executing_.gate = std::max(*executing_.gate, gate);
    return;
  }
  if (session->transport == nullptr) return;
  if (session->reply_mode == ReplyMode::kOn) {
    session->transport->Deliver(std::move(reply), gate);
  } else if (session->reply_mode == ReplyMode::kSkip) {
    session->reply_mode = ReplyMode::kOn;
  }
  session->transport->Resume();
}

void Sessions::SetPause(Pause pause, int64_t until_ms, int64_t now_ms) {
  if (this->pause(now_ms) == Pause::kNone) pause_ = Pause::kNone;
  pause_ = std::max(pause_, pause);
  pause_until_ms_ = std::max(pause_until_ms_, until_ms);
}

void Sessions::EndPause() {
  pause_ = Pause::kNone;
  pause_until_ms_ = 0;
  ForEach([](Session& session) {
    if (session.transport == nullptr || session.blocked()) return;
    // What waits for rows goes on when they come.
    if (!session.parked.waiting) session.transport->Resume();
  });
}

void Sessions::Tick(int64_t now_ms) {
  if (pause_ != Pause::kNone && now_ms >= pause_until_ms_) EndPause();
}

}  // namespace commands
