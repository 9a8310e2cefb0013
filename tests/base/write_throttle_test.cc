#include "base/write_throttle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace base {
namespace {

constexpr int64_t kMilli = 1000;
constexpr int64_t kSecond = 1'000'000;

// A disk that drains some bytes a second out of a store that holds so many at
// most, and clients that write whenever they may.
class Store {
 public:
  Store(double room, double drain) : room_(room), drain_(drain) {}

  double pressure() const { return std::min(1.0, held_ / room_); }
  void set_drain(double drain) { drain_ = drain; }

  // What was written in this time by clients that could write `demand`.
  double Run(int64_t us, double demand) {
    double written = 0;
    for (const int64_t end = now_us_ + us; now_us_ < end; now_us_ += kMilli) {
      held_ = std::max(0.0, held_ - drain_ / 1000);
      throttle_.Update(pressure(), now_us_);
      for (double left = demand / 1000;
           left >= kWriteBytes && !throttle_.MustWait(ticket_);
           left -= kWriteBytes) {
        ticket_ = throttle_.Take(kWriteBytes);
        held_ += kWriteBytes;
        written += kWriteBytes;
      }
      highest_ = std::max(highest_, pressure());
    }
    return written * kSecond / static_cast<double>(us);
  }
  double TakeHighest() { return std::exchange(highest_, 0); }

 private:
  static constexpr double kWriteBytes = 1000;

  WriteThrottle throttle_;
  WriteThrottle::Ticket ticket_ = 0;
  double room_;
  double drain_;
  double held_ = 0;
  double highest_ = 0;
  int64_t now_us_ = 0;
};

TEST(WriteThrottle, LeavesWritersAloneAtEase) {
  WriteThrottle throttle;
  throttle.Update(0.49, 0);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(throttle.MustWait(throttle.Take(1 << 20)));
  }
  EXPECT_FALSE(throttle.limiting());
}

TEST(WriteThrottle, HoldsWritersAtTheLimitAndReadersNever) {
  WriteThrottle throttle;
  throttle.Update(1, 0);
  const WriteThrottle::Ticket ticket = throttle.Take(1);
  for (int s = 1; s < 100; ++s) {
    throttle.Update(1, s * kSecond);
    EXPECT_TRUE(throttle.MustWait(ticket));
    EXPECT_FALSE(throttle.MustWait(0));
  }
  // Whoever wrote before may write once more: it was earned.
  throttle.Update(0.2, 100 * kSecond);
  EXPECT_FALSE(throttle.MustWait(ticket));
  throttle.Update(1, 101 * kSecond);
  EXPECT_FALSE(throttle.MustWait(ticket));
}

TEST(WriteThrottle, ServesInTheOrderOfTickets) {
  WriteThrottle throttle;
  throttle.Update(0.9, 0);
  std::vector<WriteThrottle::Ticket> tickets;
  for (int i = 0; i < 100; ++i) tickets.push_back(throttle.Take(100'000));
  size_t waiting = tickets.size();
  for (int64_t ms = 1; waiting > 0 && ms < 60'000; ++ms) {
    throttle.Update(0.9, ms * kMilli);
    const size_t now = std::count_if(
        tickets.begin(), tickets.end(),
        [&](WriteThrottle::Ticket t) { return throttle.MustWait(t); });
    EXPECT_LE(now, waiting);
    if (now > 0) {
      EXPECT_TRUE(throttle.MustWait(tickets.back()));
      EXPECT_FALSE(now < 100 && throttle.MustWait(tickets.front()));
    }
    waiting = now;
  }
  EXPECT_EQ(waiting, 0u);
}

TEST(WriteThrottle, GivesLessTheHigherThePressure) {
  double before = 1e18;
  for (double pressure = 0.5; pressure < 1; pressure += 0.05) {
    WriteThrottle throttle;
    throttle.Update(0, 0);
    throttle.Take(100 << 20);
    throttle.Update(0, kSecond);
    throttle.Update(pressure, kSecond);
    EXPECT_TRUE(throttle.limiting());
    EXPECT_LT(throttle.rate(), before);
    before = throttle.rate();
    if (pressure == 0.5) {
      EXPECT_DOUBLE_EQ(before, 2.0 * (100 << 20));
    }
  }
}

TEST(WriteThrottle, WhatWasNotTakenIsNotSavedUp) {
  WriteThrottle throttle;
  throttle.Update(0, 0);
  throttle.Take(10 << 20);
  throttle.Update(0.75, kSecond);
  throttle.Update(0.75, 60 * kSecond);
  // A few milliseconds' worth, not a minute's.
  EXPECT_TRUE(throttle.MustWait(throttle.Take(1 << 20)));
}

// Clients that could write ten times what the disk takes.
TEST(WriteThrottle, SettlesAtWhatTheDiskTakes) {
  for (const double room : {5e6, 50e6, 500e6}) {
    SCOPED_TRACE(room);
    Store store(room, /*drain=*/20e6);
    store.Run(60 * kSecond, 200e6);
    store.TakeHighest();
    double lowest = 1e18;
    double highest = 0;
    for (int i = 0; i < 40; ++i) {
      const double rate = store.Run(kSecond / 2, 200e6);
      lowest = std::min(lowest, rate);
      highest = std::max(highest, rate);
    }
    EXPECT_GT(lowest, 19e6);
    EXPECT_LT(highest, 21e6);
    EXPECT_LT(store.TakeHighest(), 0.8);
    EXPECT_GT(store.pressure(), 0.7);
  }
}

TEST(WriteThrottle, NeverStopsWritersWhileItSettles) {
  Store store(/*room=*/200e6, /*drain=*/20e6);
  store.Run(2 * kSecond, 200e6);
  for (int i = 0; i < 200; ++i) {
    EXPECT_GT(store.Run(kSecond / 2, 200e6), 5e6);
  }
  EXPECT_LT(store.TakeHighest(), 1);
}

TEST(WriteThrottle, FollowsADiskThatChanges) {
  Store store(/*room=*/100e6, /*drain=*/50e6);
  store.Run(60 * kSecond, 200e6);
  store.set_drain(10e6);
  store.TakeHighest();
  store.Run(60 * kSecond, 200e6);
  EXPECT_LT(store.TakeHighest(), 1);
  EXPECT_NEAR(store.Run(10 * kSecond, 200e6), 10e6, 1e6);
  store.set_drain(80e6);
  store.Run(60 * kSecond, 200e6);
  EXPECT_NEAR(store.Run(10 * kSecond, 200e6), 80e6, 4e6);
}

TEST(WriteThrottle, IsNotFeltByWhoWritesLessThanTheDiskTakes) {
  Store store(/*room=*/100e6, /*drain=*/50e6);
  store.Run(60 * kSecond, 40e6);
  EXPECT_NEAR(store.Run(10 * kSecond, 40e6), 40e6, 1);
  EXPECT_LT(store.pressure(), 0.5);
}

}  // namespace
}  // namespace base
