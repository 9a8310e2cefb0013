#include "compare/request.h"

#include <algorithm>

#include "base/quoting.h"
#include "base/strings.h"

namespace compare {

void AppendEncoded(const Request& request, std::string* out) {
  out->append(base::StrCat("*", request.size(), "\r\n"));
  for (const std::string& word : request) {
    out->append(base::StrCat("$", word.size(), "\r\n"));
    out->append(word);
    out->append("\r\n");
  }
}

std::vector<Request> ParseRequests(std::string_view text) {
  std::vector<Request> requests(1);
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" ;"), text.size());
    if (end > 0) requests.back().emplace_back(text.substr(0, end));
    if (end < text.size() && text[end] == ';') requests.emplace_back();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return requests;
}

std::string Show(const Request& request) {
  constexpr size_t kWordBytesMax = 120;
  std::string text;
  for (const std::string& word : request) {
    if (!text.empty()) text += ' ';
    text += base::QuotedIfNeeded(Cut(word, kWordBytesMax));
  }
  return text;
}

std::string Cut(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  return base::StrCat(text.substr(0, bytes_max), "...(", text.size(),
                      " bytes)");
}

}  // namespace compare
