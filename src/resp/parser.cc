#include "resp/parser.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/quoting.h"
#include "base/strings.h"

namespace resp {
namespace {

// A request with more words than this is rare; its memory is given back.
constexpr size_t kWordsKept = 1024;

// Assigning {} would keep the capacity.
template <typename Container>
void GiveBack(Container* container) {
  Container().swap(*container);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Parser::Outcome Parser::Next(std::string_view input) {
  DCHECK(error_.empty());
  consumed_ = 0;
  words_.clear();
  inline_words_.clear();
  if (words_.capacity() > kWordsKept) GiveBack(&words_);
  // A pass more than one means that an empty request was skipped.
  while (true) {
    const std::string_view rest = input.substr(consumed_);
    if (rest.empty()) {
      bytes_wanted_ = 1;
      return Outcome::kMore;
    }
    const Step step = rest[0] == '*' ? ReadArray(rest) : ReadInline(rest);
    if (step == Step::kMore) return Outcome::kMore;
    if (step == Step::kError) return Outcome::kError;
    consumed_ += position_;
    position_ = 0;
    searched_ = 0;
    if (!words_.empty()) return Outcome::kRequest;
  }
}

Parser::Step Parser::ReadArray(std::string_view rest) {
  if (words_left_ == 0) {
    const Step step = ReadArrayHeader(rest);
    if (step != Step::kDone || words_left_ == 0) return step;
  }
  while (words_left_ > 0) {
    if (bulk_bytes_ == kNoBulk) {
      const Step step = ReadBulkHeader(rest);
      if (step != Step::kDone) return step;
    }
    // Redis does not look at what ends a bulk string either.
    const size_t end = position_ + bulk_bytes_ + 2;
    if (rest.size() < end) {
      bytes_wanted_ = end;
      return Step::kMore;
    }
    pieces_.push_back({position_, bulk_bytes_});
    position_ = end;
    bulk_bytes_ = kNoBulk;
    --words_left_;
  }
  Finish(rest.data());
  return Step::kDone;
}

Parser::Step Parser::ReadArrayHeader(std::string_view rest) {
  std::optional<int64_t> count;
  const Step step = ReadLength(rest, '*', "mbulk", &count);
  if (step != Step::kDone) return step;
  if (!count || *count > static_cast<int64_t>(limits_->words_max)) {
    return Fail("invalid multibulk length");
  }
  if (*count <= 0) return Step::kDone;
  const size_t words = static_cast<size_t>(*count);
  if (!authenticated_ && words > limits_->unauthenticated_words_max) {
    return Fail("unauthenticated multibulk length");
  }
  words_left_ = words;
  return Step::kDone;
}

Parser::Step Parser::ReadBulkHeader(std::string_view rest) {
  std::optional<int64_t> size;
  const Step step = ReadLength(rest, '$', "bulk", &size);
  if (step != Step::kDone) return step;
  if (!size || *size < 0 ||
      static_cast<uint64_t>(*size) > limits_->bulk_bytes_max) {
    return Fail("invalid bulk length");
  }
  const size_t bytes = static_cast<size_t>(*size);
  if (!authenticated_ && bytes > limits_->unauthenticated_bulk_bytes_max) {
    return Fail("unauthenticated bulk length");
  }
  bulk_bytes_ = bytes;
  return Step::kDone;
}

Parser::Step Parser::ReadLength(std::string_view rest, char type,
                                std::string_view name,
                                std::optional<int64_t>* length) {
  // Nearly every line is a few digits, all there: read it in one go.
  constexpr ptrdiff_t kQuickDigits = 9;
  const char* const end = rest.data() + rest.size();
  if (end - (rest.data() + position_) > 3 && rest[position_] == type) {
    const char* const first = rest.data() + position_ + 1;
    const char* p = first;
    int64_t value = 0;
    while (p < end && IsDigit(*p) && p - first < kQuickDigits) {
      value = value * 10 + (*p++ - '0');
    }
    if (end - p >= 2 && *p == '\r' && p > first &&
        (*first != '0' || p == first + 1)) {
      *length = value;
      searched_ = 0;
      position_ = static_cast<size_t>(p + 2 - rest.data());
      return Step::kDone;
    }
  }

  const std::string_view line = rest.substr(position_);
  const size_t found = line.find('\r', searched_);
  if (std::min(found, line.size()) > limits_->line_bytes_max) {
    return Fail(base::StrCat("too big ", name, " count string"));
  }
  // The LF must be there too, though its value is not looked at.
  if (found == line.npos || found + 1 >= line.size()) {
    searched_ = std::min(found, line.size());
    bytes_wanted_ = rest.size() + 1;
    return Step::kMore;
  }
  searched_ = 0;
  if (line[0] != type) {
    return Fail(base::StrCat("expected '", std::string_view(&type, 1),
                             "', got '", line.substr(0, 1), "'"));
  }
  *length = base::ParseInt(line.substr(1, found - 1));
  position_ += found + 2;
  return Step::kDone;
}

Parser::Step Parser::ReadInline(std::string_view rest) {
  const size_t found = rest.find('\n', searched_);
  if (std::min(found, rest.size()) > limits_->line_bytes_max) {
    return Fail("too big inline request");
  }
  if (found == rest.npos) {
    searched_ = rest.size();
    bytes_wanted_ = rest.size() + 1;
    return Step::kMore;
  }
  std::string_view line = rest.substr(0, found);
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::optional<std::vector<std::string>> words = base::SplitWords(line);
  if (!words) return Fail("unbalanced quotes in request");
  inline_words_ = *std::move(words);
  words_.assign(inline_words_.begin(), inline_words_.end());
  position_ = found + 1;
  return Step::kDone;
}

void Parser::Restart() {
  consumed_ = 0;
  bytes_wanted_ = 0;
  position_ = 0;
  searched_ = 0;
  words_left_ = 0;
  bulk_bytes_ = kNoBulk;
  pieces_.clear();
  words_.clear();
  inline_words_.clear();
  error_.clear();
}

Parser::Step Parser::Fail(std::string_view what) {
  error_ = base::StrCat("ERR Protocol error: ", what);
  return Step::kError;
}

void Parser::Finish(const char* begin) {
  words_.reserve(pieces_.size());
  for (const Piece& piece : pieces_) {
    words_.emplace_back(begin + piece.offset, piece.size);
  }
  pieces_.clear();
  if (pieces_.capacity() > kWordsKept) GiveBack(&pieces_);
}

}  // namespace resp
