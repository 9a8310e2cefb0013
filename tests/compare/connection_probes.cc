// Probes of what belongs to a connection of its own.

#include "base/quoting.h"
#include "base/strings.h"
#include "compare/probes.h"

namespace compare {

using std::string_view_literals::operator""sv;

void Probes::SendRawBytes(Outcome* outcome) {
  static constexpr std::string_view kPieces[] = {
      "PING\r\n"sv,
      "PING\n"sv,
      "\r\n"sv,
      "  ping  hello  \r\n"sv,
      "SET key:1 \"a \\x41\\n\\\"b\"\r\n"sv,
      "SET key:1 'it\\'s'\r\n"sv,
      "GET key:1\r\n"sv,
      "GET \"unbalanced\r\n"sv,
      "GET \"a\"b\r\n"sv,
      "*1\r\n$4\r\nPING\r\n"sv,
      "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"sv,
      "*2\r\n$4\r\nECHO\r\n$3\r\n\r\n\xff\r\n"sv,
      "*0\r\n"sv,
      "*-1\r\n"sv,
      "*-10\r\n"sv,
      "*abc\r\n"sv,
      "*\r\n"sv,
      "*1x\r\n"sv,
      "*2147483648\r\n"sv,
      "*99999999999999999999\r\n"sv,
      "*1\r\nPING\r\n"sv,
      "*1\r\n:4\r\nPING\r\n"sv,
      "*1\r\n$-1\r\n"sv,
      "*1\r\n$abc\r\n"sv,
      "*1\r\n$\r\n"sv,
      "*1\r\n$536870913\r\n"sv,
      "*1\r\n$4\r\nPINGxx"sv,
      "*2\r\n$4\r\nECHO\r\n$5\r\nhel"sv,
      "*3\r\n$3\r\nSET\r\n"sv,
      "QUIT\r\n"sv,
      "GET / HTTP/1.1\r\n"sv,
      "$3\r\nGET\r\n"sv,
      "-ERR\r\n"sv,
      "multi\r\nget key:1\r\nexec\r\n"sv,
      "nothing like this\r\n"sv,
  };
  // Each by itself: what follows one of these may be done by one server only.
  static constexpr std::string_view kWholes[] = {
      "ECHO \"a\0b\"\r\n"sv,         "\0\r\n"sv,
      "POST / HTTP/1.1\r\nPING\r\n", "Host: localhost\r\nPING\r\n",
      "PING\r\nPOST / HTTP/1.1\r\n", "PING\r\nhost: localhost\r\n",
  };
  base::Random& random = generator_.random();
  std::string bytes;
  if (random.OneIn(10)) {
    bytes = kWholes[random.Below(std::size(kWholes))];
  } else {
    for (uint64_t i = 1 + random.Below(6); i > 0; --i) {
      bytes += kPieces[random.Below(std::size(kPieces))];
    }
    if (random.OneIn(50)) bytes += std::string(70'000, 'a');
  }
  ClientPair pair(stage_.ports());
  const std::array<std::string, 2> received = pair.AskRaw(bytes);
  ++outcome->commands;
  if (received[kRedis] == received[kRedbed]) return;
  outcome->findings.push_back({"raw " + base::Quoted(Cut(bytes, 1000)),
                               base::Quoted(received[kRedis]),
                               base::Quoted(received[kRedbed])});
}

void Probes::AskWhatIsNew(Outcome* outcome) {
  static constexpr std::string_view kRequests[] = {
      "CLIENT NO-TOUCH ON",
      "CLIENT NO-TOUCH x",
      "CLIENT NO-TOUCH",
      "CLIENT SETINFO LIB-NAME redis-py",
      "CLIENT SETINFO LIB-VER 1.2.3",
      "CLIENT SETINFO LIB-VER a\x01",
      "CLIENT SETINFO x y",
      "WAITAOF 0 0 1",
      "WAITAOF 1 1 1",
      "WAITAOF 2 0 1",
      "CONFIG GET set-max-listpack-value",
  };
  base::Random& random = generator_.random();
  AskAnew(ParseRequests(kRequests[random.Below(std::size(kRequests))]),
          outcome);
}

void Probes::SilenceReplies(Outcome* outcome) {
  static constexpr std::string_view kRequests[] = {
      "CLIENT REPLY OFF",
      "CLIENT REPLY ON",
      "CLIENT REPLY SKIP",
      "CLIENT REPLY x",
      "CLIENT REPLY",
      "PING",
      "GET key:1",
      "SET key:1 1",
      "GET",
      "NOTHING",
      "EXEC",
      "DISCARD",
      "INCR key:1",
      "RESET",
      "MGET key:1 key:2",
  };
  base::Random& random = generator_.random();
  std::string bytes;
  std::string shown;
  for (uint64_t i = 2 + random.Below(12); i > 0; --i) {
    const Request request =
        ParseRequests(kRequests[random.Below(std::size(kRequests))]).front();
    AppendEncoded(request, &bytes);
    shown += Show(request) + "; ";
    ++outcome->commands;
  }
  ClientPair pair(stage_.ports());
  const std::array<std::string, 2> received = pair.AskRaw(bytes);
  if (received[kRedis] == received[kRedbed]) return;
  outcome->findings.push_back(
      {shown, base::Quoted(received[kRedis]), base::Quoted(received[kRedbed])});
}

void Probes::LockDoor(Outcome* outcome) {
  Ask(ParseRequests("CONFIG SET requirepass secret"), outcome);
  static constexpr std::string_view kRequests[] = {
      "PING",
      "GET key:1",
      "NOTHING",
      "AUTH wrong",
      "AUTH default wrong",
      "AUTH somebody secret",
      "AUTH secret",
      "AUTH default secret",
      "AUTH",
      "HELLO",
      "HELLO 2 AUTH default wrong",
      "HELLO 3 AUTH default secret SETNAME x",
      "RESET",
      "MULTI",
      "EXEC",
      "CLIENT GETNAME",
      "COMMAND COUNT x",
      "QUIT",
  };
  base::Random& random = generator_.random();
  std::vector<Request> requests;
  for (uint64_t i = 1 + random.Below(12); i > 0; --i) {
    requests.push_back(
        ParseRequests(kRequests[random.Below(std::size(kRequests))]).front());
  }
  AskAnew(std::move(requests), outcome);
  Request unlock = ParseRequests("CONFIG SET requirepass").front();
  unlock.push_back("");
  Ask({unlock}, outcome);
}

}  // namespace compare
