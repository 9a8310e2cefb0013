#include "base/quoting.h"

#include <algorithm>
#include <cstddef>

namespace base {
namespace {

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The letters of the escapes, and what they stand for.
constexpr std::string_view kEscapeLetters = "nrtba";
constexpr std::string_view kEscapeBytes = "\n\r\t\b\a";

// The escape after a backslash at the front of *line, taken off it.
char TakeEscape(std::string_view* line) {
  if (line->size() >= 3 && (*line)[0] == 'x') {
    const int high = HexDigit((*line)[1]);
    const int low = HexDigit((*line)[2]);
    if (high >= 0 && low >= 0) {
      line->remove_prefix(3);
      return static_cast<char>(high * 16 + low);
    }
  }
  const char c = (*line)[0];
  line->remove_prefix(1);
  const size_t letter = kEscapeLetters.find(c);
  return letter == std::string_view::npos ? c : kEscapeBytes[letter];
}

// The rest of a quoted part, up to and with its closing quote, which must end
// the word.
bool TakeQuoted(char quote, std::string_view* line, std::string* word) {
  while (!line->empty()) {
    const char c = line->front();
    line->remove_prefix(1);
    if (c == quote) return line->empty() || IsSpace(line->front());
    if (c != '\\' || line->empty()) {
      word->push_back(c);
    } else if (quote == '"') {
      word->push_back(TakeEscape(line));
    } else if (line->front() == '\'') {
      word->push_back('\'');
      line->remove_prefix(1);
    } else {
      word->push_back('\\');
    }
  }
  return false;
}

}  // namespace

std::optional<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    while (!line.empty() && IsSpace(line.front())) line.remove_prefix(1);
    if (line.empty()) return words;
    std::string& word = words.emplace_back();
    while (!line.empty() && !IsSpace(line.front())) {
      const char c = line.front();
      line.remove_prefix(1);
      if (c != '"' && c != '\'') {
        word.push_back(c);
      } else if (!TakeQuoted(c, &line, &word)) {
        return std::nullopt;
      }
    }
  }
}

std::string Quoted(std::string_view word) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    const size_t escape =
        c == '\0' ? std::string_view::npos : kEscapeBytes.find(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (escape != std::string_view::npos) {
      out.push_back('\\');
      out.push_back(kEscapeLetters[escape]);
    } else if (byte < 0x20 || byte >= 0x7f) {
      out.append("\\x");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

std::string QuotedIfNeeded(std::string_view word) {
  const bool plain = !word.empty() && word.front() != '#' &&
                     std::all_of(word.begin(), word.end(), [](char c) {
                       return c > 0x20 && c < 0x7f && c != '"' && c != '\'';
                     });
  return plain ? std::string(word) : Quoted(word);
}

}  // namespace base
