#include "base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace base {

uint64_t Xxh3(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct Xxh3Stream::State {
  XXH3_state_t xxh3;
};

Xxh3Stream::Xxh3Stream(uint64_t seed) : state_(new State) {
  XXH3_INITSTATE(&state_->xxh3);
  XXH3_64bits_reset_withSeed(&state_->xxh3, seed);
}

Xxh3Stream::~Xxh3Stream() = default;

void Xxh3Stream::Add(std::string_view bytes) {
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

uint64_t Xxh3Stream::Sum() const { return XXH3_64bits_digest(&state_->xxh3); }

}  // namespace base
