// The server's log: one line for a thing that an operator should know.
//
//   12345:M 21 Nov 2026 01:02:03.456 * Ready to accept connections
//   pid   role                       mark of the level: . - * #
//
// Trouble of the world is logged once, where it is handled; a client's
// mistakes are replies and are not logged. Control characters are written as
// \n or \x1b, so that no text from outside can forge a line.
//
// There is one log in a process; the functions below write to it. Before
// OpenLog only warnings are written, to standard error: a program that embeds
// the engine is not talked over.
//
// Threads: shared, all of it. A line is written whole, and is in the file
// when Log returns.

#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "base/strings.h"

namespace base {

enum class LogLevel { kDebug, kVerbose, kNotice, kWarning };

// Sends the log to the file `path`, which is appended to, or to standard
// output if that is empty. On an error the log stays where it was.
Status OpenLog(const std::string& path, LogLevel level);
// Opens the same path again, after the file was moved away.
Status ReopenLog();

void SetLogLevel(LogLevel level);
bool LogEnabled(LogLevel level);
// The letter after the pid: M master, S replica, C child. M at the start.
void SetLogRole(char role);

void Log(LogLevel level, std::string_view text);

// The pieces are joined as by StrCat, and only if the level is wanted.
template <typename... Pieces>
void LogPieces(LogLevel level, const Pieces&... pieces) {
  if (LogEnabled(level)) Log(level, StrCat(pieces...));
}
template <typename... Pieces>
void LogDebug(const Pieces&... pieces) {
  LogPieces(LogLevel::kDebug, pieces...);
}
template <typename... Pieces>
void LogVerbose(const Pieces&... pieces) {
  LogPieces(LogLevel::kVerbose, pieces...);
}
template <typename... Pieces>
void LogNotice(const Pieces&... pieces) {
  LogPieces(LogLevel::kNotice, pieces...);
}
template <typename... Pieces>
void LogWarning(const Pieces&... pieces) {
  LogPieces(LogLevel::kWarning, pieces...);
}

}  // namespace base
