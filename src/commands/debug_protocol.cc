#include "commands/debug_protocol.h"

#include "base/strings.h"

namespace commands {
namespace {

using base::Status;
using resp::Writer;

// 0, 1 and 2, each said to be even or not.
void WriteMap(Writer& reply) {
  reply.Map(3);
  for (int i = 0; i < 3; ++i) {
    reply.Integer(i);
    reply.Bool(i == 1);
  }
}

void WriteAttribute(Writer& reply) {
  if (reply.protocol() > 2) {
    reply.Attribute(1);
    reply.Bulk("key-popularity");
    reply.Array(2);
    reply.Bulk("key:123");
    reply.Integer(90);
  }
  reply.Bulk("Some real reply following the attribute");
}

Status WritePush(Writer& reply) {
  if (reply.protocol() < 3) {
    return Status::Invalid("ERR RESP2 is not supported by this command");
  }
  reply.Push(2);
  reply.Bulk("server-cpu-usage");
  reply.Integer(42);
  reply.Bulk("Some real reply following the push reply");
  return Status::Ok();
}

}  // namespace

Status WriteSample(std::string_view type, Writer& reply) {
  const auto is = [type](std::string_view name) {
    return base::EqualsIgnoreCase(type, name);
  };
  if (is("string")) {
    reply.Bulk("Hello World");
  } else if (is("integer")) {
    reply.Integer(12345);
  } else if (is("double")) {
    reply.Double(3.141);
  } else if (is("null")) {
    reply.Null();
  } else if (is("array") || is("set")) {
    if (is("array")) {
      reply.Array(3);
    } else {
      reply.Set(3);
    }
    for (int i = 0; i < 3; ++i) reply.Integer(i);
  } else if (is("map")) {
    WriteMap(reply);
  } else if (is("attrib")) {
    WriteAttribute(reply);
  } else if (is("push")) {
    return WritePush(reply);
  } else if (is("true") || is("false")) {
    reply.Bool(is("true"));
  } else if (is("verbatim")) {
    reply.Verbatim("txt", "This is a verbatim\nstring");
  } else if (is("bignum")) {
    reply.BigNumber("1234567999999999999999999999999999999");
  } else {
    return Status::Invalid(
        "ERR Wrong protocol type name. Please use one of the following: "
        "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|"
        "true|false");
  }
  return Status::Ok();
}

}  // namespace commands
