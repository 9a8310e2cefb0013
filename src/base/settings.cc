#include "base/settings.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/check.h"
#include "base/glob.h"
#include "base/log.h"
#include "base/strings.h"

namespace base {
namespace {

struct LessIgnoreCase {
  bool operator()(const std::string& a, const std::string& b) const {
    return AsciiLower(a) < AsciiLower(b);
  }
};

Status SetFailed(std::string_view name, std::string_view reason) {
  return Status::Invalid(
      StrCat("ERR CONFIG SET failed (possibly related to argument '", name,
             "') - ", reason));
}

}  // namespace

Settings::Settings(std::span<const SettingSpec> specs) : specs_(specs) {
  for (const SettingSpec& spec : specs) {
    CHECK(by_name_.try_emplace(AsciiLower(spec.name), &spec).second);
    if (!spec.alias.empty()) {
      CHECK(by_name_.try_emplace(AsciiLower(spec.alias), &spec).second);
    }
    const std::string words[] = {std::string(spec.default_value)};
    Result<std::string> value =
        ParseSetting(spec, words, "", SettingSource::kFirstLine);
    CHECK(value.ok());
    defaults_.push_back(std::move(value).value());
  }
  values_ = defaults_;
}

const SettingSpec* Settings::Find(std::string_view name) const {
  const auto it = by_name_.find(AsciiLower(name));
  return it == by_name_.end() ? nullptr : it->second;
}

const std::string& Settings::ValueOf(const SettingSpec& spec) const {
  return values_[&spec - specs_.data()];
}

const std::string& Settings::Text(std::string_view name) const {
  const SettingSpec* const spec = Find(name);
  CHECK(spec != nullptr);
  return ValueOf(*spec);
}

bool Settings::Bool(std::string_view name) const {
  CHECK(Find(name) != nullptr && Find(name)->type == SettingType::kBool);
  return Text(name) == "yes";
}

int64_t Settings::Integer(std::string_view name) const {
  const SettingSpec* const spec = Find(name);
  CHECK(spec != nullptr);
  std::string_view text = ValueOf(*spec);
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  int64_t number = 0;
  const int number_base = spec->type == SettingType::kOctal ? 8 : 10;
  const auto [stop, error] = std::from_chars(
      text.data(), text.data() + text.size(), number, number_base);
  CHECK(error == std::errc() && stop == text.data() + text.size());
  return percent ? -number : number;
}

std::vector<std::string> Settings::Words(std::string_view name) const {
  return ValueWords(Text(name));
}

bool Settings::IsDefault(const SettingSpec& spec) const {
  return ValueOf(spec) == defaults_[&spec - specs_.data()];
}

std::vector<std::pair<std::string, std::string>> Settings::Get(
    std::span<const std::string_view> patterns) const {
  // A setting that is asked for twice, in other letters, is shown once.
  std::map<std::string, std::string, LessIgnoreCase> found;
  for (const std::string_view pattern : patterns) {
    if (const SettingSpec* const spec = Find(pattern)) {
      found.try_emplace(std::string(pattern), ValueOf(*spec));
      continue;
    }
    if (IsLiteral(pattern)) continue;
    for (const auto& [name, spec] : by_name_) {
      if (!spec->has(kHidden) && GlobMatch(pattern, name, GlobCase::kIgnore)) {
        found.try_emplace(name, ValueOf(*spec));
      }
    }
  }
  return {found.begin(), found.end()};
}

Status Settings::Set(const Assignments& assignments) {
  TRY_ASSIGN(std::vector<Update> updates, Plan(assignments));
  return Apply(&updates);
}

// Checks everything before anything changes.
Result<std::vector<Settings::Update>> Settings::Plan(
    const Assignments& assignments) const {
  TRY(CheckNames(assignments));
  std::vector<Update> updates;
  for (const auto& [name, text] : assignments) {
    const SettingSpec* const spec = Find(name);
    const std::string words[] = {text};
    Result<std::string> value =
        ParseSetting(*spec, words, ValueOf(*spec), SettingSource::kCommand);
    if (!value.ok()) return SetFailed(name, value.status().message());
    // By name and by alias: Redis takes the last.
    std::erase_if(updates, [&](const Update& u) { return u.spec == spec; });
    updates.push_back({spec, name, std::move(value).value()});
  }
  return updates;
}

// A wrong name anywhere comes before a wrong value.
Status Settings::CheckNames(const Assignments& assignments) const {
  std::set<std::string, LessIgnoreCase> names;
  for (const auto& [name, text] : assignments) {
    const SettingSpec* const spec = Find(name);
    if (spec == nullptr) {
      return Status::Invalid(
          StrCat("ERR Unknown option or number of arguments for CONFIG SET - '",
                 name, "'"));
    }
    if (spec->has(kImmutable)) {
      return SetFailed(name, "can't set immutable config");
    }
    if (spec->has(kProtected) && !protected_allowed_) {
      return SetFailed(name, "can't set protected config");
    }
    if (!names.insert(name).second) {
      return SetFailed(name, "duplicate parameter");
    }
  }
  return Status::Ok();
}

// Hooks see every value of the set, also those that come after theirs.
Status Settings::Apply(std::vector<Update>* updates) {
  const auto exchange_values = [&] {
    for (Update& update : *updates) {
      std::swap(values_[update.spec - specs_.data()], update.value);
    }
  };
  const auto call_hook = [&](const Update& update) {
    const std::string& value = ValueOf(*update.spec);
    if (!hook_ || value == update.value) return Status::Ok();
    return hook_({*update.spec, update.value, value});
  };
  exchange_values();
  for (size_t i = 0; i < updates->size(); ++i) {
    const Status status = call_hook((*updates)[i]);
    if (status.ok()) continue;
    exchange_values();
    for (size_t done = i; done-- > 0;) {
      const Status undone = call_hook((*updates)[done]);
      if (undone.ok()) continue;
      LogWarning("The setting ", (*updates)[done].name,
                 " could not be taken back: ", undone.message());
    }
    return SetFailed((*updates)[i].name, status.message());
  }
  return Status::Ok();
}

Status Settings::Load(std::span<const std::string> words) {
  const SettingSpec* const spec = words.empty() ? nullptr : Find(words[0]);
  if (spec == nullptr) {
    return Status::Invalid("Bad directive or wrong number of arguments");
  }
  const bool first = !loaded_.contains(spec);
  std::string& value = values_[spec - specs_.data()];
  TRY_ASSIGN(value, ParseSetting(*spec, words.subspan(1), value,
                                 first ? SettingSource::kFirstLine
                                       : SettingSource::kNextLine));
  loaded_.insert(spec);
  return Status::Ok();
}

}  // namespace base
