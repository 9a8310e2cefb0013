// CLUSTER, as a server answers that is not part of one: tools ask it to find
// out.

#include "commands/command.h"

namespace commands {
namespace {

base::Status Disabled(Call&) {
  return base::Status::Invalid(
      "ERR This instance has cluster support disabled");
}

constexpr std::string_view kChanging = "nondeterministic_output";

// name, handler, arity, keys, flags, categories, since, tips
// (clang-format 14 fails on rows of unequal length.)
// clang-format off
constexpr CommandSpec kClusterSubcommands[] = {
    {"countkeysinslot", Disabled, 3, Keys::None(), kStale, kCategoryNone,
     "3.0.0"},
    {"getkeysinslot", Disabled, 4, Keys::None(), kStale, kCategoryNone, "3.0.0",
     kChanging},
    {"help", Disabled, 2, Keys::None(), kLoading | kStale, kCategoryNone,
     "5.0.0"},
    {"info", Disabled, 2, Keys::None(), kStale, kCategoryNone, "3.0.0",
     kChanging},
    {"keyslot", Disabled, 3, Keys::None(), kStale, kCategoryNone, "3.0.0"},
    {"links", Disabled, 2, Keys::None(), kStale, kCategoryNone, "7.0.0",
     kChanging},
    {"myid", Disabled, 2, Keys::None(), kStale, kCategoryNone, "3.0.0"},
    {"nodes", Disabled, 2, Keys::None(), kStale, kCategoryNone, "3.0.0",
     kChanging},
    {"shards", Disabled, 2, Keys::None(), kStale, kCategoryNone, "7.0.0",
     kChanging},
    {"slots", Disabled, 2, Keys::None(), kStale, kCategoryNone, "3.0.0",
     kChanging},
};
static_assert(IsSorted(kClusterSubcommands));

constexpr CommandSpec kClusterCommands[] = {
    {"cluster", nullptr, -2, Keys::None(), 0, kCategoryNone, "3.0.0", {},
     kClusterSubcommands},
};
// clang-format on

}  // namespace

std::span<const CommandSpec> ClusterCommands() { return kClusterCommands; }

}  // namespace commands
