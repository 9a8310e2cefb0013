#include <string>

#include "base/strings.h"
#include "inspect/show.h"
#include "inspect/words.h"
#include "lsm/table/blob_reference.h"
#include "lsm/table/table_check.h"
#include "types/head.h"

namespace inspect {
namespace {

using base::Result;
using lsm::TableProperties;

void ShowPart(std::string_view name, lsm::Extent extent, Printer* printer) {
  printer->Line(1, name,
                {
                    {"offset", extent.offset},
                    {"bytes",  extent.size  }
  });
}

void ShowProperties(const TableProperties& table, Printer* printer) {
  Fields fields = {
      {"rows",           table.rows        },
      {"keys",           table.keys        },
      {"tombstones",     table.tombstones  },
      {"raw_bytes",      table.raw_bytes   },
      {"data_bytes",     table.data_bytes  },
      {"data_blocks",    table.data_blocks },
      {"dense_blocks",   table.dense_blocks},
      {"made_for_level", table.level       }
  };
  if (table.earliest_expiry_ms != 0) {
    fields.emplace_back("earliest_expiry",
                        TimeOfMillis(table.earliest_expiry_ms));
    fields.emplace_back("latest_expiry", TimeOfMillis(table.latest_expiry_ms));
  }
  printer->Line(0, "properties", fields);
  for (const auto& [file, bytes] : table.blobs) {
    printer->Line(1, "refers-to",
                  {
                      {"blob_file", file },
                      {"bytes",     bytes}
    });
  }
  fields.clear();
  AddKey(table.smallest_key, &fields);
  printer->Line(1, "first-key", fields);
  fields.clear();
  AddKey(table.largest_key, &fields);
  printer->Line(1, "last-key", fields);
  fields.clear();
  AddSequence("sequence", table.smallest_sequence, &fields);
  printer->Line(1, "oldest", fields);
  fields.clear();
  AddSequence("sequence", table.largest_sequence, &fields);
  printer->Line(1, "newest", fields);
}

void ShowRow(std::string_view key, uint64_t packed, std::string_view value,
             Printer* printer) {
  Fields fields;
  AddKey(key, &fields);
  AddSequence("sequence", lsm::SequenceOf(packed), &fields);
  if (lsm::KindOf(packed) == lsm::Kind::kTombstone) {
    printer->Line(2, "tombstone", fields);
    return;
  }
  if (lsm::KindOf(packed) == lsm::Kind::kBlobValue) {
    const auto reference = lsm::BlobReference::Decode(value);
    if (reference.ok()) {
      fields.emplace_back("blob_file", reference.value().file);
      fields.emplace_back("blob_offset", reference.value().record.offset);
      fields.emplace_back("blob_bytes", reference.value().value_bytes);
    }
  }
  AddValue(key, lsm::HeadOfValue(packed, value), &fields);
  printer->Line(2, "row", fields);
}

}  // namespace

Result<bool> ShowTable(const std::string& path, const TableParts& parts,
                       Printer* printer) {
  base::FileSystem* const fs = base::PosixFileSystem();
  TRY_ASSIGN(const lsm::Footer footer, lsm::TableSurvey::ReadFooter(fs, path));
  TRY_ASSIGN(const uint64_t bytes, fs->FileSize(path));
  printer->Line(0, "table",
                {
                    {"number",            footer.file_number      },
                    {"database",          HexOf(footer.uuid)      },
                    {"format",            footer.format_version   },
                    {"required_features", footer.required_features},
                    {"bytes",             bytes                   }
  });

  lsm::TableVisitor visitor;
  visitor.expiry_of = types::ExpiryOfRow;
  if (parts.blocks) {
    visitor.on_block = [&](lsm::Extent extent, uint64_t rows,
                           const base::Status& status) {
      Fields fields = {
          {"offset", extent.offset},
          {"bytes",  extent.size  },
          {"rows",   rows         }
      };
      if (!status.ok()) fields.emplace_back("damage", status.message());
      printer->Line(1, "block", fields);
    };
  }
  if (parts.rows) {
    visitor.on_row = [&](std::string_view key, uint64_t packed,
                         std::string_view value) {
      ShowRow(key, packed, value, printer);
    };
  }
  TRY_ASSIGN(
      const auto check,
      lsm::CheckTable({fs, path, footer.file_number, footer.uuid}, visitor));
  if (const auto& properties = check.survey->properties()) {
    ShowProperties(*properties, printer);
    if (properties->filter.size != 0) {
      ShowPart("filter", properties->filter, printer);
    }
    ShowPart("index", properties->index, printer);
    ShowPart("properties-block", footer.properties, printer);
  }
  for (const base::Status& flaw : check.flaws) {
    printer->Sentence("damage", flaw.message());
  }
  return check.flaws.empty();
}

}  // namespace inspect
