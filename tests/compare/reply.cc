#include "compare/reply.h"

#include "base/check.h"
#include "base/quoting.h"
#include "base/strings.h"

namespace compare {
namespace {

constexpr int kDepthMax = 32;

ReadOutcome ReadNested(std::string_view input, int depth, Reply* reply);

// `position` stands behind the header line and moves behind the last item.
ReadOutcome ReadItems(std::string_view input, int64_t count, int depth,
                      size_t* position, std::vector<Reply>* items) {
  for (int64_t i = 0; i < count; ++i) {
    Reply item;
    const ReadOutcome outcome =
        ReadNested(input.substr(*position), depth + 1, &item);
    if (outcome != ReadOutcome::kReply) return outcome;
    *position += item.raw.size();
    items->push_back(std::move(item));
  }
  return ReadOutcome::kReply;
}

ReadOutcome ReadBulk(std::string_view input, int64_t size, size_t* position,
                     Reply* reply) {
  const auto bytes = static_cast<size_t>(size);
  if (input.size() - *position < bytes + 2) return ReadOutcome::kMore;
  reply->text = input.substr(*position, bytes);
  *position += bytes + 2;
  return input.substr(*position - 2, 2) == "\r\n" ? ReadOutcome::kReply
                                                  : ReadOutcome::kGarbage;
}

ReadOutcome ReadNested(std::string_view input, int depth, Reply* reply) {
  if (input.empty()) return ReadOutcome::kMore;
  if (depth > kDepthMax) return ReadOutcome::kGarbage;
  reply->type = input[0];
  const size_t line_end = input.find("\r\n");
  if (line_end == std::string_view::npos) return ReadOutcome::kMore;
  const std::string_view line = input.substr(1, line_end - 1);
  size_t position = line_end + 2;
  ReadOutcome outcome = ReadOutcome::kReply;
  switch (reply->type) {
    case '+':
    case '-':
    case ':':
    case ',':
    case '(':
    case '#':
      reply->text = line;
      break;
    case '_':
      reply->null = true;
      break;
    case '$':
    case '=':
    case '!':
    case '*':
    case '~':
    case '>':
    case '%':
    case '|': {
      const std::optional<int64_t> count = base::ParseInt(line);
      if (!count || *count < -1) return ReadOutcome::kGarbage;
      if (*count == -1) {
        reply->null = true;
      } else if (reply->type == '$' || reply->type == '=' ||
                 reply->type == '!') {
        outcome = ReadBulk(input, *count, &position, reply);
        // Of a verbatim string without its format, "txt:".
        if (reply->type == '=' && reply->text.size() >= 4) {
          reply->text.remove_prefix(4);
        }
      } else {
        const bool pairs = reply->type == '%' || reply->type == '|';
        outcome = ReadItems(input, pairs ? 2 * *count : *count, depth,
                            &position, &reply->items);
      }
      break;
    }
    default:
      return ReadOutcome::kGarbage;
  }
  if (outcome != ReadOutcome::kReply) return outcome;
  if (reply->type == '|' || reply->type == '>') {
    Reply described;
    outcome = ReadNested(input.substr(position), depth + 1, &described);
    if (outcome != ReadOutcome::kReply) return outcome;
    position += described.raw.size();
    reply->items.push_back(std::move(described));
  }
  reply->raw = input.substr(0, position);
  return ReadOutcome::kReply;
}

// Without quotes, but as printable as within them.
std::string Printable(std::string_view text) {
  const std::string quoted = base::Quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::optional<int64_t> Reply::Number() const { return base::ParseInt(text); }

std::string Reply::Show() const {
  if (null) return type == '*' ? "(nil array)" : "(nil)";
  switch (type) {
    case '$':
      return base::Quoted(text);
    case '=':
    case '!':
      return std::string(1, type) + base::Quoted(text);
    case '*':
    case '%':
    case '~':
    case '>':
    case '|': {
      std::string shown = type == '*' ? "[" : std::string(1, type) + "[";
      for (size_t i = 0; i < items.size(); ++i) {
        if (i > 0) shown += ", ";
        shown += items[i].Show();
      }
      return shown + "]";
    }
    default:
      return std::string(1, type) + Printable(text);
  }
}

ReadOutcome ReadReply(std::string_view input, Reply* reply) {
  *reply = Reply();
  return ReadNested(input, 0, reply);
}

Reply ParseReply(std::string_view raw) {
  Reply reply;
  CHECK(ReadReply(raw, &reply) == ReadOutcome::kReply);
  CHECK(reply.raw.size() == raw.size());
  return reply;
}

}  // namespace compare
