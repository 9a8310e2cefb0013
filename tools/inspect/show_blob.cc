#include <string>

#include "base/strings.h"
#include "inspect/show.h"
#include "inspect/words.h"
#include "lsm/blob/blob_check.h"

namespace inspect {

using base::Result;

Result<bool> ShowBlob(const std::string& path, bool rows, Printer* printer) {
  base::FileSystem* const fs = base::PosixFileSystem();
  TRY_ASSIGN(const auto file,
             fs->OpenReadable(path, base::FileSystem::ReadMode::kStable));
  TRY_ASSIGN(const lsm::Footer footer, lsm::ReadBlobFooter(file.get()));
  printer->Line(0, "blob-file",
                {
                    {"number",            footer.file_number      },
                    {"database",          HexOf(footer.uuid)      },
                    {"format",            footer.format_version   },
                    {"required_features", footer.required_features},
                    {"bytes",             file->size()            }
  });
  lsm::BlobVisitor visitor;
  if (rows) {
    visitor.on_record = [&](lsm::Extent record, std::string_view key,
                            std::string_view value, const base::Status& why) {
      Fields fields = {
          {"offset", record.offset},
          {"bytes",  record.size  }
      };
      if (why.ok()) {
        AddKey(key, &fields);
        AddValue(key, value, &fields);
      } else {
        fields.emplace_back("damage", why.message());
      }
      printer->Line(1, "value", fields);
    };
  }
  TRY_ASSIGN(const auto check,
             lsm::CheckBlobFile(fs, path, footer.file_number, footer.uuid,
                                std::nullopt, visitor));
  printer->Line(0, "contents",
                {
                    {"values",       check.records.size()},
                    {"record_bytes", check.record_bytes  }
  });
  for (const base::Status& flaw : check.flaws) {
    printer->Sentence("damage", flaw.message());
  }
  return check.flaws.empty();
}

}  // namespace inspect
