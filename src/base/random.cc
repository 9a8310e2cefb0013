#include "base/random.h"

#include <sys/random.h>

#include "base/check.h"

namespace base {

uint64_t SecureRandom() {
  uint64_t value;
  CHECK(getrandom(&value, sizeof value, 0) == sizeof value);
  return value;
}

}  // namespace base
