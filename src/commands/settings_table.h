// SettingRows is the table of all settings: names, defaults, what they may be.
// What each of them means is told to people in conf/redbed.conf.
//
// Names, types and ranges are Redis 7.2's where Redis has the setting, with
// its older names as aliases. A row marked kKeptOnly is known for the sake of
// clients and of configuration files that were written for Redis: its value is
// kept and answered, and changes nothing.
//
// A few must not be swallowed like that, because somebody would believe in
// what does not happen (an ACL file, TLS, being a replica): they accept the
// value that means "off" and refuse any other.
//
// Threads: immutable.

#pragma once

#include <span>

#include "base/setting_spec.h"

namespace commands {

// In order of name.
std::span<const base::SettingSpec> SettingRows();

}  // namespace commands
