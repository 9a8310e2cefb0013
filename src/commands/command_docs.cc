#include "commands/command_docs.h"

#include <algorithm>

#include "base/check.h"

namespace commands {
namespace {

constexpr std::string_view kTypes[] = {"integer", "double", "unix-time",
                                       "pattern", "token"};

// Walks over the notation; see the header for it.
class NotationReader {
 public:
  explicit NotationReader(std::string_view text) : text_(text) {}

  std::vector<DocArgument> ReadList(char separator, char end) {
    std::vector<DocArgument> arguments;
    while (!text_.empty() && text_.front() != end) {
      arguments.push_back(ReadOne());
      Take(separator);
    }
    return arguments;
  }
  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool done() const { return text_.empty(); }

 private:
  DocArgument ReadOne() {
    const bool optional = Take('[');
    DocArgument argument;
    std::string_view word = ReadWord();
    if (Take('=')) {
      argument.token = word == "\"\"" ? std::string_view() : word;
      argument.has_token = true;
      word = ReadWord();
    }
    ReadNameAndType(word, &argument);
    if (Take('{')) {
      argument.type = "oneof";
      argument.children = ReadList('|', '}');
      CHECK(Take('}'));
    } else if (Take('(')) {
      argument.type = "block";
      argument.children = ReadList(' ', ')');
      CHECK(Take(')'));
    }
    if (Take('@')) argument.since = ReadWord();
    if (Take('!')) argument.deprecated_since = ReadWord();
    if (Take('*')) argument.multiple = true;
    if (Take('*')) argument.multiple_token = true;
    argument.optional = optional;
    if (optional) CHECK(Take(']'));
    return argument;
  }

  std::string_view ReadWord() {
    const size_t size =
        std::min(text_.find_first_of(" |[]{}()@!*="), text_.size());
    CHECK(size > 0);
    const std::string_view word = text_.substr(0, size);
    text_.remove_prefix(size);
    return word;
  }

  static void ReadNameAndType(std::string_view word, DocArgument* argument) {
    argument->name = word;
    argument->type = "string";
    // Words in capitals stand for themselves; the name is left to the writer,
    // who lowers the case.
    if (!argument->has_token &&
        word.find_first_of("abcdefghijklmnopqrstuvwxyz"
                           "0123456789") == std::string_view::npos) {
      argument->token = word;
      argument->has_token = true;
      argument->type = "pure-token";
      return;
    }
    const size_t colon = word.rfind(':');
    if (colon == std::string_view::npos) return;
    const std::string_view type = word.substr(colon + 1);
    if (type.size() == 4 && type.substr(0, 3) == "key") {
      argument->type = "key";
      argument->key_spec = type[3] - '0';
    } else if (std::ranges::find(kTypes, type) != std::ranges::end(kTypes)) {
      argument->type = type == "token" ? "pure-token" : type;
    } else {
      return;  // A name with a colon in it: "ip:port".
    }
    argument->name = word.substr(0, colon);
  }

  std::string_view text_;
};

void WriteName(std::string_view name, resp::Writer& reply) {
  char lower[64];
  CHECK(name.size() <= sizeof(lower));
  std::ranges::transform(name, lower, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  reply.Bulk(std::string_view(lower, name.size()));
}

void WriteField(std::string_view name, std::string_view value,
                resp::Writer& reply) {
  reply.Bulk(name);
  reply.Bulk(value);
}

void WriteArguments(std::span<const DocArgument> arguments,
                    resp::Writer& reply) {
  reply.Array(arguments.size());
  for (const DocArgument& argument : arguments) {
    const size_t flags =
        argument.optional + argument.multiple + argument.multiple_token;
    reply.Map(2 + (argument.key_spec >= 0) + argument.has_token +
              !argument.since.empty() + !argument.deprecated_since.empty() +
              (flags > 0) + !argument.children.empty());
    reply.Bulk("name");
    WriteName(argument.name, reply);
    WriteField("type", argument.type, reply);
    if (argument.key_spec >= 0) {
      reply.Bulk("key_spec_index");
      reply.Integer(argument.key_spec);
    }
    if (argument.has_token) WriteField("token", argument.token, reply);
    if (!argument.since.empty()) WriteField("since", argument.since, reply);
    if (!argument.deprecated_since.empty()) {
      WriteField("deprecated_since", argument.deprecated_since, reply);
    }
    if (flags > 0) {
      reply.Bulk("flags");
      reply.Set(flags);
      if (argument.optional) reply.Simple("optional");
      if (argument.multiple) reply.Simple("multiple");
      if (argument.multiple_token) reply.Simple("multiple_token");
    }
    if (!argument.children.empty()) {
      reply.Bulk("arguments");
      WriteArguments(argument.children, reply);
    }
  }
}

// DEBUG is not for programs; Redis marks it so.
bool IsSystem(const CommandDoc& doc) { return doc.name == "debug"; }

}  // namespace

std::vector<DocArgument> ParseDocArguments(std::string_view notation) {
  NotationReader reader(notation);
  std::vector<DocArgument> arguments = reader.ReadList(' ', '\0');
  CHECK(reader.done());
  return arguments;
}

std::span<const DocGroup> DocGroups() {
  static const DocGroup kGroups[] = {
      {"string",       StringDocs()      },
      {"generic",      GenericDocs()     },
      {"connection",   ConnectionDocs()  },
      {"server",       ServerDocs()      },
      {"transactions", TransactionsDocs()},
      {"cluster",      ClusterDocs()     },
      {"redbed",       RedbedDocs()      },
  };
  return kGroups;
}

FoundDoc FindDoc(std::string_view name) {
  for (const DocGroup& group : DocGroups()) {
    const auto at =
        std::ranges::lower_bound(group.docs, name, {}, &CommandDoc::name);
    if (at != group.docs.end() && at->name == name) return {&*at, group.name};
  }
  return {};
}

size_t CountDocFields(const FoundDoc& found) {
  if (found.doc == nullptr) return 0;
  const bool deprecated = !found.doc->deprecated_since.empty();
  return 4 + (deprecated ? 3 : 0) + IsSystem(*found.doc) +
         !found.doc->arguments.empty();
}

void WriteDocFields(const FoundDoc& found, resp::Writer& reply) {
  if (found.doc == nullptr) return;
  const CommandDoc& doc = *found.doc;
  WriteField("summary", doc.summary, reply);
  WriteField("since", doc.since, reply);
  WriteField("group", found.group, reply);
  WriteField("complexity", doc.complexity, reply);
  if (!doc.deprecated_since.empty()) {
    reply.Bulk("doc_flags");
    reply.Set(1);
    reply.Simple("deprecated");
    WriteField("deprecated_since", doc.deprecated_since, reply);
    WriteField("replaced_by", doc.replaced_by, reply);
  }
  if (IsSystem(doc)) {
    reply.Bulk("doc_flags");
    reply.Set(1);
    reply.Simple("syscmd");
  }
  if (!doc.arguments.empty()) {
    reply.Bulk("arguments");
    WriteArguments(ParseDocArguments(doc.arguments), reply);
  }
}

}  // namespace commands
