// Watches remembers which sessions watch which keys, so that a write can tell
// them that their EXEC must not run.
//
// Nobody pays for it who does not use it: while nothing is watched, a commit
// asks empty() and goes on.
//
// As in Redis a key that was already expired when it was watched is as good as
// absent: deleting it for good touches nobody.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "types/txn.h"

namespace commands {

class Session;

class Watches {
 public:
  bool empty() const { return keys_.empty(); }

  // Once per session and key. `expired`: there is a row, but its time is up.
  void Watch(Session& session, int db, std::string_view key, bool expired);
  void Unwatch(Session& session);

  // These keys were changed: marks the sessions that watch them.
  void Touch(std::span<const types::WrittenKey> written);

  struct Watched {
    int db;
    std::string key;
    bool expired;
  };
  // What a session watches, in the order in which it began.
  std::vector<Watched> Of(const Session& session) const;
  // All watched keys of a database, for commands that change it as a whole.
  std::vector<std::string> KeysIn(int db) const;

 private:
  struct Watcher {
    Session* session;
    bool expired;
  };
  using Place = std::pair<int, std::string>;

  std::map<Place, std::vector<Watcher>> keys_;
  std::map<const Session*, std::vector<Place>> sessions_;
};

}  // namespace commands
