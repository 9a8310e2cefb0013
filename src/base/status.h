// Status and Result carry an outcome from where it is known to where it can
// be decided.
//
// There are six codes and no more; absence is std::optional, not an error.
//
//   kOk          it worked
//   kInvalid     the client is wrong; the message goes to it word for word
//   kNoRoom      a limit or the disk is full
//   kIo          the system refused; the message names the file and the errno
//   kCorruption  bytes on disk are not what was written; names the file
//   kMiss        not in memory; the transaction has noted what is wanted.
//                Only dispatch handles it; it is never logged or shown.
//
// An Ok or Miss status holds no memory: both cost one word to make and pass.
//
// Threads: values; each copy belongs to its holder.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace base {

enum class Code : uint8_t {
  kOk = 0,
  kInvalid = 1,
  kNoRoom = 2,
  kIo = 3,
  kCorruption = 4,
  kMiss = 5,
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(const Status& other) : rep_(Clone(other.rep_)) {}
  Status(Status&& other) noexcept : rep_(std::exchange(other.rep_, nullptr)) {}
  Status& operator=(Status other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~Status() { Free(rep_); }

  static Status Ok() { return Status(); }
  static Status Miss();
  // `message` is the whole error reply after the '-', such as
  // "ERR syntax error" or "WRONGTYPE Operation against a key ...".
  static Status Invalid(std::string_view message);
  static Status NoRoom(std::string_view message);
  static Status Io(std::string_view message);
  // "<what>: <path>: <text of error_number>".
  static Status Io(std::string_view what, std::string_view path,
                   int error_number);
  // The same as NoRoom where the disk or a quota is full, as Io otherwise.
  static Status FromErrno(std::string_view what, std::string_view path,
                          int error_number);
  static Status Corruption(std::string_view message);

  bool ok() const { return rep_ == nullptr; }
  Code code() const;
  bool IsMiss() const { return rep_ == &kMissRep; }
  // Empty for Ok and Miss.
  std::string_view message() const;
  // The errno behind an Io or NoRoom status; 0 when there is none.
  int error_number() const;
  // The same status with "<context>: " before its message. Ok and Miss stay
  // as they are.
  Status With(std::string_view context) const;
  // For logs and tests: "Ok" or "<code>: <message>".
  std::string ToString() const;

 private:
  struct Rep {
    Code code;
    int error_number;
    std::string message;
  };
  explicit Status(const Rep* rep) : rep_(rep) {}
  static const Rep* Clone(const Rep* rep);
  static void Free(const Rep* rep) {
    if (rep != nullptr && rep != &kMissRep) delete rep;
  }

  static const Rep kMissRep;
  const Rep* rep_ = nullptr;
};

// A value, or the status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit
    CHECK(!status_.ok());
  }
  template <typename U = T>
  requires std::is_convertible_v<U&&, T> Result(U&& value)  // NOLINT: implicit
      : value_(std::in_place, std::forward<U>(value)) {}

  bool ok() const { return status_.ok(); }
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }

  // REQUIRES: ok().
  T& value() & {
    CHECK(ok());
    return *value_;
  }
  const T& value() const& {
    CHECK(ok());
    return *value_;
  }
  T value() && {
    CHECK(ok());
    return std::move(*value_);
  }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace base

#define BASE_CONCAT_INNER(a, b) a##b
#define BASE_CONCAT(a, b) BASE_CONCAT_INNER(a, b)

// Returns the status of `expression` to the caller unless it is Ok.
#define TRY(expression)                                             \
  do {                                                              \
    if (::base::Status try_status = (expression); !try_status.ok()) \
        [[unlikely]] {                                              \
      return try_status;                                            \
    }                                                               \
  } while (false)

// TRY_ASSIGN(const int n, Parse(word)): declares n, or returns the status.
#define TRY_ASSIGN(declaration, expression) \
  TRY_ASSIGN_INNER(BASE_CONCAT(try_result_, __LINE__), declaration, expression)
#define TRY_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                             \
  if (!result.ok()) [[unlikely]] {                        \
    return std::move(result).status();                    \
  }                                                       \
  declaration = std::move(result).value()
