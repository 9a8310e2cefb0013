#include "compare/vocabulary.h"

#include <vector>

#include "base/check.h"
#include "base/strings.h"

namespace compare {
namespace {

using std::string_view_literals::operator""sv;

// The last ones are counters and texts.
constexpr size_t kCounters = 6;
constexpr size_t kTexts = 4;

std::vector<std::string> MakeKeys() {
  constexpr int kPlainKeys = 24;
  std::vector<std::string> keys;
  for (int i = 0; i < kPlainKeys; ++i) keys.push_back(base::StrCat("key:", i));
  for (const std::string_view odd :
       {""sv, "\0"sv, "\xff\xff"sv, "a"sv, "A"sv, "a\0b"sv, "hello"sv,
        "hallo"sv, "{tag}:1"sv, "with space"sv, "*"sv, "[a]"sv, "\\"sv,
        "line\r\nbreak"sv, "12345"sv}) {
    keys.emplace_back(odd);
  }
  keys.push_back(std::string(1000, 'k') + "1");
  keys.push_back(std::string(1000, 'k') + "2");
  for (size_t i = 0; i < kCounters; ++i) {
    keys.push_back(base::StrCat("counter:", i));
  }
  for (size_t i = 0; i < kTexts; ++i) keys.push_back(base::StrCat("text:", i));
  return keys;
}

constexpr std::string_view kIntegers[] = {
    "0",
    "1",
    "-1",
    "2",
    "7",
    "10",
    "-10",
    "99",
    "100",
    "9999",
    "10000",
    "65535",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775806",
    "-9223372036854775807",
    "4611686018427387904",
};

constexpr std::string_view kNotIntegers[] = {
    "9223372036854775808"sv,
    "-9223372036854775809"sv,
    "18446744073709551616"sv,
    ""sv,
    " 1"sv,
    "1 "sv,
    "+1"sv,
    "01"sv,
    "-0"sv,
    "-"sv,
    "1.0"sv,
    "1e3"sv,
    "0x10"sv,
    "abc"sv,
    "1\0"sv,
    "99999999999999999999999999"sv,
    "\xff"sv,
};

constexpr std::string_view kFloats[] = {
    "0",      "1.5",    "-1.5",    "0.1",   "3.0e3",
    "-2E-3",  "1e-10",  "100",     "1e17",  "5e307",
    "1e4000", "1e5000", "-1e4000", "inf",   "-inf",
    "nan",    "1.",     ".5",      "0x1p3", "123456789.123456789",
    "1e",     "+1.5",   "1.5 ",    " 1.5",  "3.14159265358979323846264338",
    "",       "abc",    "-0",      "1e+2",  "0.00000000000000000000001",
};

constexpr std::string_view kPatterns[] = {
    "*",    "k*",    "key:*",  "key:1*",  "key:?",   "key:[0-9]", "h?llo",
    "h*o",  "**",    "h[ae]*", "h[^e]*",  "[a-b]",   "[b-a]",     "[",
    "[a",   "\\*",   "\\[a]",  "\\",      "",        "nothing",   "key:5",
    "?",    "*:1*",  "[^k]*",  "*[0-9]",  "a[\\-]b", "KEY:*",     "c*:?",
    "{t*",  "with*", "*\\",    "[]a]*",   "[^]*",    "counter:*", "12345",
    "a?b*", "*key*", "k*k*1",  "text:?*", "\xff*",
};

constexpr std::string_view kJunk[] = {
    ""sv,
    "x"sv,
    "NX"sv,
    "XX"sv,
    "GET"sv,
    "EX"sv,
    "PX"sv,
    "EXAT"sv,
    "KEEPTTL"sv,
    "GT"sv,
    "LT"sv,
    "PERSIST"sv,
    "DB"sv,
    "COUNT"sv,
    "MATCH"sv,
    "TYPE"sv,
    "REPLACE"sv,
    "-1"sv,
    "0"sv,
    "1"sv,
    "10"sv,
    "1.5"sv,
    "abc"sv,
    "\xff\x00\r\n"sv,
    "LEN"sv,
    "IDX"sv,
    "WITHMATCHLEN"sv,
    "string"sv,
    "9223372036854775808"sv,
};

constexpr std::string_view kUnknownCommands[] = {
    "FOO"sv,         "GETT"sv,
    "set "sv,        ""sv,
    "\0"sv,          "a\r\nb"sv,
    "\xff\xfe"sv,    "{}"sv,
    "client|list"sv, "OBJECT ENCODING"sv,
};

constexpr std::string_view kCommands[] = {
    "get",   "SET",  "del",    "mget",    "client", "client|list", "config|get",
    "scan",  "exec", "object", "nothing", "",       "object|freq", "expire",
    "hello", "copy", "lcs",    "debug",   "ping",   "info",        "shutdown",
};

constexpr std::string_view kSettings[] = {
    "maxmemory",
    "maxmemory-policy",
    "maxclients",
    "timeout",
    "tcp-keepalive",
    "databases",
    "proto-max-bulk-len",
    "client-query-buffer-limit",
    "client-output-buffer-limit",
    "hash-max-listpack-entries",
    "hash-max-ziplist-entries",
    "list-max-ziplist-size",
    "zset-max-ziplist-value",
    "lazyfree-lazy-user-flush",
    "notify-keyspace-events",
    "slowlog-log-slower-than",
    "latency-tracking-info-percentiles",
    "hz",
    "loglevel",
    "requirepass",
    "enable-debug-command",
    "tcp-backlog",
    "nothing-like-this",
    "",
    "MaxMemory",
    "repl-backlog-size",
    "oom-score-adj-values",
    "maxmemory-samples",
    "lfu-decay-time",
    "active-defrag-ignore-bytes",
    "slave-read-only",
    "min-slaves-to-write",
};

constexpr std::string_view kSettingPatterns[] = {
    "*",     "*-max-*", "max*", "lazyfree*", "slave-*",         "*-ziplist-*",
    "tcp-*", "proto*",  "[",    "lfu-*",     "active-defrag-*", "zset*",
};

constexpr std::string_view kSections[] = {
    "server",      "clients",      "memory",  "persistence", "stats",
    "replication", "cpu",          "modules", "keyspace",    "errorstats",
    "cluster",     "default",      "all",     "everything",  "nothing",
    "SERVER",      "commandstats",
};

constexpr std::string_view kCategories[] = {
    "string", "keyspace",  "read",       "write",       "fast",    "slow",
    "admin",  "dangerous", "connection", "transaction", "nothing",
};

constexpr std::string_view kNames[] = {
    "joe", "", "with space", "a\nb", "lib-1.2.3", "\xc3\xa9", "!~",
};

}  // namespace

std::span<const std::string> Vocabulary::AllKeys() {
  static const std::vector<std::string> kKeys = MakeKeys();
  return kKeys;
}

std::string Vocabulary::Pick(std::span<const std::string_view> words) {
  return std::string(words[random_.Below(words.size())]);
}

std::string Vocabulary::Key() {
  constexpr size_t kOftenUsed = 8;
  const auto keys = AllKeys();
  return keys[random_.Below(random_.OneIn(2) ? kOftenUsed : keys.size())];
}

std::string Vocabulary::Counter() {
  const auto counters = AllKeys().last(kCounters + kTexts).first(kCounters);
  return random_.OneIn(20) ? Key() : counters[random_.Below(kCounters)];
}

std::string Vocabulary::Letter() {
  return AllKeys().last(kTexts)[random_.Below(kTexts)];
}

std::string Vocabulary::Bytes(size_t count) {
  std::string bytes(count, '\0');
  const uint64_t kinds = random_.Below(3);
  for (char& byte : bytes) {
    const auto any = static_cast<char>(random_.Next());
    byte = kinds == 0   ? any
           : kinds == 1 ? static_cast<char>('a' + (any & 3))
                        : 'x';
  }
  return bytes;
}

std::string Vocabulary::Letters() {
  std::string text(random_.Below(40), 'a');
  for (char& letter : text) letter += static_cast<char>(random_.Below(3));
  return text;
}

std::string Vocabulary::Value() {
  const uint64_t size_class = random_.Below(10000);
  if (size_class < 2) return Bytes(200'000 + random_.Below(1'000'000));
  if (size_class < 60) return Bytes(5'000 + random_.Below(65'000));
  if (size_class < 500) return Bytes(200 + random_.Below(5'000));
  switch (random_.Below(8)) {
    case 0:
      return base::StrCat(random_.Below(20'000));
    case 1:
      return Pick(kIntegers);
    case 2:
      return Pick(kNotIntegers);
    case 3:
      return Float();
    case 4:
      // Around the longest that Redis keeps embedded.
      return Bytes(40 + random_.Below(10));
    default:
      return Bytes(random_.Below(24));
  }
}

std::string Vocabulary::Integer() {
  const uint64_t kind = random_.Below(16);
  if (kind == 0) return Pick(kNotIntegers);
  if (kind < 4) return Pick(kIntegers);
  return base::StrCat(static_cast<int64_t>(random_.Below(2000)) - 1000);
}

std::string Vocabulary::Float() { return Pick(kFloats); }

std::string Vocabulary::Junk() {
  return random_.OneIn(30) ? std::string(200, 'y') : Pick(kJunk);
}

std::string Vocabulary::Index() {
  if (random_.OneIn(6)) return Integer();
  return base::StrCat(static_cast<int64_t>(random_.Below(30)) - 15);
}

// Not so far that a key grows beyond reason; what is beyond every limit is
// refused.
std::string Vocabulary::Offset() {
  const uint64_t kind = random_.Below(200);
  if (kind == 0) return base::StrCat(random_.Below(100'000));
  if (kind < 10) return base::StrCat(random_.Below(3'000));
  if (kind < 20) return Pick(kNotIntegers);
  if (kind == 20) return "536870912";
  if (kind == 21) return "9223372036854775807";
  if (kind < 26) return "-1";
  return base::StrCat(random_.Below(60));
}

// Of seconds (`unit` 1) or milliseconds (1000) from now.
std::string Vocabulary::Duration(int64_t unit) {
  constexpr uint64_t kSecondsMax = 100'000'000;
  static constexpr std::string_view kEdges[] = {"0",
                                                "-1",
                                                "9223372036854775807",
                                                "9223372036854776",
                                                "-9223372036854776",
                                                "-9223372036854775808",
                                                "9223372036854775",
                                                "-100"};
  const uint64_t kind = random_.Below(24);
  if (kind == 0) return Pick(kNotIntegers);
  if (kind == 1) return Pick(kEdges);
  constexpr int64_t kSecondsMin = 100'000;
  const int64_t seconds =
      kSecondsMin + static_cast<int64_t>(random_.Below(kSecondsMax));
  return base::StrCat(seconds * unit + (unit > 1 ? seconds % unit : 0));
}

// A point in time: beyond the year 2100, or past.
std::string Vocabulary::Moment(int64_t unit) {
  constexpr int64_t kFarSeconds = 4'102'444'800;
  static constexpr std::string_view kEdges[] = {"0",
                                                "-1",
                                                "1",
                                                "1000",
                                                "1600000000",
                                                "9223372036854775807",
                                                "9223372036854776",
                                                "-9223372036854775808"};
  const uint64_t kind = random_.Below(16);
  if (kind == 0) return Pick(kNotIntegers);
  if (kind == 1) return Pick(kEdges);
  const auto seconds =
      kFarSeconds + static_cast<int64_t>(random_.Below(100'000'000));
  return base::StrCat(seconds * unit);
}

std::string Vocabulary::Database() {
  static constexpr std::string_view kEdges[] = {"15",
                                                "16",
                                                "-1",
                                                "abc",
                                                "",
                                                "01",
                                                "1.5",
                                                "4294967296",
                                                "2147483648",
                                                "9223372036854775807",
                                                "9223372036854775808"};
  if (random_.OneIn(12)) return Pick(kEdges);
  return base::StrCat(random_.Below(kDatabases));
}

std::string Vocabulary::Pattern() {
  if (random_.OneIn(8)) return Key();
  return Pick(kPatterns);
}

// No small number: the servers have not numbered their clients alike.
std::string Vocabulary::ClientId() {
  static constexpr std::string_view kNone[] = {"0",
                                               "-1",
                                               "",
                                               "abc",
                                               "1.5",
                                               "9223372036854775807",
                                               "9223372036854775808"};
  if (random_.OneIn(8)) return Pick(kNone);
  return base::StrCat("{id:", random_.Below(kClients), "}");
}

std::string Vocabulary::ClientAddress() {
  if (random_.OneIn(3)) return "1.2.3.4:5";
  return base::StrCat("{address:", random_.Below(kClients), "}");
}

void Vocabulary::Fill(std::string_view slot, Request* words) {
  const auto add = [&](std::string word) { words->push_back(std::move(word)); };
  // clang-format off
  if (slot == "key") return add(Key());
  if (slot == "counter") return add(Counter());
  if (slot == "text") return add(random_.OneIn(12) ? Key() : Letter());
  if (slot == "letters") return add(Letters());
  if (slot == "value") return add(Value());
  if (slot == "int") return add(Integer());
  if (slot == "float") return add(Float());
  if (slot == "index") return add(Index());
  if (slot == "offset") return add(Offset());
  if (slot == "seconds") return add(Duration(1));
  if (slot == "millis") return add(Duration(1000));
  if (slot == "time") return add(Moment(1));
  if (slot == "time-ms") return add(Moment(1000));
  if (slot == "db") return add(Database());
  if (slot == "pattern") return add(Pattern());
  if (slot == "junk") return add(Junk());
  if (slot == "name") return add(Pick(kNames));
  if (slot == "client-id") return add(ClientId());
  if (slot == "client-address") return add(ClientAddress());
  if (slot == "unknown") return add(random_.OneIn(8) ? std::string(200, 'z')
                                                     : Pick(kUnknownCommands));
  if (slot == "command") return add(Pick(kCommands));
  if (slot == "setting") return add(Pick(kSettings));
  if (slot == "setting-pattern") return add(Pick(kSettingPatterns));
  if (slot == "section") return add(Pick(kSections));
  if (slot == "category") return add(Pick(kCategories));
  // clang-format on
  CHECK(false);
}

}  // namespace compare
