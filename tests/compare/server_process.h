// ServerProcess is a server under comparison: a process on a free port of
// 127.0.0.1, in a directory that goes away with it.
//
// Threads: one. The process dies with this one, however this one ends.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace compare {

class ServerProcess {
 public:
  // `binary` with `arguments`, to which port, address and directory are added.
  // On failure says why on stderr and exits.
  ServerProcess(std::string name, std::string binary,
                std::vector<std::string> arguments);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // SIGKILL, or a clean shutdown, and a new start on the same port and
  // directory; false when it does not come up again.
  bool Restart(bool by_kill);
  // A clean shutdown; false, with the reason on stderr, when it was none.
  bool Stop();

  const std::string& name() const { return name_; }
  uint16_t port() const { return port_; }
  // False when it has ended by itself.
  bool Alive();
  // The end of what it wrote to its log.
  std::string LogTail() const;

 private:
  void Launch();
  // Until it answers a PING; false when it ends instead, or takes too long.
  bool BecomesReady();

  // Immutable.
  const std::string name_;
  const std::string binary_;
  const std::vector<std::string> arguments_;
  const support::TemporaryDirectory directory_;

  uint16_t port_ = 0;
  pid_t pid_ = -1;
  // As waitpid gave it, once it has ended.
  int status_ = 0;
};

}  // namespace compare
