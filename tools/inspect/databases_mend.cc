#include "inspect/databases_mend.h"

#include <algorithm>

#include "base/coding.h"
#include "base/strings.h"
#include "types/databases.h"

namespace inspect {
namespace {

using base::StrCat;

// As many as a server has unless it is told otherwise.
constexpr int kDatabases = 16;

}  // namespace

void DatabasesMend::See(std::string_view key, std::string_view value) {
  if (key == types::Databases::Key().bytes) {
    row_ = value;
  } else if (key.size() >= types::kPrefixBytes && key[0] == types::kHeadSpace) {
    ++keys_[types::PhysicalIdOf(key)];
  }
}

base::Result<DatabasesMend::Mended> DatabasesMend::Mend() const {
  types::Databases databases(kDatabases);
  TRY(databases.Load(row_.value_or(""), 0));
  types::DatabaseMap map = databases.map();
  // As it was written; loading skips ahead.
  types::PhysicalId next = types::kDatabasesMax;
  if (row_) next = base::LoadLittle<uint32_t>(row_->data() + 1);

  Mended mended;
  if (keys_.empty() || keys_.rbegin()->first < next) return mended;
  // These were drawn after the row was written: it is an older one, or none.
  for (auto it = keys_.lower_bound(next); it != keys_.end(); ++it) {
    const auto& [physical, keys] = *it;
    const auto free =
        std::find_if(map.ids.begin(), map.ids.end(),
                     [&](types::PhysicalId id) { return !keys_.contains(id); });
    if (free == map.ids.end()) {
      mended.notes.push_back(
          StrCat("the ", keys, " keys of database id ", physical,
                 " are saved, but no number is free to select them by"));
      continue;
    }
    *free = physical;
    mended.notes.push_back(
        StrCat("the row that says which database is which is lost; the ", keys,
               " keys of database id ", physical, " are now in SELECT ",
               free - map.ids.begin()));
  }
  map.next_id = std::max(map.next_id, keys_.rbegin()->first + 1);
  mended.row = map.Encode();
  return mended;
}

}  // namespace inspect
