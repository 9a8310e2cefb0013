// Settings holds the current value of every row of a table of settings:
// CONFIG GET and CONFIG SET, and what a configuration file is read into.
//
//   Settings settings(kRows);
//   TRY(LoadSettingsFile(fs, path, &settings));     // settings_file.h
//   settings.OnChange([&](const SettingChange& c) { return Apply(c); });
//   TRY(settings.Set({{"maxmemory", "100mb"}}));
//
// Names are found in any case, and by their alias.
//
// Invariants
//   - Every value is one that its row accepts.
//   - Set changes all or nothing, and the hook has seen what is in force.
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/setting_spec.h"
#include "base/status.h"

namespace base {

struct SettingChange {
  const SettingSpec& spec;
  const std::string& before;
  const std::string& after;
};

// Puts a change into force, or refuses it, without effect, with an Invalid
// status whose message says why. All values of a Set are in place when the
// first hook is called. When a later change of the same Set is refused, the
// hook is called again with before and after exchanged.
using SettingHook = std::function<Status(const SettingChange&)>;

class Settings {
 public:
  // REQUIRES: the rows outlive this, their names differ and their defaults
  // are acceptable.
  explicit Settings(std::span<const SettingSpec> specs);
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // nullptr if there is no such setting.
  const SettingSpec* Find(std::string_view name) const;
  std::span<const SettingSpec> specs() const { return specs_; }

  // REQUIRES for all: the setting exists and is of that type.
  const std::string& Text(std::string_view name) const;
  bool Bool(std::string_view name) const;
  // Integers, octals and memory. A percentage is -percent.
  int64_t Integer(std::string_view name) const;
  std::vector<std::string> Words(std::string_view name) const;

  bool IsDefault(const SettingSpec& spec) const;

  // CONFIG GET: name and value of what matches any of the patterns, each
  // once, in the order of names. What is asked for by its exact name or alias
  // is answered under the name that was asked.
  std::vector<std::pair<std::string, std::string>> Get(
      std::span<const std::string_view> patterns) const;

  // CONFIG SET, with its error replies.
  using Assignments = std::vector<std::pair<std::string, std::string>>;
  Status Set(const Assignments& assignments);
  void OnChange(SettingHook hook) { hook_ = std::move(hook); }
  // Protected settings may be changed by Set (enable-protected-configs).
  void AllowProtected(bool allowed) { protected_allowed_ = allowed; }

  // One line of a file or of the command line; `words` are name and value.
  // Immutable settings may be set, and the hook is not called. The message
  // of an error is the reason alone.
  Status Load(std::span<const std::string> words);
  // Special settings begin anew with their next line: a further file or the
  // command line replaces what was loaded before.
  void BeginLoad() { loaded_.clear(); }

 private:
  struct Update {
    const SettingSpec* spec;
    std::string name;  // As the client wrote it.
    std::string value;
  };
  Status CheckNames(const Assignments& assignments) const;
  Result<std::vector<Update>> Plan(const Assignments& assignments) const;
  Status Apply(std::vector<Update>* updates);
  const std::string& ValueOf(const SettingSpec& spec) const;

  // Immutable.
  const std::span<const SettingSpec> specs_;
  std::map<std::string, const SettingSpec*, std::less<>> by_name_;
  std::vector<std::string> defaults_;  // In the order of specs_.

  // Loop-bound.
  SettingHook hook_;
  bool protected_allowed_ = false;
  std::vector<std::string> values_;  // In the order of specs_.
  std::set<const SettingSpec*> loaded_;
};

}  // namespace base
