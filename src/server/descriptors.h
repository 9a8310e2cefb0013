// How many files and sockets this process may have open, and who gets them:
// a quarter at most goes to tables (lsm/table/handle_cache gives handles back
// when more are read), the rest to clients.
//
// Threads: any.

#pragma once

#include <cstdint>

namespace server {

struct DescriptorShares {
  uint64_t clients = 0;
  uint64_t tables = 0;
};

// As many as the system lets us have, from now on; returns the limit.
uint64_t RaiseDescriptorLimit();
// In force now.
uint64_t DescriptorLimit();

// At most `clients_wanted` for clients; at least one for each.
DescriptorShares ShareDescriptors(uint64_t limit, uint64_t clients_wanted);

}  // namespace server
