#include "commands/watches.h"

#include <algorithm>

#include "commands/session.h"

namespace commands {

void Watches::Watch(Session& session, int db, std::string_view key,
                    bool expired) {
  const Place place(db, key);
  std::vector<Watcher>& watchers = keys_[place];
  const bool known = std::any_of(
      watchers.begin(), watchers.end(),
      [&](const Watcher& watcher) { return watcher.session == &session; });
  if (known) return;
  watchers.push_back({&session, expired});
  sessions_[&session].push_back(place);
  ++session.watching;
}

void Watches::Unwatch(Session& session) {
  const auto watched = sessions_.find(&session);
  if (watched == sessions_.end()) return;
  for (const Place& place : watched->second) {
    const auto key = keys_.find(place);
    std::erase_if(key->second, [&](const Watcher& watcher) {
      return watcher.session == &session;
    });
    if (key->second.empty()) keys_.erase(key);
  }
  sessions_.erase(watched);
  session.watching = 0;
}

void Watches::Touch(std::span<const types::WrittenKey> written) {
  for (const types::WrittenKey& change : written) {
    const auto key = keys_.find(Place(change.db, change.key));
    if (key == keys_.end()) continue;
    for (Watcher& watcher : key->second) {
      if (watcher.expired && change.deleted) {
        // It was as good as absent and now is: nothing has changed.
        watcher.expired = false;
      } else {
        watcher.session->watch_failed = true;
      }
    }
  }
}

std::vector<Watches::Watched> Watches::Of(const Session& session) const {
  std::vector<Watched> all;
  const auto watched = sessions_.find(&session);
  if (watched == sessions_.end()) return all;
  for (const Place& place : watched->second) {
    for (const Watcher& watcher : keys_.at(place)) {
      if (watcher.session == &session) {
        all.push_back({place.first, place.second, watcher.expired});
      }
    }
  }
  return all;
}

std::vector<std::string> Watches::KeysIn(int db) const {
  std::vector<std::string> keys;
  for (auto at = keys_.lower_bound(Place(db, ""));
       at != keys_.end() && at->first.first == db; ++at) {
    keys.push_back(at->first.second);
  }
  return keys;
}

}  // namespace commands
