// Reply is one answer of a server, as a tree over its raw bytes. It knows RESP2
// and RESP3.
//
// Threads: values. A Reply points into the bytes that it was read from.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

struct Reply {
  // The byte that it begins with: + - : $ * _ # , ( ! = % ~ > |
  char type = 0;
  bool null = false;
  // All of its bytes.
  std::string_view raw;
  // Of anything but an aggregate: what stands between its marks.
  std::string_view text;
  // Of an aggregate; of a map: key, value, key, value.
  std::vector<Reply> items;

  bool IsError() const { return type == '-' || type == '!'; }
  bool IsAggregate() const {
    return type == '*' || type == '%' || type == '~' || type == '>';
  }
  // nullopt when it is not a decimal number.
  std::optional<int64_t> Number() const;
  // Printable and on one line: +OK, -ERR ..., :1, "bulk", (nil), [a, b].
  std::string Show() const;
};

enum class ReadOutcome { kReply, kMore, kGarbage };

// Reads the reply at the front of `input`; its size is reply->raw.size(). An
// attribute or a push counts as the front of the reply that follows it.
ReadOutcome ReadReply(std::string_view input, Reply* reply);

// REQUIRES: `raw` is one whole reply.
Reply ParseReply(std::string_view raw);

}  // namespace compare
