// What one request costs between the parser and the log: dispatch, types and
// engine, without sockets and without a disk.
//
//   bench_dispatch [keys] [rounds]
//
// The keys are asked for in a shuffled order, with a prefetch eight requests
// ahead, as a pipeline would. The log is thrown away every 1000 requests.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/random.h"
#include "base/strings.h"
#include "commands/house.h"

namespace {
uint64_t allocations = 0;
}

void* operator new(size_t bytes) {
  ++allocations;
  return std::malloc(bytes);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace commands {
namespace {

constexpr size_t kAhead = 16;
constexpr size_t kTick = 64;

using Request = std::vector<std::string_view>;

void PrefetchFrom(House& house, const std::vector<Request>& requests,
                  size_t begin) {
  const size_t count = std::min(kAhead, requests.size() - begin);
  uint64_t hashes[kAhead];
  for (size_t i = 0; i < count; ++i) {
    hashes[i] =
        house.dispatcher().Prefetch(house.client(), requests[begin + i]);
  }
  for (size_t i = 0; i < count; ++i) house.dispatcher().PrefetchRow(hashes[i]);
}

void Measure(const char* name, House& house,
             const std::vector<Request>& requests) {
  std::string bytes;
  resp::Writer reply(&bytes);
  const uint64_t allocations_before = allocations;
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < requests.size(); ++i) {
    if (i % kAhead == 0) PrefetchFrom(house, requests, i);
    house.dispatcher().Execute(house.client(), requests[i], reply);
    if (i % kTick == 0) {
      bytes.clear();
      house.engine().Submit();
      house.engine().Tick();
    }
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  std::printf("%-24s %7.1f ns  %5.2f allocations\n", name,
              took.count() * 1e9 / requests.size(),
              double(allocations - allocations_before) / requests.size());
}

void Run(size_t keys, size_t rounds) {
  House house;
  const std::string value(100, 'x');
  std::vector<std::string> names;
  for (size_t i = 0; i < keys; ++i) {
    names.push_back(base::StrCat("key:", 1'000'000'000'000 + i));
  }
  base::Random random(1);
  std::vector<Request> set, get, missing, incr;
  for (const std::string& name : names) set.push_back({"SET", name, value});
  Measure("SET, new keys", house, set);
  set.clear();
  for (size_t i = 0; i < rounds; ++i) {
    const std::string& name = names[random.Below(keys)];
    set.push_back({"SET", name, value});
    get.push_back({"GET", name});
    missing.push_back({"GET", "nobody has this key"});
    incr.push_back({"INCR", "counter"});
  }
  Measure("SET, overwriting", house, set);
  Measure("GET", house, get);
  Measure("GET, absent", house, missing);
  Measure("INCR, one key", house, incr);
  for (size_t i = 0; i < rounds; ++i) get[i][1] = names[0];
  Measure("GET, one key", house, get);
}

}  // namespace
}  // namespace commands

int main(int argc, char** argv) {
  const size_t keys = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const size_t rounds = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  commands::Run(keys, rounds);
}
