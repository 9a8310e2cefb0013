// Printer puts out one line per thing, for people or, as JSON, for programs:
//
//   frame offset=4096 flags="first last" last=1001
//   {"thing":"frame","offset":4096,"flags":"first last","last":1001}
//
// Text is quoted as in configuration files (base/quoting.h), so that any
// bytes stay on their line; in JSON it is the same without the outer quotes.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace inspect {

struct Field {
  using Value = std::variant<bool, int64_t, uint64_t, std::string>;

  Field(std::string_view name, std::string_view text)
      : name(name), value(std::string(text)) {}
  Field(std::string_view name, const std::string& text)
      : name(name), value(text) {}
  Field(std::string_view name, const char* text)
      : name(name), value(std::string(text)) {}
  template <typename T>
  requires std::is_integral_v<T> Field(std::string_view name, T number)
      : name(name) {
    if constexpr (std::is_same_v<T, bool>) {
      value = number;
    } else if constexpr (std::is_signed_v<T>) {
      value = static_cast<int64_t>(number);
    } else {
      value = static_cast<uint64_t>(number);
    }
  }

  std::string_view name;
  Value value;
};

using Fields = std::vector<Field>;

class Printer {
 public:
  explicit Printer(bool json) : json_(json) {}

  // `depth`: indented by so much in text.
  void Line(int depth, std::string_view thing, const Fields& fields);
  // A sentence: printed as it is, or as {"thing": ..., "text": ...}.
  void Sentence(std::string_view thing, std::string_view text);

 private:
  const bool json_;
};

}  // namespace inspect
