#include "commands/command_docs.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "commands/table.h"

namespace commands {
namespace {

TEST(CommandDocs, ExistForEveryRowAndForNothingElse) {
  Table table(AllFamilies());
  std::set<std::string> rows;
  for (const CommandEntry& entry : table.entries()) {
    rows.insert(entry.full_name);
    const FoundDoc found = FindDoc(entry.full_name);
    ASSERT_NE(found.doc, nullptr) << entry.full_name;
    EXPECT_EQ(found.doc->since, entry.spec->since) << entry.full_name;
    EXPECT_FALSE(found.doc->summary.empty());
    EXPECT_FALSE(found.doc->complexity.empty());
  }
  for (const DocGroup& group : DocGroups()) {
    std::string_view last;
    for (const CommandDoc& doc : group.docs) {
      EXPECT_LT(last, doc.name);
      last = doc.name;
      EXPECT_TRUE(rows.contains(std::string(doc.name))) << doc.name;
    }
  }
}

// redis-cli and cluster clients look from one to the other.
TEST(CommandDocs, PointToKeySpecsThatExist) {
  Table table(AllFamilies());
  for (const CommandEntry& entry : table.entries()) {
    std::set<int> specs;
    const auto collect =
        [&](auto self, const std::vector<DocArgument>& arguments) -> void {
      for (const DocArgument& argument : arguments) {
        if (argument.key_spec >= 0) specs.insert(argument.key_spec);
        self(self, argument.children);
      }
    };
    collect(collect,
            ParseDocArguments(FindDoc(entry.full_name).doc->arguments));
    EXPECT_EQ(static_cast<int>(specs.size()), entry.spec->keys.count)
        << entry.full_name;
  }
}

TEST(DocNotation, IsReadInAllItsForms) {
  const auto read = ParseDocArguments(
      "key:key1 ip:port [cond{NX|XX@2.6.12}] EX=s:integer** a(b c:pattern)!3*");
  ASSERT_EQ(read.size(), 5u);
  EXPECT_EQ(read[0].type, "key");
  EXPECT_EQ(read[0].key_spec, 1);
  EXPECT_EQ(read[1].name, "ip:port");
  EXPECT_EQ(read[1].type, "string");
  EXPECT_TRUE(read[2].optional);
  EXPECT_EQ(read[2].type, "oneof");
  ASSERT_EQ(read[2].children.size(), 2u);
  EXPECT_EQ(read[2].children[1].token, "XX");
  EXPECT_EQ(read[2].children[1].type, "pure-token");
  EXPECT_EQ(read[2].children[1].since, "2.6.12");
  EXPECT_EQ(read[3].token, "EX");
  EXPECT_EQ(read[3].type, "integer");
  EXPECT_TRUE(read[3].multiple && read[3].multiple_token);
  EXPECT_EQ(read[4].type, "block");
  EXPECT_TRUE(read[4].multiple && !read[4].multiple_token);
  EXPECT_EQ(read[4].children[1].type, "pattern");
}

TEST(DocNotation, MayBeEmpty) { EXPECT_TRUE(ParseDocArguments("").empty()); }

}  // namespace
}  // namespace commands
