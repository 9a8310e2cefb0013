#include "commands/command_info.h"

#include <algorithm>
#include <bit>
#include <span>
#include <string>

#include "base/strings.h"

namespace commands {
namespace {

using resp::Writer;

struct NamedBit {
  std::string_view name;
  uint32_t bit;
};

constexpr NamedBit kFlagNames[] = {
    {"write",             kWrite          },
    {"readonly",          kReadOnly       },
    {"denyoom",           kDenyOom        },
    {"admin",             kAdmin          },
    {"pubsub",            kPubSub         },
    {"noscript",          kNoScript       },
    {"blocking",          kBlocking       },
    {"loading",           kLoading        },
    {"stale",             kStale          },
    {"skip_monitor",      kSkipMonitor    },
    {"skip_slowlog",      kSkipSlowlog    },
    {"fast",              kFast           },
    {"no_auth",           kNoAuth         },
    {"may_replicate",     kMayReplicate   },
    {"no_mandatory_keys", kNoMandatoryKeys},
    {"no_async_loading",  kNoAsyncLoading },
    {"no_multi",          kNoMulti        },
    {"movablekeys",       kMovableKeys    },
    {"allow_busy",        kAllowBusy      },
};

constexpr NamedBit kKeyFlagNames[] = {
    {"RO",             kRO           },
    {"RW",             kRW           },
    {"OW",             kOW           },
    {"RM",             kRM           },
    {"access",         kAccess       },
    {"update",         kUpdate       },
    {"insert",         kInsert       },
    {"delete",         kDelete       },
    {"not_key",        kNotKey       },
    {"incomplete",     kIncomplete   },
    {"variable_flags", kVariableFlags},
};

// A category belongs to commands that name it, and to those with a flag.
struct CategoryRule {
  std::string_view name;
  uint32_t category;
  uint32_t flags;
};
constexpr CategoryRule kCategoryRules[] = {
    {"keyspace",    kKeyspace,       0        },
    {"read",        0,               kReadOnly},
    {"write",       0,               kWrite   },
    {"set",         kSet,            0        },
    {"sortedset",   kSortedSet,      0        },
    {"list",        kList,           0        },
    {"hash",        kHash,           0        },
    {"string",      kString,         0        },
    {"bitmap",      kBitmap,         0        },
    {"hyperloglog", kHyperLogLog,    0        },
    {"geo",         kGeo,            0        },
    {"stream",      kStream,         0        },
    {"pubsub",      0,               kPubSub  },
    {"admin",       kAdministration, kAdmin   },
    {"fast",        0,               kFast    },
    {"slow",        0,               0        }, // whatever is not fast
    {"blocking",    0,               kBlocking},
    {"dangerous",   kDangerous,      kAdmin   },
    {"connection",  kConnection,     0        },
    {"transaction", kTransaction,    0        },
    {"scripting",   kScripting,      0        },
};

bool Matches(const CategoryRule& rule, const CommandSpec& spec) {
  if (rule.name == "slow") return !(spec.flags & kFast);
  return (spec.categories & rule.category) || (spec.flags & rule.flags);
}

void WriteBits(uint32_t bits, std::span<const NamedBit> names, Writer& reply) {
  uint32_t known = 0;
  for (const NamedBit& name : names) known |= name.bit;
  reply.Set(std::popcount(bits & known));
  for (const NamedBit& name : names) {
    if (bits & name.bit) reply.Simple(name.name);
  }
}

void WriteCategories(const CommandSpec& spec, Writer& reply) {
  size_t count = 0;
  for (const CategoryRule& rule : kCategoryRules) count += Matches(rule, spec);
  reply.Set(count);
  for (const CategoryRule& rule : kCategoryRules) {
    if (Matches(rule, spec)) reply.Simple(base::StrCat("@", rule.name));
  }
}

void WriteTips(std::string_view tips, Writer& reply) {
  const Writer::Mark mark = reply.mark();
  size_t count = 0;
  while (!tips.empty()) {
    const size_t size = std::min(tips.find(' '), tips.size());
    reply.Bulk(tips.substr(0, size));
    tips.remove_prefix(std::min(size + 1, tips.size()));
    ++count;
  }
  reply.SetAt(mark, count);
}

void WriteNumber(std::string_view name, int number, Writer& reply) {
  reply.Bulk(name);
  reply.Integer(number);
}

void WriteKeySpec(const KeySpec& spec, Writer& reply) {
  reply.Map(spec.notes.empty() ? 3 : 4);
  if (!spec.notes.empty()) {
    reply.Bulk("notes");
    reply.Bulk(spec.notes);
  }
  reply.Bulk("flags");
  WriteKeyFlags(spec.flags, reply);
  reply.Bulk("begin_search");
  reply.Map(2);
  reply.Bulk("type");
  reply.Bulk("index");
  reply.Bulk("spec");
  reply.Map(1);
  WriteNumber("index", spec.first, reply);
  reply.Bulk("find_keys");
  reply.Map(2);
  reply.Bulk("type");
  reply.Bulk("range");
  reply.Bulk("spec");
  reply.Map(3);
  WriteNumber("lastkey", spec.last, reply);
  WriteNumber("keystep", spec.step, reply);
  WriteNumber("limit", 0, reply);
}

void WriteSpec(const CommandSpec& spec, std::string_view full_name,
               Writer& reply) {
  reply.Array(10);
  reply.Bulk(full_name);
  reply.Integer(spec.arity);
  WriteBits(spec.flags, kFlagNames, reply);
  reply.Integer(spec.keys.first());
  reply.Integer(spec.keys.last());
  reply.Integer(spec.keys.step());
  WriteCategories(spec, reply);
  WriteTips(spec.tips, reply);
  reply.Set(spec.keys.count);
  for (int i = 0; i < spec.keys.count; ++i) {
    WriteKeySpec(spec.keys.specs[i], reply);
  }
  // Redis sends an empty set, but an array of those that exist.
  if (spec.subcommands.empty()) {
    reply.Set(0);
    return;
  }
  reply.Array(spec.subcommands.size());
  for (const CommandSpec& sub : spec.subcommands) {
    WriteSpec(sub, base::StrCat(spec.name, "|", sub.name), reply);
  }
}

}  // namespace

void WriteCommandInfo(const CommandEntry& entry, Writer& reply) {
  WriteSpec(*entry.spec, entry.full_name, reply);
}

bool HasCategory(const CommandSpec& spec, std::string_view category) {
  for (const CategoryRule& rule : kCategoryRules) {
    if (base::EqualsIgnoreCase(rule.name, category)) {
      return Matches(rule, spec);
    }
  }
  return false;
}

void WriteKeyFlags(uint16_t flags, Writer& reply) {
  WriteBits(flags, kKeyFlagNames, reply);
}

}  // namespace commands
