// Vocabulary draws the words that fill the slots of a grammar: keys of a small
// pool, so that they meet again; values of every size and content; numbers that
// are plain, at the edge, or none.
//
// Times of death are either past or so far away, and so far from each other,
// that no reply depends on how fast a server is.
//
// Threads: one.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "compare/request.h"

namespace compare {

// How many clients requests may speak about: {id:0} stands for the id of
// client 0, {address:0} for its address, which differ between the servers.
inline constexpr int kClients = 6;
// Databases that requests choose, but for mistakes.
inline constexpr int kDatabases = 4;

class Vocabulary {
 public:
  explicit Vocabulary(base::Random& random) : random_(random) {}

  // Appends what stands for this slot. CHECKs that the slot is known.
  void Fill(std::string_view slot, Request* words);

  // Every key that a request may name.
  static std::span<const std::string> AllKeys();

  std::string Key();
  // A key that mostly holds a number, and one that holds a short text.
  std::string Counter();
  std::string Letter();
  std::string Value();
  std::string Integer();
  // What no command asks for.
  std::string Junk();

 private:
  std::string Pick(std::span<const std::string_view> words);
  std::string Bytes(size_t count);
  std::string Letters();
  std::string Float();
  std::string Index();
  std::string Offset();
  std::string Duration(int64_t unit);
  std::string Moment(int64_t unit);
  std::string Database();
  std::string Pattern();
  std::string ClientId();
  std::string ClientAddress();

  base::Random& random_;
};

}  // namespace compare
