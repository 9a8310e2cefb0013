// XXH3, the one checksum and hash of every format and index here.
//
// Threads: any.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace base {

uint64_t Xxh3(std::string_view bytes, uint64_t seed);

// The same sum over bytes that come piece by piece; it can be asked for after
// each. Threads: one holder at a time.
class Xxh3Stream {
 public:
  explicit Xxh3Stream(uint64_t seed);
  ~Xxh3Stream();
  Xxh3Stream(const Xxh3Stream&) = delete;
  Xxh3Stream& operator=(const Xxh3Stream&) = delete;

  void Add(std::string_view bytes);
  uint64_t Sum() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace base
