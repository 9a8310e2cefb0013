// Fuzz target for resp::Parser. The first byte of the input seeds how the rest
// is cut into pieces; the requests and the error must be those of the whole,
// and no view may leave the buffer it was made for.
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -Isrc
//     tests/fuzz/resp_fuzz.cc src/resp/parser.cc
//     src/base/{check,quoting,strings}.cc && ./a.out tests/fuzz/seeds/resp

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "resp/parser.h"

namespace {

// Small limits, so that the fuzzer finds them.
constexpr resp::ParserLimits kLimits = {
    .bulk_bytes_max = 1000,
    .words_max = 100,
    .line_bytes_max = 64,
    .unauthenticated_words_max = 4,
    .unauthenticated_bulk_bytes_max = 16,
};

struct Heard {
  std::vector<std::vector<std::string>> requests;
  std::string error;
  size_t left = 0;

  bool operator==(const Heard&) const = default;
};

Heard Feed(std::string_view stream, bool authenticated, size_t piece_max,
           base::Random random) {
  resp::Parser parser(&kLimits);
  parser.set_authenticated(authenticated);
  Heard heard;
  std::string unread;
  while (!stream.empty()) {
    const size_t size =
        std::min<size_t>(1 + random.Below(piece_max), stream.size());
    unread.append(stream.substr(0, size));
    stream.remove_prefix(size);
    // An allocation of exactly this size, so that a sanitizer sees one byte
    // too many.
    const auto buffer = std::make_unique<char[]>(unread.size());
    std::copy(unread.begin(), unread.end(), buffer.get());
    std::string_view view(buffer.get(), unread.size());
    resp::Parser::Outcome outcome = resp::Parser::Outcome::kRequest;
    while (outcome == resp::Parser::Outcome::kRequest) {
      outcome = parser.Next(view);
      if (outcome == resp::Parser::Outcome::kError) {
        heard.error = parser.error();
        CHECK(!heard.error.empty());
        return heard;
      }
      if (outcome == resp::Parser::Outcome::kRequest) {
        CHECK(!parser.words().empty());
        heard.requests.emplace_back(parser.words().begin(),
                                    parser.words().end());
      }
      CHECK(parser.consumed() <= view.size());
      view.remove_prefix(parser.consumed());
    }
    CHECK(parser.bytes_wanted() > view.size());
    unread = std::string(view);
  }
  heard.left = unread.size();
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const base::Random random(data[0]);
  const bool authenticated = data[0] % 2 == 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1,
                                size - 1);
  const Heard whole = Feed(stream, authenticated, size, base::Random(0));
  CHECK(whole == Feed(stream, authenticated, 1, random));
  CHECK(whole == Feed(stream, authenticated, 10, random));
  return 0;
}
