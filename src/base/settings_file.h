// Settings come from a file in the syntax of redis.conf, then from the
// command line; CONFIG REWRITE puts them back into the file.
//
//   # a comment
//   port 7000
//   requirepass "two\x20words"
//   include /etc/redbed/more.conf      a name, or a pattern such as *.conf
//
// An error stops the reading and says where:
//
//   *** FATAL CONFIG FILE ERROR ***
//   Reading the configuration file /etc/redbed.conf, at line 2
//   >>> 'port seven'
//   argument couldn't be parsed into an integer
//
// Threads: pure functions, and the owner of the settings.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/settings.h"
#include "base/status.h"

namespace base {

// Files within files, at most.
inline constexpr int kIncludeDepthMax = 16;

// Reads the file, and those it includes, as one.
Status LoadSettingsFile(FileSystem* fs, const std::string& path,
                        Settings* settings);

// `--port 7000 --save 900 1`: two dashes begin a setting, whose words follow.
// What is said here replaces what a file said.
Status LoadSettingsArguments(std::span<const std::string> arguments,
                             Settings* settings);

// The text of a file, changed so that it says what is in force: comments and
// order stay, lines of settings are put right, lines too many go, and what is
// missing and not at its default is added at the end. Included files are not
// touched: what one of them says of a setting that is back at its default is
// read again at the next start, as with Redis.
std::string RewrittenSettings(std::string_view text, const Settings& settings);

// The same for a file, which has the old or the new text at any time.
Status RewriteSettingsFile(FileSystem* fs, const std::string& path,
                           const Settings& settings);

}  // namespace base
