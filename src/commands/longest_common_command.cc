#include "commands/longest_common_command.h"

#include <algorithm>

#include "commands/server.h"
#include "types/longest_common.h"
#include "types/string.h"

namespace commands {
namespace {

using base::Status;
using types::CommonDetail;
using types::CommonRange;

struct Options {
  bool length_only = false;
  bool ranges = false;
  bool with_lengths = false;
  int64_t shortest = 0;
};

base::Result<Options> ReadOptions(ArgReader& args) {
  Options options;
  while (args.More()) {
    if (args.Take("IDX", options.ranges)) continue;
    if (args.Take("LEN", options.length_only)) continue;
    if (args.Take("WITHMATCHLEN", options.with_lengths)) continue;
    if (args.left() > 1 && args.Take("MINMATCHLEN")) {
      options.shortest = std::max<int64_t>(args.NextInt(), 0);
      continue;
    }
    args.Fail();
  }
  TRY(args.status());
  if (options.ranges && options.length_only) {
    return Status::Invalid(
        "ERR If you want both the length and indexes, please just use IDX.");
  }
  return options;
}

void WriteRanges(resp::Writer& reply, const types::LongestCommon& common,
                 const Options& options) {
  reply.Map(2);
  reply.Bulk("matches");
  const resp::Writer::Mark mark = reply.mark();
  size_t count = 0;
  for (const CommonRange& range : common.ranges) {
    if (range.size() < options.shortest) continue;
    ++count;
    reply.Array(options.with_lengths ? 3 : 2);
    reply.Array(2);
    reply.Integer(range.a_first);
    reply.Integer(range.a_last);
    reply.Array(2);
    reply.Integer(range.b_first);
    reply.Integer(range.b_last);
    if (options.with_lengths) reply.Integer(range.size());
  }
  reply.ArrayAt(mark, count);
  reply.Bulk("len");
  reply.Integer(common.length);
}

// Absent counts as empty.
base::Result<std::string_view> ReadText(Call& call, std::string_view key) {
  TRY_ASSIGN(const types::Slot slot, types::Keyspace(call.txn).OpenToRead(key));
  if (!slot.exists()) return std::string_view();
  if (slot.head->type != types::Type::kString) {
    return Status::Invalid("ERR The specified keys must contain string values");
  }
  return slot.head->payload;
}

}  // namespace

Status LongestCommon(Call& call) {
  TRY_ASSIGN(const std::string_view a, ReadText(call, call.args.Next()));
  TRY_ASSIGN(const std::string_view b, ReadText(call, call.args.Next()));
  TRY_ASSIGN(const Options options, ReadOptions(call.args));
  CommonDetail detail = CommonDetail::kText;
  if (options.length_only) detail = CommonDetail::kLength;
  if (options.ranges) detail = CommonDetail::kRanges;
  TRY_ASSIGN(
      const types::LongestCommon common,
      types::FindLongestCommon(a, b, detail, call.server.rules.bulk_bytes_max));
  if (options.ranges) {
    WriteRanges(call.reply, common, options);
  } else if (options.length_only) {
    call.reply.Integer(common.length);
  } else {
    call.reply.Bulk(common.text);
  }
  return Status::Ok();
}

}  // namespace commands
