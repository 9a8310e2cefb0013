#include "commands/statistics.h"

namespace commands {

void Statistics::NoteError(std::string_view code) {
  ++error_replies;
  const auto found = errors.find(code);
  if (found != errors.end()) {
    ++found->second;
  } else if (errors.size() < kErrorKindsMax) {
    errors.emplace(code, 1);
  }
}

}  // namespace commands
