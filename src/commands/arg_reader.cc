#include "commands/arg_reader.h"

#include "commands/errors.h"

namespace commands {

std::string_view ArgReader::Next() {
  if (words_.empty()) {
    Fail();
    return {};
  }
  const std::string_view word = words_.front();
  words_ = words_.subspan(1);
  return word;
}

int64_t ArgReader::NextInt(std::string_view message) {
  const std::string_view word = Next();
  if (!status_.ok()) return 0;
  const std::optional<int64_t> value = base::ParseInt(word);
  if (!value) {
    Fail(message.empty() ? kNotAnInteger : message);
    return 0;
  }
  return *value;
}

int64_t ArgReader::NextIntBetween(int64_t min, int64_t max,
                                  std::string_view message) {
  const int64_t value = NextInt(message);
  if (!status_.ok()) return 0;
  if (value >= min && value <= max) return value;
  Fail(message.empty()
           ? base::StrCat("ERR value is out of range, value must between ", min,
                          " and ", max)
           : message);
  return 0;
}

bool ArgReader::Take(std::string_view word) {
  if (words_.empty() || !base::EqualsIgnoreCase(words_.front(), word)) {
    return false;
  }
  words_ = words_.subspan(1);
  return true;
}

bool ArgReader::Take(std::string_view word, bool& flag) {
  if (!Take(word)) return false;
  flag = true;
  return true;
}

bool ArgReader::TakeExpiry(std::optional<ExpiryArg>& slot) {
  struct Form {
    std::string_view word;
    bool seconds;
    bool absolute;
  };
  static constexpr Form kForms[] = {
      {"EX",   true,  false},
      {"PX",   false, false},
      {"EXAT", true,  true },
      {"PXAT", false, true },
  };
  for (const Form& form : kForms) {
    if (!Take(form.word)) continue;
    if (slot.has_value() &&
        (slot->seconds != form.seconds || slot->absolute != form.absolute)) {
      Fail();
    }
    slot = ExpiryArg{Next(), form.seconds, form.absolute};
    return true;
  }
  return false;
}

base::Result<int64_t> ArgReader::ExpiresMs(const ExpiryArg& arg,
                                           int64_t now_ms) const {
  const std::optional<int64_t> number = base::ParseInt(arg.word);
  if (!number) return base::Status::Invalid(kNotAnInteger);
  int64_t expires_ms = *number;
  if (expires_ms <= 0 ||
      (arg.seconds && __builtin_mul_overflow(expires_ms, 1000, &expires_ms)) ||
      (!arg.absolute &&
       __builtin_add_overflow(expires_ms, now_ms, &expires_ms))) {
    return base::Status::Invalid(
        base::StrCat("ERR invalid expire time in '", command_, "' command"));
  }
  return expires_ms;
}

void ArgReader::Fail(std::string_view message) {
  if (status_.ok()) {
    status_ = base::Status::Invalid(message.empty() ? kSyntaxError : message);
  }
  words_ = {};
}

}  // namespace commands
