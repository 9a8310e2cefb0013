// How the settings that are more than one plain value are read: the words of a
// file line or of CONFIG SET, merged into what was there, as one canonical
// text.
//
//   save                        "3600 1 300 100"
//   client-output-buffer-limit  "normal 0 0 0 slave 268435456 ... pubsub ..."
//   notify-keyspace-events      "g$lKE"
//
// Refusals are worded as Redis words them.
//
// Threads: any.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/setting_spec.h"

namespace commands {

base::Result<std::string> MergeSave(const std::string& current,
                                    std::span<const std::string> words,
                                    base::SettingSource source);
std::vector<std::string> SaveLines(const std::string& value);

base::Result<std::string> MergeOutputLimits(const std::string& current,
                                            std::span<const std::string> words,
                                            base::SettingSource source);
std::vector<std::string> OutputLimitLines(const std::string& value);

base::Result<std::string> MergeEventClasses(const std::string& current,
                                            std::span<const std::string> words,
                                            base::SettingSource source);

base::Result<std::string> MergeOomScores(const std::string& current,
                                         std::span<const std::string> words,
                                         base::SettingSource source);

base::Result<std::string> MergePercentiles(const std::string& current,
                                           std::span<const std::string> words,
                                           base::SettingSource source);

// For values that are one line of the file as they are.
std::vector<std::string> OneLine(const std::string& value);

}  // namespace commands
