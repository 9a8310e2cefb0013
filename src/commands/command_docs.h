// CommandDoc is what COMMAND DOCS says about a command: for people, and for
// redis-cli, which draws its hints from the arguments.
//
// The arguments are one line in a small notation, close to how one would write
// the syntax down:
//
//   key:key0            a key, the first of COMMAND INFO's key specs
//   value  count:integer  name and type; without a type it is a string
//   NX                  a word that stands for itself
//   EX=seconds:integer  a word followed by a value
//   [...]               optional          a{b|c}   one of these
//   x*  x**             repeated; the second repeats its word as well
//   a(b c)              these together    x@6.2.0  since; x!2.8.12 deprecated
//
//   set:  key:key0 value [condition{NX|XX}@2.6.12] [GET@6.2.0] ...
//
// Threads: immutable.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "resp/writer.h"

namespace commands {

struct CommandDoc {
  std::string_view name;  // "set"; of a subcommand "client|kill"
  std::string_view since;
  std::string_view complexity;
  std::string_view summary;
  std::string_view arguments;
  std::string_view deprecated_since = {};
  std::string_view replaced_by = {};
};

// One argument of a command, read from the notation above.
struct DocArgument {
  std::string_view name;
  std::string_view type;
  std::string_view token;
  bool has_token = false;
  int key_spec = -1;
  std::string_view since;
  std::string_view deprecated_since;
  bool optional = false;
  bool multiple = false;
  bool multiple_token = false;
  std::vector<DocArgument> children;
};

// REQUIRES: `notation` is well formed; it is our own.
std::vector<DocArgument> ParseDocArguments(std::string_view notation);

// The tables, each sorted by name; docs_<group>.cc.
std::span<const CommandDoc> StringDocs();
std::span<const CommandDoc> GenericDocs();
std::span<const CommandDoc> ConnectionDocs();
std::span<const CommandDoc> ServerDocs();
std::span<const CommandDoc> TransactionsDocs();
std::span<const CommandDoc> ClusterDocs();
std::span<const CommandDoc> RedbedDocs();

struct DocGroup {
  std::string_view name;
  std::span<const CommandDoc> docs;
};
std::span<const DocGroup> DocGroups();

// What is known of a command, and its group.
struct FoundDoc {
  const CommandDoc* doc = nullptr;
  std::string_view group;
};
// Null doc when there is none. `name` is in lower case.
FoundDoc FindDoc(std::string_view name);

// The fields that one command has in the reply of COMMAND DOCS.
size_t CountDocFields(const FoundDoc& found);
void WriteDocFields(const FoundDoc& found, resp::Writer& reply);

}  // namespace commands
