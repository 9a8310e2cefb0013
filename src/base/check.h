// CHECK stops the process when the program itself is wrong.
//
// It stays on in release builds: a restart replays the log, a wrong byte on
// disk stays. Trouble of the world is a Status, a client's mistake is a reply;
// neither belongs here.
//
// Threads: any.

#pragma once

namespace base {

// Prints file, line and the failed condition on stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line,
                              const char* condition);

}  // namespace base

#define CHECK(condition)                                   \
  do {                                                     \
    if (!(condition)) [[unlikely]] {                       \
      ::base::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                      \
  } while (false)

// The same, in debug and sanitizer builds only: for what is too hot to check.
#ifdef NDEBUG
#define DCHECK(condition)       \
  do {                          \
    (void)sizeof(!(condition)); \
  } while (false)
#else
#define DCHECK(condition) CHECK(condition)
#endif
