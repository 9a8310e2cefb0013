// ArgReader takes the arguments of a request apart, word by word, and keeps
// the first mistake.
//
//   while (args.More()) {
//     if (args.Take("NX", options.require, types::Require::kAbsent)) continue;
//     if (args.Take("GET", options.want_old)) continue;
//     args.Fail();  // also ends the loop
//   }
//   TRY(args.status());
//
// After a mistake More() is false and Next() gives empty words and zeros, so
// one check at the end is enough. A Take into a slot that holds something else
// already is a mistake: "at most one of NX and XX" needs no list. (Saying the
// same twice is none, as in Redis.)
//
// Threads: loop-bound.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "base/strings.h"
#include "resp/words.h"

namespace commands {

// A time as a client wrote it: parsed only after the whole request was
// understood, as Redis does, so that a syntax error comes first.
struct ExpiryArg {
  std::string_view word;
  bool seconds = false;   // else milliseconds
  bool absolute = false;  // else from now
};

class ArgReader {
 public:
  // `command` is the lower-case name for messages, such as "set".
  ArgReader(resp::Words words, std::string_view command)
      : words_(words), command_(command) {}

  bool More() const { return !words_.empty(); }
  size_t left() const { return words_.size(); }
  // The words not yet taken.
  resp::Words rest() const { return words_; }
  std::string_view Peek() const {
    return words_.empty() ? std::string_view() : words_.front();
  }

  // The next word. Fails when there is none.
  std::string_view Next();
  // "ERR value is not an integer or out of range" unless `message` says else.
  int64_t NextInt(std::string_view message = {});
  // Between min and max, both included; else "ERR value is out of range, value
  // must between <min> and <max>" (as Redis words it), or `message`.
  int64_t NextIntBetween(int64_t min, int64_t max,
                         std::string_view message = {});

  // True if the next word is `word` in any case, which is then taken.
  bool Take(std::string_view word);
  bool Take(std::string_view word, bool& flag);
  template <typename T, typename V>
  bool Take(std::string_view word, std::optional<T>& slot, V value) {
    if (!Take(word)) return false;
    if (slot.has_value() && *slot != T(value)) Fail();
    slot = T(value);
    return true;
  }
  // EX s, PX ms, EXAT s, PXAT ms.
  bool TakeExpiry(std::optional<ExpiryArg>& slot);

  // The time in ms since 1970. Invalid: not an integer, or "ERR invalid expire
  // time in 'x' command" when it is not positive or overflows.
  base::Result<int64_t> ExpiresMs(const ExpiryArg& arg, int64_t now_ms) const;

  // "ERR syntax error", or `message`, unless something failed before.
  void Fail(std::string_view message = {});
  const base::Status& status() const { return status_; }

 private:
  resp::Words words_;
  std::string_view command_;
  base::Status status_;
};

}  // namespace commands
