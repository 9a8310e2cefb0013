#include <string>

#include "base/strings.h"
#include "inspect/show.h"
#include "inspect/words.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_scan.h"
#include "lsm/version/manifest_state.h"
#include "lsm/wal/segment.h"

namespace inspect {
namespace {

using base::Result;
using lsm::AddedTable;
using lsm::VersionEdit;

void ShowTable(int depth, std::string_view thing, const AddedTable& table,
               Printer* printer) {
  const lsm::TableInfo& info = table.info;
  printer->Line(depth, thing,
                {
                    {"name",       lsm::TableName(info.number)},
                    {"level",      int{table.level}           },
                    {"run",        table.run                  },
                    {"bytes",      info.bytes                 },
                    {"rows",       info.rows                  },
                    {"tombstones", info.tombstones            },
                    {"oldest",     info.min_sequence          },
                    {"newest",     info.max_sequence          },
                    {"first_key",  info.smallest              },
                    {"last_key",   info.largest               }
  });
  for (const lsm::BlobUse& use : info.blobs) {
    printer->Line(depth + 1, "refers-to",
                  {
                      {"name",      lsm::BlobName(use.file)},
                      {"bytes",     use.bytes              },
                      {"all_bytes", use.all_bytes          }
    });
  }
}

void ShowCut(int depth, const lsm::WalCut& cut, Printer* printer) {
  printer->Line(depth, "log-cut",
                {
                    {"segment",    cut.segment     },
                    {"offset",     cut.offset      },
                    {"goes_on_in", cut.next_segment}
  });
}

void ShowIdentity(int depth, const lsm::Identity& identity, Printer* printer) {
  printer->Line(depth, "identity",
                {
                    {"database",  HexOf(identity.uuid)   },
                    {"format",    identity.format        },
                    {"key_order", identity.key_order     },
                    {"hash_seed", Hex(identity.hash_seed)}
  });
}

// One line for each thing that the edit changes.
void ShowEdit(const VersionEdit& edit, Printer* printer) {
  if (edit.identity) ShowIdentity(1, *edit.identity, printer);
  const auto number = [&](std::string_view name, const auto& value) {
    if (value)
      printer->Line(1, name,
                    {
                        {"value", *value}
      });
  };
  number("incarnation", edit.incarnation);
  for (const uint64_t removed : edit.removed_tables) {
    printer->Line(1, "remove-table",
                  {
                      {"name", lsm::TableName(removed)}
    });
  }
  for (const AddedTable& table : edit.added_tables) {
    ShowTable(1, "add-table", table, printer);
  }
  if (edit.flushed) {
    Fields fields;
    AddSequence("sequence", *edit.flushed, &fields);
    printer->Line(1, "flushed", fields);
  }
  for (const auto& [counter, value] : edit.counters) {
    printer->Line(1, "counter",
                  {
                      {"counter", counter},
                      {"value",   value  }
    });
  }
  for (const uint64_t listed : edit.listed_segments) {
    printer->Line(1, "list-segment",
                  {
                      {"name", lsm::SegmentName(listed)}
    });
  }
  for (const uint64_t unlisted : edit.unlisted_segments) {
    printer->Line(1, "give-up-segment",
                  {
                      {"name", lsm::SegmentName(unlisted)}
    });
  }
  for (const lsm::WalCut& cut : edit.added_cuts) ShowCut(1, cut, printer);
  for (const auto& [prefix, sequence] : edit.added_dead_scopes) {
    printer->Line(1, "kill-scope",
                  {
                      {"prefix",   prefix  },
                      {"sequence", sequence}
    });
  }
  for (const std::string& prefix : edit.removed_dead_scopes) {
    printer->Line(1, "forget-scope",
                  {
                      {"prefix", prefix}
    });
  }
  number("next-file-number", edit.next_file_number);
  number("next-segment-number", edit.next_segment_number);
  number("highest-sequence", edit.highest_sequence);
  number("wall-clock-us", edit.wall_clock_us);
}

void ShowState(const lsm::ManifestState& state, Printer* printer) {
  printer->Line(0, "state",
                {
                    {"incarnation",         state.incarnation        },
                    {"flushed",             state.flushed            },
                    {"highest_sequence",    state.highest_sequence   },
                    {"next_file_number",    state.next_file_number   },
                    {"next_segment_number", state.next_segment_number}
  });
  ShowIdentity(1, state.identity, printer);
  for (const auto& [number, table] : state.tables) {
    ShowTable(1, "table", table, printer);
  }
  for (const uint64_t number : state.segments) {
    printer->Line(1, "segment",
                  {
                      {"name", lsm::SegmentName(number)}
    });
  }
  for (const lsm::WalCut& cut : state.cuts) ShowCut(1, cut, printer);
  for (const auto& [counter, value] : state.counters) {
    printer->Line(1, "counter",
                  {
                      {"counter", counter},
                      {"value",   value  }
    });
  }
  for (const auto& [prefix, sequence] : state.dead_scopes) {
    printer->Line(1, "dead-scope",
                  {
                      {"prefix",   prefix  },
                      {"sequence", sequence}
    });
  }
}

}  // namespace

Result<bool> ShowManifest(const std::string& path, Printer* printer) {
  TRY_ASSIGN(const auto scan, lsm::ScanManifest(base::PosixFileSystem(), path));
  bool sound = scan.flaw.ok();
  printer->Line(0, "manifest",
                {
                    {"number",   scan.header.number        },
                    {"database", HexOf(scan.header.db_uuid)},
                    {"salt",     Hex(scan.header.salt)     },
                    {"bytes",    scan.file_bytes           }
  });
  if (!sound) printer->Sentence("damage", scan.flaw.message());

  lsm::ManifestState state;
  auto gap = scan.unread.begin();
  const auto show_gaps = [&](uint64_t upto) {
    for (; gap != scan.unread.end() && gap->offset < upto; ++gap) {
      printer->Line(0, "no-frame",
                    {
                        {"offset", gap->offset},
                        {"bytes",  gap->bytes }
      });
      sound = false;
    }
  };
  for (const lsm::ManifestFrame& frame : scan.frames) {
    show_gaps(frame.offset);
    Fields fields = {
        {"offset",       frame.offset                },
        {"bytes",        frame.bytes                 },
        {"last",         frame.header.last           },
        {"durable_upto", frame.header.durable_upto   },
        {"prev_chain",   Hex(frame.header.prev_chain)},
        {"chain",        Hex(frame.chain)            }
    };
    if (!frame.linked) {
      fields.emplace_back("linked", false);
      sound = false;
    }
    printer->Line(0, frame.edit ? "edit" : "witness", fields);
    base::Status status = frame.status;
    if (frame.edit) {
      ShowEdit(*frame.edit, printer);
      status = state.Apply(*frame.edit);
    }
    if (status.ok()) continue;
    printer->Sentence("damage", status.With(path).message());
    sound = false;
  }
  show_gaps(UINT64_MAX);
  ShowState(state, printer);
  return sound;
}

}  // namespace inspect
