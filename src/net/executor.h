// Executor is what the network asks of the commands: a session for each
// connection, and the execution of its requests. The wiring answers it from
// commands::Sessions and commands::Dispatcher.
//
// Threads: loop-bound.

#pragma once

#include "commands/dispatch.h"
#include "commands/session.h"
#include "net/request_batch.h"
#include "resp/words.h"
#include "resp/writer.h"

namespace net {

class Executor {
 public:
  virtual ~Executor() = default;

  // A client has come. The session lives until Close.
  virtual commands::Session* Open(commands::Transport* transport) = 0;
  // The client has gone.
  virtual void Close(commands::Session& session) = 0;

  virtual commands::Done Execute(commands::Session& session, resp::Words words,
                                 resp::Writer& reply) = 0;
  // These requests will be executed now, one after the other.
  virtual void Prefetch(const commands::Session& session,
                        const RequestBatch& requests) = 0;
  // The first of these waits for its rows; those of the others may be read at
  // the same time.
  virtual void FetchAhead(const commands::Session& session,
                          const RequestBatch& requests) = 0;
};

}  // namespace net
