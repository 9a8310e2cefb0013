// Parser cuts requests out of a stream of bytes: RESP arrays of bulk strings,
// and inline commands (a line of words, quoted as a shell would).
//
// It is handed whatever is unread so far and copies nothing: the words are
// views into the caller's bytes. (Inline commands are for people with telnet;
// their words are copies, since they may be quoted.)
//
//   unread:  *2 CRLF $3 CRLF GET CRLF $1 CRLF k CRLF *1 CRLF $4 CRLF PI
//            |<----------- consumed() ------------>|
//                            ^^^            ^           words()
//
//   while (true) {
//     outcome = parser.Next(unread);
//     if (outcome == kRequest) Execute(parser.words());
//     unread.remove_prefix(parser.consumed());
//     if (outcome != kRequest) break;
//   }
//
// Where a request is cut off, the parser remembers how far it came and goes on
// there, so a value of 512 MB in 16 KB pieces is not looked at again for each
// piece. It remembers offsets, not addresses: the buffer may move.
//
// Invariants
//   - Feeding byte by byte gives the same requests and the same error as
//     feeding everything at once.
//   - Memory is in proportion to what was received, never to what was
//     announced.
//   - After kError the stream has no meaning any more; Next is not called
//     again without a Restart.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resp/words.h"

namespace resp {

// Redis's defaults. One object for all connections of a loop; a change counts
// from the next header that is read.
struct ParserLimits {
  size_t bulk_bytes_max = size_t{512} << 20;  // proto-max-bulk-len
  size_t words_max = 2147483647;  // Redis has no setting for it either.
  // A line (inline request or length) that has not ended after this much.
  size_t line_bytes_max = size_t{64} << 10;
  // Before AUTH nobody may make the server hold much.
  size_t unauthenticated_words_max = 10;
  size_t unauthenticated_bulk_bytes_max = 16384;
};

class Parser {
 public:
  enum class Outcome {
    kRequest,  // words() is the next request; it is never empty.
    kMore,     // The input ends inside a request, or is empty.
    kError,    // error() goes to the client, then the connection closes.
  };

  // `limits` outlives the parser.
  explicit Parser(const ParserLimits* limits) : limits_(limits) {}

  // Looks at `input`, which begins with the first byte not yet consumed.
  // REQUIRES: after kMore, `input` holds at least what it held then, without
  // the bytes that were consumed.
  Outcome Next(std::string_view input);

  // How many bytes at the front of the input are done with, after any
  // outcome. (After kMore: empty requests that were skipped.)
  size_t consumed() const { return consumed_; }

  // Valid after kRequest until the next call, while the input stays put.
  Words words() const { return words_; }

  // False: the words are the parser's own copies and die with the next call,
  // wherever the input is.
  bool words_in_input() const { return inline_words_.empty(); }

  // The input will begin again at the front of some earlier request: what is
  // known of the unfinished one, or its error, is forgotten.
  void Restart();

  // After kError: the reply without '-', such as
  // "ERR Protocol error: invalid bulk length".
  const std::string& error() const { return error_; }

  // After kMore: the input must grow to at least this many bytes before it
  // can be a request. For whoever owns the buffer and wants to make room once.
  size_t bytes_wanted() const { return bytes_wanted_; }

  // Words of the unfinished request so far, for accounting of memory.
  size_t memory_bytes() const {
    return pieces_.capacity() * sizeof(Piece) +
           words_.capacity() * sizeof(std::string_view);
  }

  // Whether the peer may use the full limits. True at first.
  void set_authenticated(bool authenticated) { authenticated_ = authenticated; }

 private:
  static constexpr size_t kNoBulk = SIZE_MAX;

  // A word that was received, of a request that is not complete.
  struct Piece {
    size_t offset;
    size_t size;
  };
  enum class Step { kDone, kMore, kError };

  // Each reads on from position_; `rest` begins with the request.
  Step ReadArray(std::string_view rest);
  Step ReadArrayHeader(std::string_view rest);
  Step ReadBulkHeader(std::string_view rest);
  Step ReadInline(std::string_view rest);
  // Reads a line of `type` and a number, which is absent if it is not one.
  // `name` is what Redis calls the line in its errors.
  Step ReadLength(std::string_view rest, char type, std::string_view name,
                  std::optional<int64_t>* length);
  Step Fail(std::string_view what);
  void Finish(const char* begin);

  // Immutable.
  const ParserLimits* const limits_;

  // Loop-bound. Offsets count from the front of the unfinished request.
  bool authenticated_ = true;
  size_t consumed_ = 0;
  size_t bytes_wanted_ = 0;
  size_t position_ = 0;    // Everything before it is understood.
  size_t searched_ = 0;    // So much of the current line holds no line end.
  size_t words_left_ = 0;  // Of an array whose header was read.
  size_t bulk_bytes_ = kNoBulk;
  std::vector<Piece> pieces_;
  std::vector<std::string_view> words_;
  std::vector<std::string> inline_words_;
  std::string error_;
};

}  // namespace resp
