// Request is what a client says: words. Here are its bytes for the wire and
// its text for a person.
//
// Threads: values.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace compare {

using Request = std::vector<std::string>;

// As a RESP array of bulk strings.
void AppendEncoded(const Request& request, std::string* out);

// Requests as a person writes them: words, and semicolons between requests.
// Nothing is quoted.
std::vector<Request> ParseRequests(std::string_view text);

// Printable, quoted where a word is not plain; long words are cut.
std::string Show(const Request& request);

// The text, or its front and its size when it is longer.
std::string Cut(std::string_view text, size_t bytes_max);

}  // namespace compare
