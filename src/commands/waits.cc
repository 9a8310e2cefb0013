#include "commands/waits.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/strings.h"

namespace commands {

base::Result<int64_t> DeadlineMs(std::string_view timeout, int64_t now_ms) {
  const std::optional<int64_t> ms = base::ParseInt(timeout);
  if (!ms) {
    return base::Status::Invalid(
        "ERR timeout is not an integer or out of range");
  }
  if (*ms < 0) return base::Status::Invalid("ERR timeout is negative");
  if (*ms > INT64_MAX - now_ms) {
    return base::Status::Invalid("ERR timeout is out of range");
  }
  return *ms == 0 ? 0 : now_ms + *ms;
}

Waits::Ticket Waits::Add(Session& session, int64_t deadline_ms, Phrase phrase) {
  // Who waits for ever and leaves would never be forgotten.
  if (waits_.size() > 2 * sessions_->size()) ForgetTheGone();
  session.Block();
  const int64_t deadline = deadline_ms == 0 ? INT64_MAX : deadline_ms;
  next_deadline_ms_ = std::min(next_deadline_ms_, deadline);
  waits_.emplace(next_ticket_, Wait{session.id, deadline, std::move(phrase)});
  return next_ticket_++;
}

void Waits::Finish(Ticket ticket, types::Sequence gate, const Phrase& phrase) {
  const auto found = waits_.find(ticket);
  if (found == waits_.end()) return;
  const uint64_t session_id = found->second.session_id;
  waits_.erase(found);
  sessions_->Unblock(session_id, gate, phrase);
}

void Waits::Tick(int64_t now_ms) {
  if (now_ms < next_deadline_ms_) return;
  next_deadline_ms_ = INT64_MAX;
  std::vector<Wait> over;
  for (auto it = waits_.begin(); it != waits_.end();) {
    Wait& wait = it->second;
    if (wait.deadline_ms <= now_ms) {
      over.push_back(std::move(wait));
      it = waits_.erase(it);
    } else {
      next_deadline_ms_ = std::min(next_deadline_ms_, wait.deadline_ms);
      ++it;
    }
  }
  // Only now: whoever is unblocked may wait again at once.
  for (const Wait& wait : over) {
    sessions_->Unblock(wait.session_id, /*gate=*/0, wait.phrase);
  }
}

void Waits::ForgetTheGone() {
  std::erase_if(waits_, [this](const auto& item) {
    return sessions_->Find(item.second.session_id) == nullptr;
  });
}

}  // namespace commands
