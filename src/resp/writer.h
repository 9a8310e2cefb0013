// Writer phrases replies: it appends RESP to a string, in the protocol version
// that the client has chosen.
//
// Callers say what they mean (a map, a double, nothing at all); where RESP2 has
// no word for it the writer falls back as Redis does:
//
//                RESP2                 RESP3
//   Null         $-1                   _
//   NullArray    *-1                   _
//   Map(n)       *2n                   %n
//   Set(n)       *n                    ~n
//   Push(n)      *n                    >n
//   Attribute(n) (nothing may follow)  |n
//   Double       bulk                  ,
//   Bool         :1 :0                 #t #f
//   BigNumber    bulk                  (
//   Verbatim     bulk                  =
//
// Who opens an array of n elements writes n replies after it; nobody checks.
//
// Handlers may be run again: Mark() before a run, Rewind() before the next.
// A mark stays good while the string only grows behind it.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace resp {

class Writer {
 public:
  // `out` outlives the writer.
  explicit Writer(std::string* out, int protocol = 2)
      : out_(out), protocol_(protocol) {}

  int protocol() const { return protocol_; }
  // 2 or 3.
  void set_protocol(int protocol) { protocol_ = protocol; }
  // From now on replies go here; marks of the old string are void.
  void set_out(std::string* out) { out_ = out; }

  void Ok() { out_->append("+OK\r\n"); }
  // `text` is ours: no CR, no LF.
  void Simple(std::string_view text);
  // The whole message after the '-', code first: "ERR syntax error". CR and LF
  // in it become spaces, since parts of it may come from the client.
  void Error(std::string_view message);
  void Integer(int64_t value);
  void Bulk(std::string_view bytes);
  // An integer as a bulk string, as INCRBYFLOAT and CONFIG GET send numbers.
  void BulkInteger(int64_t value);
  void Null();
  void NullArray();
  void Array(size_t count) { Header('*', count); }
  void Map(size_t pairs);
  void Set(size_t count);
  void Push(size_t count);
  // REQUIRES: protocol() == 3. The reply it describes comes after its pairs.
  void Attribute(size_t pairs);
  // Shortest text that reads back as the same number, as Redis 7.2 prints it.
  void Double(double value);
  void Bool(bool value);
  // `digits` is a decimal integer of any length.
  void BigNumber(std::string_view digits);
  // `format` is three letters, "txt" or "mkd".
  void Verbatim(std::string_view format, std::string_view text);
  // Bytes that are a reply already.
  void Raw(std::string_view bytes) { out_->append(bytes); }

  // A place in the reply to come back to.
  class Mark {
   private:
    friend class Writer;
    explicit Mark(size_t bytes) : bytes_(bytes) {}
    size_t bytes_;
  };
  Mark mark() const { return Mark(out_->size()); }
  // Everything written since `mark` is gone.
  void Rewind(Mark mark) { out_->resize(mark.bytes_); }
  // How many bytes were written since `mark`.
  size_t BytesSince(Mark mark) const { return out_->size() - mark.bytes_; }

  // An array (or map) whose length is known only after its elements are
  // written: take the mark, write the elements, then call one of these. They
  // move the elements to make room for the header.
  void ArrayAt(Mark mark, size_t count) { HeaderAt(mark, '*', count); }
  void MapAt(Mark mark, size_t pairs);
  void SetAt(Mark mark, size_t count);

 private:
  void Header(char type, uint64_t number);
  void HeaderAt(Mark mark, char type, uint64_t number);

  std::string* out_;
  int protocol_;
};

}  // namespace resp
