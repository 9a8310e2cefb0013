#include "inspect/printer.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/quoting.h"
#include "base/strings.h"

namespace inspect {
namespace {

using Json = nlohmann::ordered_json;

void Put(std::string line) {
  line.push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stdout);
}

std::string Text(const Field::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  if (const auto* i = std::get_if<int64_t>(&value)) return base::StrCat(*i);
  if (const auto* u = std::get_if<uint64_t>(&value)) return base::StrCat(*u);
  const std::string& text = std::get<std::string>(value);
  return base::Quoted(text);
}

// JSON is Unicode and keys are bytes: they keep their escapes.
std::string Escaped(std::string_view text) {
  const std::string quoted = base::Quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

Json Value(const Field::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* i = std::get_if<int64_t>(&value)) return *i;
  if (const auto* u = std::get_if<uint64_t>(&value)) return *u;
  return Escaped(std::get<std::string>(value));
}

}  // namespace

void Printer::Line(int depth, std::string_view thing, const Fields& fields) {
  if (json_) {
    Json line = {
        {"thing", thing}
    };
    for (const Field& field : fields) {
      line[std::string(field.name)] = Value(field.value);
    }
    Put(line.dump());
    return;
  }
  std::string line(static_cast<size_t>(depth) * 2, ' ');
  line.append(thing);
  for (const Field& field : fields) {
    line.append(base::StrCat(" ", field.name, "=", Text(field.value)));
  }
  Put(std::move(line));
}

void Printer::Sentence(std::string_view thing, std::string_view text) {
  if (json_) {
    Put(Json({
                 {"thing", thing        },
                 {"text",  Escaped(text)}
    })
            .dump());
  } else {
    Put(base::StrCat(thing, ": ", text));
  }
}

}  // namespace inspect
