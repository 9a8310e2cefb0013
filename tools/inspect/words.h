// How sequences, times, identities and rows are spelled for people.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "inspect/printer.h"
#include "lsm/format.h"
#include "lsm/uuid.h"

namespace inspect {

// "2026-11-21T12:00:00.123456Z"; sequences are such microseconds.
std::string TimeOfMicros(uint64_t micros);
std::string TimeOfMillis(int64_t millis);
std::string Hex(uint64_t number);
std::string HexOf(const lsm::Uuid& uuid);

// Appends the sequence under `name`, and its time.
void AddSequence(std::string_view name, lsm::Sequence sequence, Fields* fields);

// Appends what the key of a row says, and its value's size and beginning.
// Head rows are taken apart: database, key, type, time of death.
void AddKey(std::string_view key, Fields* fields);
void AddValue(std::string_view key, std::string_view value, Fields* fields);

}  // namespace inspect
