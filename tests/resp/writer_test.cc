#include "resp/writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

namespace resp {
namespace {

std::string Written(int protocol, const std::function<void(Writer&)>& write) {
  std::string out;
  Writer writer(&out, protocol);
  write(writer);
  return out;
}

void ExpectBoth(std::string_view resp2, std::string_view resp3,
                const std::function<void(Writer&)>& write) {
  EXPECT_EQ(Written(2, write), resp2);
  EXPECT_EQ(Written(3, write), resp3);
}

void ExpectSame(std::string_view bytes,
                const std::function<void(Writer&)>& write) {
  ExpectBoth(bytes, bytes, write);
}

TEST(RespWriter, WritesWhatBothProtocolsShare) {
  ExpectSame("+OK\r\n", [](Writer& w) { w.Ok(); });
  ExpectSame("+PONG\r\n", [](Writer& w) { w.Simple("PONG"); });
  ExpectSame("-ERR no\r\n", [](Writer& w) { w.Error("ERR no"); });
  ExpectSame(":-9223372036854775808\r\n",
             [](Writer& w) { w.Integer(INT64_MIN); });
  ExpectSame("$0\r\n\r\n", [](Writer& w) { w.Bulk(""); });
  ExpectSame("$4\r\na\r\nb\r\n", [](Writer& w) { w.Bulk("a\r\nb"); });
  ExpectSame("$3\r\n-12\r\n", [](Writer& w) { w.BulkInteger(-12); });
  ExpectSame("*0\r\n", [](Writer& w) { w.Array(0); });
}

TEST(RespWriter, FallsBackWhereTheOldProtocolHasNoWord) {
  ExpectBoth("$-1\r\n", "_\r\n", [](Writer& w) { w.Null(); });
  ExpectBoth("*-1\r\n", "_\r\n", [](Writer& w) { w.NullArray(); });
  ExpectBoth("*6\r\n", "%3\r\n", [](Writer& w) { w.Map(3); });
  ExpectBoth("*3\r\n", "~3\r\n", [](Writer& w) { w.Set(3); });
  ExpectBoth("*3\r\n", ">3\r\n", [](Writer& w) { w.Push(3); });
  ExpectBoth("$5\r\n3.141\r\n", ",3.141\r\n",
             [](Writer& w) { w.Double(3.141); });
  ExpectBoth(":1\r\n", "#t\r\n", [](Writer& w) { w.Bool(true); });
  ExpectBoth(":0\r\n", "#f\r\n", [](Writer& w) { w.Bool(false); });
  ExpectBoth("$2\r\n12\r\n", "(12\r\n", [](Writer& w) { w.BigNumber("12"); });
  ExpectBoth("$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n",
             [](Writer& w) { w.Verbatim("txt", "hi"); });
}

TEST(RespWriter, KeepsAnErrorOnOneLine) {
  ExpectSame("-ERR got '  '\r\n", [](Writer& w) { w.Error("ERR got '\r\n'"); });
}

TEST(RespWriter, RewindsToAMark) {
  ExpectSame(":1\r\n:3\r\n", [](Writer& w) {
    w.Integer(1);
    const Writer::Mark mark = w.mark();
    w.Array(2);
    w.Bulk("half");
    EXPECT_EQ(w.BytesSince(mark), 14u);
    w.Rewind(mark);
    w.Integer(3);
  });
}

TEST(RespWriter, CountsAnArrayAfterItsElements) {
  ExpectSame(":1\r\n*2\r\n:2\r\n:3\r\n", [](Writer& w) {
    w.Integer(1);
    const Writer::Mark mark = w.mark();
    w.Integer(2);
    w.Integer(3);
    w.ArrayAt(mark, 2);
  });
  ExpectBoth("*2\r\n:2\r\n:3\r\n", "%1\r\n:2\r\n:3\r\n", [](Writer& w) {
    const Writer::Mark mark = w.mark();
    w.Integer(2);
    w.Integer(3);
    w.MapAt(mark, 1);
  });
  ExpectBoth("*0\r\n", "~0\r\n", [](Writer& w) { w.SetAt(w.mark(), 0); });
}

}  // namespace
}  // namespace resp
