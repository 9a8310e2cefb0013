// Grammar is the shape of a command as its documentation writes it, from which
// requests are drawn:
//
//   SET <key> <value> [NX | XX] [GET] [EX <seconds> | PX <millis> | KEEPTTL]
//
//   WORD       itself, now and then in other letters
//   <slot>     whatever the caller puts there
//   [a | b]    nothing, or one of them; neighbours may change places
//   (a | b)    one of them
//   x...       one to four times
//
// Rarely an option is given twice, or two alternatives are given together:
// what a server must refuse belongs to its language too.
//
// Threads: immutable.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "compare/request.h"

namespace compare {

class Grammar {
 public:
  // CHECKs that the text is well formed.
  explicit Grammar(std::string_view text);

  // Appends the words for a slot.
  using FillSlot = std::function<void(std::string_view slot, Request* words)>;
  Request Draw(base::Random& random, const FillSlot& fill) const;

 private:
  struct Part;
  using Sequence = std::vector<Part>;
  struct Part {
    enum class Kind { kWord, kSlot, kChoice };
    Kind kind = Kind::kWord;
    std::string text;
    std::vector<Sequence> alternatives;
    bool optional = false;
    bool repeats = false;
  };
  class Reader;
  class Drawing;

  Sequence parts_;
};

}  // namespace compare
