// Error texts that are used more than once, exactly as Redis words them.
//
// Threads: immutable.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/strings.h"

namespace commands {

inline constexpr std::string_view kSyntaxError = "ERR syntax error";
inline constexpr std::string_view kNotAnInteger =
    "ERR value is not an integer or out of range";
inline constexpr std::string_view kNoSuchKey = "ERR no such key";
inline constexpr std::string_view kSameObject =
    "ERR source and destination objects are the same";
inline constexpr std::string_view kDbOutOfRange =
    "ERR DB index is out of range";
inline constexpr std::string_view kAuthRequired =
    "NOAUTH Authentication required.";
inline constexpr std::string_view kExecAbort =
    "EXECABORT Transaction discarded because of previous errors.";
inline constexpr std::string_view kExecAbortPrefix =
    "EXECABORT Transaction discarded because of: ";
// The reason follows. (Redis names its AOF here, we name our log.)
inline constexpr std::string_view kMisconfLog =
    "MISCONF Errors writing to the log: ";
inline constexpr std::string_view kMisconfNoSpace =
    "MISCONF Writes are refused while there is no space: ";

// How much of a request an error repeats.
inline constexpr size_t kEchoBytesMax = 128;

// A word as an error repeats it: Redis prints it as a C string, which ends at
// a NUL.
inline std::string_view Echoed(std::string_view word,
                               size_t bytes_max = std::string_view::npos) {
  return word.substr(0, std::min(bytes_max, word.find('\0')));
}

// What the client is told; Invalid brings a code of its own.
inline std::string ErrorText(const base::Status& status) {
  if (status.code() == base::Code::kInvalid) {
    return std::string(status.message());
  }
  return base::StrCat("ERR ", status.message());
}

// `command` is the full lower-case name, such as "object|encoding".
inline std::string WrongArity(std::string_view command) {
  return base::StrCat("ERR wrong number of arguments for '", command,
                      "' command");
}

// `word` is the subcommand as it was written, `command` in capitals.
inline std::string WrongSubcommand(std::string_view word,
                                   std::string_view command) {
  return base::StrCat(
      "ERR unknown subcommand or wrong number of arguments for '",
      Echoed(word, kEchoBytesMax), "'. Try ", command, " HELP.");
}

}  // namespace commands
