#include "base/strings.h"
#include "inspect/data_directory.h"
#include "inspect/directories.h"
#include "inspect/progress_bar.h"
#include "lsm/check.h"

namespace inspect {

base::Result<bool> Verify(const std::string& directory, Printer* printer) {
  TRY_ASSIGN(const auto lock, LockDirectory(directory));
  const lsm::Options options = OptionsFor(directory);
  ProgressBar bar("verify");
  lsm::CheckRequest request;
  request.options = &options;
  request.count_row = CountRow;
  request.on_progress = [&](uint64_t done, uint64_t all) {
    bar.Show(done, all);
  };
  request.on_finding = [&](bool is_damage, const std::string& text) {
    bar.Wipe();
    printer->Sentence(is_damage ? "damage" : "note", text);
  };
  const auto summary = lsm::CheckDirectory(request);
  bar.Wipe();
  TRY_ASSIGN(const lsm::CheckSummary found, summary);
  const std::string looked_at = base::StrCat(
      found.tables, " tables with ", found.rows, " rows, ", found.blob_files,
      " blob files, ", found.segments, " log segments with ", found.batches,
      " batches that no table holds");
  if (found.damages == 0) {
    printer->Sentence("sound", base::StrCat(directory, ": ", looked_at, "; ",
                                            found.live_rows, " live rows"));
  } else {
    printer->Sentence("damaged",
                      base::StrCat(directory, ": ", found.damages,
                                   " findings; could read ", looked_at));
  }
  return found.damages == 0;
}

}  // namespace inspect
