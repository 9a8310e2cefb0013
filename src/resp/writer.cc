#include "resp/writer.h"

#include <charconv>

#include "base/check.h"
#include "base/float_text.h"

namespace resp {
namespace {

// A type byte, an integer, CR LF.
struct Line {
  template <typename T>
  Line(char type, T number) {
    bytes[0] = type;
    char* end = std::to_chars(bytes + 1, bytes + sizeof bytes - 2, number).ptr;
    *end++ = '\r';
    *end++ = '\n';
    size = static_cast<size_t>(end - bytes);
  }
  std::string_view view() const { return {bytes, size}; }

  char bytes[24];
  size_t size;
};

}  // namespace

void Writer::Simple(std::string_view text) {
  out_->push_back('+');
  out_->append(text).append("\r\n");
}

void Writer::Error(std::string_view message) {
  out_->push_back('-');
  const size_t begin = out_->size();
  out_->append(message);
  for (size_t i = begin; i < out_->size(); ++i) {
    char& c = (*out_)[i];
    if (c == '\r' || c == '\n') c = ' ';
  }
  out_->append("\r\n");
}

void Writer::Integer(int64_t value) { out_->append(Line(':', value).view()); }

void Writer::Bulk(std::string_view bytes) {
  Header('$', bytes.size());
  out_->append(bytes).append("\r\n", 2);
}

void Writer::BulkInteger(int64_t value) {
  char digits[24];
  const char* const end =
      std::to_chars(digits, digits + sizeof digits, value).ptr;
  Bulk({digits, static_cast<size_t>(end - digits)});
}

void Writer::Null() { out_->append(protocol_ == 3 ? "_\r\n" : "$-1\r\n"); }

void Writer::NullArray() { out_->append(protocol_ == 3 ? "_\r\n" : "*-1\r\n"); }

void Writer::Map(size_t pairs) {
  protocol_ == 3 ? Header('%', pairs) : Header('*', 2 * pairs);
}

void Writer::Set(size_t count) { Header(protocol_ == 3 ? '~' : '*', count); }

void Writer::Push(size_t count) { Header(protocol_ == 3 ? '>' : '*', count); }

void Writer::Attribute(size_t pairs) {
  DCHECK(protocol_ == 3);
  Header('|', pairs);
}

void Writer::Double(double value) {
  const std::string text = base::DoubleText(value);
  if (protocol_ == 2) return Bulk(text);
  out_->push_back(',');
  out_->append(text).append("\r\n");
}

void Writer::Bool(bool value) {
  if (protocol_ == 2) return Integer(value ? 1 : 0);
  out_->append(value ? "#t\r\n" : "#f\r\n");
}

void Writer::BigNumber(std::string_view digits) {
  if (protocol_ == 2) return Bulk(digits);
  out_->push_back('(');
  out_->append(digits).append("\r\n");
}

void Writer::Verbatim(std::string_view format, std::string_view text) {
  if (protocol_ == 2) return Bulk(text);
  DCHECK(format.size() == 3);
  Header('=', format.size() + 1 + text.size());
  out_->append(format).append(":").append(text).append("\r\n");
}

void Writer::MapAt(Mark mark, size_t pairs) {
  protocol_ == 3 ? HeaderAt(mark, '%', pairs) : HeaderAt(mark, '*', 2 * pairs);
}

void Writer::SetAt(Mark mark, size_t count) {
  HeaderAt(mark, protocol_ == 3 ? '~' : '*', count);
}

void Writer::Header(char type, uint64_t number) {
  out_->append(Line(type, number).view());
}

void Writer::HeaderAt(Mark mark, char type, uint64_t number) {
  out_->insert(mark.bytes_, Line(type, number).view());
}

}  // namespace resp
