#include "commands/info.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/strings.h"
#include "commands/house.h"

namespace commands {
namespace {

// As client libraries read it: sections of "key:value" lines.
using Sections = std::map<std::string, std::map<std::string, std::string>>;

Sections Parse(House& house, std::string_view request) {
  const std::string reply = house.Run(request);
  const size_t begin = reply.find("\r\n") + 2;
  std::string_view text(reply);
  text = text.substr(begin, reply.size() - begin - 2);
  Sections sections;
  std::string section;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    EXPECT_NE(end, std::string_view::npos) << "a line without its end";
    if (end == std::string_view::npos) break;
    const std::string line(text.substr(0, end));
    text.remove_prefix(end + 2);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    if (line.empty()) continue;
    if (line.starts_with("# ")) {
      section = line.substr(2);
      EXPECT_TRUE(sections.try_emplace(section).second) << section;
      continue;
    }
    const size_t colon = line.find(':');
    EXPECT_NE(colon, std::string::npos) << line;
    EXPECT_TRUE(sections[section]
                    .emplace(line.substr(0, colon), line.substr(colon + 1))
                    .second)
        << line;
  }
  return sections;
}

TEST(Info, SaysWhatClientsLookForWhenTheyConnect) {
  House house;
  Sections sections = Parse(house, "INFO");
  EXPECT_EQ(sections["Server"]["redis_version"], "7.2.4");
  EXPECT_EQ(sections["Server"]["redis_mode"], "standalone");
  EXPECT_EQ(sections["Server"]["redbed_version"], "0.0.0");
  EXPECT_EQ(sections["Persistence"]["loading"], "0");
  EXPECT_EQ(sections["Memory"]["maxmemory_policy"], "noeviction");
  EXPECT_EQ(sections["Replication"]["role"], "master");
  EXPECT_EQ(sections["Clients"]["connected_clients"], "1");
  EXPECT_EQ(sections["Cluster"]["cluster_enabled"], "0");
}

TEST(Info, HasTheUsualSectionsUnlessAskedForMore) {
  House house;
  const Sections usual = Parse(house, "INFO");
  EXPECT_FALSE(usual.contains("Commandstats"));
  EXPECT_TRUE(usual.contains("Redbed"));
  EXPECT_EQ(usual.size(), 12u);
  EXPECT_EQ(Parse(house, "INFO default").size(), 12u);
  EXPECT_EQ(Parse(house, "INFO all").size(), 14u);
  EXPECT_EQ(Parse(house, "INFO everything all default").size(), 14u);
  EXPECT_EQ(Parse(house, "INFO server CPU Server").size(), 2u);
  EXPECT_EQ(Parse(house, "INFO nothing").size(), 0u);
}

TEST(Info, CountsKeysOfEachDatabase) {
  House house;
  house.Run("SET a 1");
  house.Run("SET b 1 EX 100");
  house.Run("SELECT 7");
  house.Run("SET c 1");
  Sections sections = Parse(house, "INFO keyspace");
  EXPECT_EQ(sections["Keyspace"]["db0"], "keys=2,expires=1,avg_ttl=0");
  EXPECT_EQ(sections["Keyspace"]["db7"], "keys=1,expires=0,avg_ttl=0");
  EXPECT_EQ(sections["Keyspace"].size(), 2u);
  // What is counted may not be durable yet, so the reply must wait.
  EXPECT_EQ(house.done().gate, house.engine().applied());
}

TEST(Info, WaitsForNothingWithoutTheCounts) {
  House house;
  house.Run("SET a 1");
  house.Run("INFO server redbed stats");
  EXPECT_EQ(house.done().gate, 0u);
}

TEST(Info, CountsCallsErrorsAndTimes) {
  House house;
  house.Run("GET a");
  house.Run("GET");
  house.Run("INCRBY a x");
  Sections sections = Parse(house, "INFO all");
  EXPECT_TRUE(sections["Commandstats"]["cmdstat_get"].starts_with("calls=1,"));
  EXPECT_TRUE(sections["Commandstats"]["cmdstat_get"].ends_with(
      ",rejected_calls=1,failed_calls=0"));
  EXPECT_TRUE(sections["Commandstats"]["cmdstat_incrby"].ends_with(
      ",rejected_calls=0,failed_calls=1"));
  EXPECT_EQ(sections["Errorstats"]["errorstat_ERR"], "count=2");
  EXPECT_TRUE(
      sections["Latencystats"]["latency_percentiles_usec_get"].starts_with(
          "p50="));
  EXPECT_EQ(sections["Stats"]["keyspace_misses"], "1");
  house.Run("CONFIG RESETSTAT");
  sections = Parse(house, "INFO all");
  EXPECT_FALSE(sections["Commandstats"].contains("cmdstat_get"));
  EXPECT_TRUE(sections["Errorstats"].empty());
  EXPECT_EQ(sections["Stats"]["keyspace_misses"], "0");
}

TEST(Info, ShowsTheSaveThatWasMade) {
  House house;
  house.Run("SET a 1");
  EXPECT_EQ(house.Run("SAVE"), "+OK\r\n");
  Sections sections = Parse(house, "INFO persistence");
  EXPECT_EQ(sections["Persistence"]["rdb_saves"], "1");
  EXPECT_EQ(sections["Persistence"]["rdb_bgsave_in_progress"], "0");
  EXPECT_EQ(sections["Persistence"]["rdb_changes_since_last_save"], "0");
  EXPECT_EQ(sections["Persistence"]["rdb_last_save_time"],
            std::to_string(house.clock().WallMicros() / 1'000'000));
}

TEST(Info, ShowsTheSaveThatFailed) {
  House house;
  house.Run("SET a 1");
  const int64_t before_s = house.clock().WallMicros() / 1'000'000;
  house.clock().Advance(10'000'000);
  house.fs().FailOnce(support::CrashFileSystem::Op::kCreate, "checkpoints/",
                      ENOSPC);
  const std::string reply = house.Run("SAVE");
  EXPECT_TRUE(reply.starts_with("-ERR ")) << reply;
  EXPECT_NE(reply.find("checkpoint"), std::string::npos) << reply;
  Sections sections = Parse(house, "INFO persistence");
  EXPECT_EQ(sections["Persistence"]["rdb_saves"], "0");
  EXPECT_EQ(sections["Persistence"]["rdb_last_bgsave_status"], "err");
  EXPECT_EQ(sections["Persistence"]["rdb_last_save_time"],
            std::to_string(before_s));
  EXPECT_EQ(house.Run("SAVE"), "+OK\r\n");
  sections = Parse(house, "INFO persistence redbed");
  EXPECT_EQ(sections["Persistence"]["rdb_last_bgsave_status"], "ok");
  EXPECT_TRUE(sections["Redbed"]["last_checkpoint"].starts_with(
      "/checkpoints/000001-"));
}

TEST(InfoText, ShortensBytesAsRedisDoes) {
  EXPECT_EQ(HumanBytes(0), "0B");
  EXPECT_EQ(HumanBytes(1023), "1023B");
  EXPECT_EQ(HumanBytes(1024), "1.00K");
  EXPECT_EQ(HumanBytes(1138568), "1.09M");
  EXPECT_EQ(HumanBytes(uint64_t{25276510208}), "23.54G");
}

}  // namespace
}  // namespace commands
