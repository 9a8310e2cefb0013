#include <optional>
#include <string>

#include "base/strings.h"
#include "inspect/show.h"
#include "inspect/words.h"
#include "lsm/wal/batch_assembler.h"
#include "lsm/wal/segment_reader.h"
#include "lsm/write_batch.h"

namespace inspect {
namespace {

using base::Result;
using base::Status;
using lsm::FrameHeader;
using lsm::Sequence;

std::string FlagsOf(const FrameHeader& header) {
  std::string text;
  const auto add = [&](lsm::FrameFlags flag, std::string_view name) {
    if (!header.Has(flag)) return;
    if (!text.empty()) text.push_back(' ');
    text.append(name);
  };
  add(lsm::kFrameFirst, "first");
  add(lsm::kFrameLast, "last");
  add(lsm::kFrameEmpty, "empty");
  add(lsm::kFrameOpening, "opening");
  return text;
}

void ShowOperation(const lsm::Operation& operation, Printer* printer) {
  Fields fields;
  switch (operation.opcode) {
    case lsm::Opcode::kPut:
    case lsm::Opcode::kBlindPut:
      AddKey(operation.key, &fields);
      AddValue(operation.key, operation.value, &fields);
      printer->Line(2,
                    operation.opcode == lsm::Opcode::kPut ? "put" : "blind-put",
                    fields);
      break;
    case lsm::Opcode::kSettle:
      AddKey(operation.key, &fields);
      printer->Line(2, "settle", fields);
      break;
    case lsm::Opcode::kDelete:
      AddKey(operation.key, &fields);
      printer->Line(2, "delete", fields);
      break;
    case lsm::Opcode::kKillScope:
      printer->Line(2, "kill-scope",
                    {
                        {"prefix", operation.key}
      });
      break;
    case lsm::Opcode::kAddCount:
      printer->Line(
          2, "add-count",
          {
              {"counter", operation.counter},
              {"delta",   operation.delta  }
      });
      break;
  }
}

Status ShowBatch(Sequence sequence, std::string_view bytes, Printer* printer) {
  TRY_ASSIGN(const auto batch, lsm::WriteBatch::Decode(bytes));
  Fields fields;
  AddSequence("sequence", sequence, &fields);
  fields.emplace_back("operations", batch.size());
  fields.emplace_back("bytes", bytes.size());
  printer->Line(1, "batch", fields);
  for (size_t i = 0; i < batch.size(); ++i) ShowOperation(batch[i], printer);
  return Status::Ok();
}

class LogView {
 public:
  LogView(lsm::SegmentReader* segment, Printer* printer)
      : segment_(segment),
        printer_(printer),
        apply_([printer](Sequence sequence, std::string_view bytes) {
          return ShowBatch(sequence, bytes, printer);
        }),
        batches_(0, apply_) {}

  Result<bool> Show() {
    ShowHeader();
    uint64_t offset = lsm::kFileHeaderBlock;
    for (;;) {
      TRY_ASSIGN(const auto frame, segment_->FrameAt(offset, segment_->end()));
      if (frame) {
        ShowFrame(offset, *frame);
        offset = frame->end;
        continue;
      }
      // The end, or damage with frames behind it.
      TRY_ASSIGN(const auto next,
                 segment_->FindHeader(offset, segment_->end()));
      if (!next) break;
      sound_ = false;
      batches_.Drop();
      if (offset < *next) {
        printer_->Line(0, "no-frame",
                       {
                           {"offset", offset        },
                           {"bytes",  *next - offset}
        });
      }
      offset = *next;
      TRY_ASSIGN(const auto there, segment_->FrameAt(offset, segment_->end()));
      if (there) continue;
      TRY_ASSIGN(const auto header, segment_->HeaderAt(offset));
      ShowBrokenFrame(offset, *header);
      offset += lsm::kFrameHeaderBytes;
    }
    printer_->Line(0, "end",
                   {
                       {"offset",     offset         },
                       {"file_bytes", segment_->end()}
    });
    return sound_;
  }

 private:
  void ShowHeader() {
    const lsm::FileHeader& header = segment_->header();
    printer_->Line(0, "segment",
                   {
                       {"number",          header.number        },
                       {"database",        HexOf(header.db_uuid)},
                       {"salt",            Hex(header.salt)     },
                       {"made_with_bytes", header.size          },
                       {"alignment",       segment_->alignment()}
    });
    if (segment_->flaw().ok()) return;
    printer_->Sentence("damage", segment_->flaw().message());
    sound_ = false;
  }

  void ShowFrame(uint64_t offset, const lsm::SegmentReader::Frame& frame) {
    const FrameHeader& header = frame.header;
    Fields fields = {
        {"offset",  offset              },
        {"bytes",   frame.end - offset  },
        {"payload", header.payload_bytes},
        {"flags",   FlagsOf(header)     },
        {"first",   header.first        },
    };
    AddSequence("last", header.last, &fields);
    fields.emplace_back("prev_last", header.prev_last);
    fields.emplace_back("durable_upto", header.durable_upto);
    fields.emplace_back("prev_chain", Hex(header.prev_chain));
    fields.emplace_back("chain", Hex(frame.chain));
    // Of the first frame only recovery can tell, which knows the others.
    if (seen_one_ &&
        (header.prev_chain != chain_ || header.prev_last != last_)) {
      fields.emplace_back("linked", false);
    }
    seen_one_ = true;
    chain_ = frame.chain;
    last_ = header.last;
    printer_->Line(0, "frame", fields);
    const auto link = lsm::DecodeSegmentLink(header, frame.payload);
    if (link) {
      printer_->Line(1, "goes-on-from",
                     {
                         {"segment", link->segment},
                         {"end",     link->end    }
      });
    } else if (!header.Has(lsm::kFrameFirst) || !header.Has(lsm::kFrameLast)) {
      printer_->Line(1, "fragment",
                     {
                         {"of_sequence", header.first}
      });
    }
    const Status status = batches_.Add(header, frame.payload);
    if (status.ok()) return;
    // One that began in an earlier segment cannot be put together here.
    printer_->Sentence("note", status.message());
    batches_.Drop();
  }

  void ShowBrokenFrame(uint64_t offset, const FrameHeader& header) {
    printer_->Line(0, "broken-frame",
                   {
                       {"offset",       offset              },
                       {"payload",      header.payload_bytes},
                       {"flags",        FlagsOf(header)     },
                       {"first",        header.first        },
                       {"last",         header.last         },
                       {"durable_upto", header.durable_upto }
    });
  }

  lsm::SegmentReader* const segment_;
  Printer* const printer_;
  const lsm::BatchAssembler::Apply apply_;
  lsm::BatchAssembler batches_;
  bool seen_one_ = false;
  uint64_t chain_ = 0;
  Sequence last_ = 0;
  bool sound_ = true;
};

}  // namespace

Result<bool> ShowLog(const std::string& path, Printer* printer) {
  TRY_ASSIGN(const auto segment,
             lsm::SegmentReader::OpenAnyway(base::PosixFileSystem(), path, 0));
  return LogView(segment.get(), printer).Show();
}

}  // namespace inspect
