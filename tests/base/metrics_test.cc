#include "base/metrics.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace base {
namespace {

TEST(Registry, WritesHelpAndTypeOncePerFamily) {
  Registry registry;
  registry
      .AddCounter("calls_total", "Calls.",
                  {
                      {"command", "get"}
  })
      ->Add(3);
  registry
      .AddCounter("calls_total", "Calls.",
                  {
                      {"command", "set"}
  })
      ->Add();
  registry.AddGauge("clients", "Connected clients.", {})->Set(-2);
  EXPECT_EQ(registry.Exposition(),
            "# HELP calls_total Calls.\n"
            "# TYPE calls_total counter\n"
            "calls_total{command=\"get\"} 3\n"
            "calls_total{command=\"set\"} 1\n"
            "# HELP clients Connected clients.\n"
            "# TYPE clients gauge\n"
            "clients -2\n");
}

TEST(Registry, EscapesHelpAndLabelValues) {
  Registry registry;
  registry.AddGauge("g", "a\\b\n\"c\"",
                    {
                        {"x", "a\\b\n\"c\""},
                        {"y", ""           }
  });
  EXPECT_EQ(registry.Exposition(),
            "# HELP g a\\\\b\\n\"c\"\n"
            "# TYPE g gauge\n"
            "g{x=\"a\\\\b\\n\\\"c\\\"\",y=\"\"} 0\n");
}

TEST(Registry, WritesAHistogramWithCumulativeBuckets) {
  Registry registry;
  Histogram* const histogram = registry.AddHistogram("wait_seconds", "Wait.",
                                                     {
                                                         {"q", "1"}
  },
                                                     1e-6);
  histogram->Record(0);
  histogram->Record(2);
  histogram->Record(3);
  histogram->Record(4);
  EXPECT_EQ(registry.Exposition(),
            "# HELP wait_seconds Wait.\n"
            "# TYPE wait_seconds histogram\n"
            "wait_seconds_bucket{q=\"1\",le=\"0\"} 1\n"
            "wait_seconds_bucket{q=\"1\",le=\"1e-06\"} 1\n"
            "wait_seconds_bucket{q=\"1\",le=\"3e-06\"} 3\n"
            "wait_seconds_bucket{q=\"1\",le=\"7e-06\"} 4\n"
            "wait_seconds_bucket{q=\"1\",le=\"+Inf\"} 4\n"
            "wait_seconds_sum{q=\"1\"} 9e-06\n"
            "wait_seconds_count{q=\"1\"} 4\n");
}

TEST(Registry, AsksCallbacksWhenSomebodyLooks) {
  Registry registry;
  double value = 1.5;
  registry.AddCallback(MetricKind::kGauge, "g", "G.", {},
                       [&] { return value; });
  EXPECT_NE(registry.Exposition().find("\ng 1.5\n"), std::string::npos);
  value = 12345678901;
  EXPECT_NE(registry.Exposition().find("\ng 12345678901\n"), std::string::npos);
  registry.RemoveCallback("g", {});
  EXPECT_EQ(registry.Exposition(), "");
}

TEST(Registry, GivesTheSameMetricForTheSameNameAndLabels) {
  Registry registry;
  Counter* const counter = registry.AddCounter("c", "C.",
                                               {
                                                   {"a", "1"}
  });
  EXPECT_EQ(registry.AddCounter("c", "C.",
                                {
                                    {"a", "1"}
  }),
            counter);
  EXPECT_NE(registry.AddCounter("c", "C.",
                                {
                                    {"a", "2"}
  }),
            counter);
}

TEST(Registry, ResetsCountersAndHistogramsButNoGauges) {
  Registry registry;
  Counter* const counter = registry.AddCounter("c", "C.", {});
  Gauge* const gauge = registry.AddGauge("g", "G.", {});
  Histogram* const histogram = registry.AddHistogram("h", "H.", {}, 1);
  counter->Add(7);
  gauge->Add(7);
  histogram->Record(7);
  registry.Reset();
  EXPECT_EQ(counter->value(), 0u);
  EXPECT_EQ(gauge->value(), 7);
  EXPECT_EQ(histogram->Snapshot().count(), 0u);
}

TEST(Registry, MayBeReadWhileOthersCount) {
  Registry registry;
  Counter* const counter = registry.AddCounter("c", "C.", {});
  std::thread writer([&] {
    for (int i = 0; i < 10'000; ++i) counter->Add();
  });
  for (int i = 0; i < 20; ++i) (void)registry.Exposition();
  writer.join();
  EXPECT_EQ(counter->value(), 10'000u);
}

TEST(RegistryDeathTest, RefusesANameThatPrometheusWould) {
  Registry registry;
  EXPECT_DEATH(registry.AddCounter("a-b", "", {}), "IsMetricName");
  registry.AddCounter("a", "", {});
  EXPECT_DEATH(registry.AddGauge("a", "", {}), "kind");
}

}  // namespace
}  // namespace base
