// Words on a line, with quotes where a word is not plain: the syntax of
// configuration files.
//
//   "..."   with \n \r \t \b \a, \xHH for any byte, \c for any other c
//   '...'   with \' only
//
// Quotes may begin within a word; after a closing quote the word must end.
//
// Threads: any.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// nullopt when a quote is not closed, or is followed by more of the word.
std::optional<std::vector<std::string>> SplitWords(std::string_view line);

// The word in double quotes, printable, as SplitWords reads it back.
std::string Quoted(std::string_view word);

// The same, but a word that is plain stays as it is.
std::string QuotedIfNeeded(std::string_view word);

}  // namespace base
