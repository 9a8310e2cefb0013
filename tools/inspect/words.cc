#include "inspect/words.h"

#include <cstdio>
#include <ctime>

#include "types/head.h"
#include "types/row_key.h"

namespace inspect {
namespace {

// Enough to know a value by; the rest would only fill the screen.
constexpr size_t kValueShown = 64;

std::string Time(int64_t seconds, int64_t fraction, int digits) {
  const time_t time = seconds;
  tm parts = {};
  if (gmtime_r(&time, &parts) == nullptr) return "?";
  char day[40];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  char text[80];
  std::snprintf(text, sizeof text, "%s.%0*lldZ", day, digits,
                static_cast<long long>(fraction));
  return text;
}

bool IsHead(std::string_view key) {
  return key.size() >= types::kPrefixBytes && key[0] == types::kHeadSpace;
}

}  // namespace

std::string TimeOfMicros(uint64_t micros) {
  return Time(static_cast<int64_t>(micros / 1'000'000),
              static_cast<int64_t>(micros % 1'000'000), 6);
}

std::string TimeOfMillis(int64_t millis) {
  if (millis < 0) return "before 1970";
  return Time(millis / 1000, millis % 1000, 3);
}

std::string Hex(uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(number));
  return text;
}

std::string HexOf(const lsm::Uuid& uuid) {
  std::string text;
  for (const char c : uuid.bytes) {
    char byte[4];
    std::snprintf(byte, sizeof byte, "%02x", static_cast<unsigned char>(c));
    text += byte;
  }
  return text;
}

void AddSequence(std::string_view name, lsm::Sequence sequence,
                 Fields* fields) {
  fields->emplace_back(name, sequence);
  // What a test with a clock of its own writes is no time.
  constexpr uint64_t kYear2000 = 946684800000000;
  if (sequence >= kYear2000) {
    fields->emplace_back("time", TimeOfMicros(sequence));
  }
}

void AddKey(std::string_view key, Fields* fields) {
  if (!IsHead(key)) {
    fields->emplace_back("key", key);
    return;
  }
  fields->emplace_back("database", types::PhysicalIdOf(key));
  fields->emplace_back("key", types::UserKey(key));
}

void AddValue(std::string_view key, std::string_view value, Fields* fields) {
  if (IsHead(key)) {
    const auto head = types::ParseHead(value);
    if (!head.ok()) {
      fields->emplace_back("damage", head.status().message());
    } else {
      fields->emplace_back("type", types::TypeName(head.value().type));
      fields->emplace_back("encoding",
                           types::EncodingName(head.value().encoding));
      if (head.value().expires_ms != 0) {
        fields->emplace_back("expires", TimeOfMillis(head.value().expires_ms));
      }
      value = head.value().payload;
    }
  }
  fields->emplace_back("value_bytes", value.size());
  const bool whole = value.size() <= kValueShown;
  fields->emplace_back(whole ? "value" : "value_begins",
                       value.substr(0, kValueShown));
}

}  // namespace inspect
