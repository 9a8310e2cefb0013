#include "lsm/repair.h"

#include "base/strings.h"
#include "inspect/data_directory.h"
#include "inspect/databases_mend.h"
#include "inspect/directories.h"
#include "inspect/progress_bar.h"
#include "inspect/words.h"
#include "lsm/db.h"
#include "types/databases.h"

namespace inspect {
namespace {

using base::Result;
using base::Status;
using base::StrCat;

void PrintKey(std::string_view thing, const std::string& key,
              Printer* printer) {
  Fields fields;
  AddKey(key, &fields);
  printer->Line(1, thing, fields);
}

void PrintLoss(const lsm::Loss& loss, Printer* printer) {
  printer->Sentence("lost", loss.what);
  if (loss.is_log) {
    printer->Sentence("  keys",
                      "any; their values from before are what is saved");
  } else {
    if (loss.first) {
      PrintKey(loss.first_included ? "keys-from" : "keys-after", *loss.first,
               printer);
    }
    if (loss.last) {
      PrintKey(loss.last_included ? "keys-to" : "keys-before", *loss.last,
               printer);
    }
    if (loss.rows) {
      printer->Line(1, "rows",
                    {
                        {"lost_in_this_table", *loss.rows}
      });
    }
    printer->Line(1, "maybe-older",
                  {
                      {"saved_rows", loss.maybe_stale}
    });
  }
  Fields fields;
  AddSequence("after", loss.after, &fields);
  printer->Line(1, "sequences", fields);
  fields.clear();
  if (loss.upto == 0) {
    fields.emplace_back("known", false);
  } else {
    AddSequence("sequence", loss.upto, &fields);
  }
  printer->Line(1, "sequences-upto", fields);
}

// Through the front door: what is written here the server could have written,
// and opening shows that it can.
Status MendDatabases(const std::string& directory, const DatabasesMend& seen,
                     Printer* printer) {
  TRY_ASSIGN(const DatabasesMend::Mended mended, seen.Mend());
  for (const std::string& note : mended.notes) {
    printer->Sentence("note", note);
  }
  lsm::Options options = OptionsFor(directory);
  options.create_if_missing = false;
  options.log_preallocate = false;
  TRY_ASSIGN(const auto db, lsm::Db::Open(std::move(options)));
  if (mended.row) TRY(db->Put(types::Databases::Key().bytes, *mended.row));
  return db->Close();
}

}  // namespace

Result<bool> Repair(const std::string& from, const std::string& to,
                    bool list_keys, Printer* printer) {
  TRY_ASSIGN(const auto lock, LockDirectory(from));
  if (StrCat(to, "/").starts_with(StrCat(from, "/"))) {
    return Status::Invalid(
        StrCat(to, ": lies in the damaged directory, which is not touched"));
  }
  const lsm::Options options = OptionsFor(to);
  ProgressBar bar("repair");
  DatabasesMend databases;
  lsm::RepairRequest request;
  request.from = from;
  request.options = &options;
  request.count_row = CountRow;
  request.on_saved = [&](std::string_view key, std::string_view value) {
    databases.See(key, value);
  };
  request.on_progress = [&](uint64_t done, uint64_t all) {
    bar.Show(done, all);
  };
  if (list_keys) {
    request.on_maybe_stale = [&](size_t loss, std::string_view key,
                                 lsm::Sequence sequence) {
      bar.Wipe();
      Fields fields = {
          {"loss", loss + 1}
      };
      AddKey(key, &fields);
      AddSequence("sequence", sequence, &fields);
      printer->Line(0, "maybe-older", fields);
    };
  }
  const auto repaired = lsm::RepairDirectory(request);
  bar.Wipe();
  TRY_ASSIGN(const lsm::RepairReport report, repaired);
  for (const std::string& note : report.notes) printer->Sentence("note", note);
  if (report.guessed_files) {
    printer->Sentence("note",
                      "the MANIFEST cannot be believed, so every table and "
                      "log segment was read that no readable edit gives up; a "
                      "key that was deleted long ago may be back");
  }
  for (const lsm::Loss& loss : report.losses) PrintLoss(loss, printer);
  TRY(MendDatabases(to, databases, printer));
  const std::string saved =
      StrCat(to, ": ", report.rows, " rows saved from ", report.tables,
             " tables and ", report.batches, " batches of the log");
  const bool whole = report.losses.empty() && !report.guessed_files;
  if (whole) {
    printer->Sentence("repaired", StrCat(saved, "; nothing is lost"));
  } else if (report.losses.empty()) {
    printer->Sentence("repaired",
                      StrCat(saved, "; no loss is known, but see above"));
  } else {
    printer->Sentence("repaired", StrCat(saved, "; ", report.losses.size(),
                                         " losses, listed above"));
  }
  return whole;
}

}  // namespace inspect
