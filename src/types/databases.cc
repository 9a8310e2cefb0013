#include "types/databases.h"

#include <algorithm>

#include "base/check.h"
#include "base/coding.h"
#include "base/strings.h"

namespace types {
namespace {

constexpr uint8_t kVersion = 1;
// Many more than one lost second can draw, and few of four billion.
constexpr PhysicalId kSkippedAtLoad = 4096;

base::Status Damaged() {
  return base::Status::Corruption(
      "the row that maps databases to their rows is damaged");
}

}  // namespace

std::string DatabaseMap::Encode() const {
  std::vector<std::pair<uint32_t, PhysicalId>> listed = hidden;
  for (uint32_t db = 0; db < ids.size(); ++db) {
    if (ids[db] != db) listed.push_back({db, ids[db]});
  }
  std::string out;
  out.push_back(static_cast<char>(kVersion));
  base::PutLittle<uint32_t>(&out, next_id);
  base::PutLittle<uint32_t>(&out, static_cast<uint32_t>(listed.size()));
  for (const auto& [db, physical] : listed) {
    base::PutLittle<uint32_t>(&out, db);
    base::PutLittle<uint32_t>(&out, physical);
  }
  return out;
}

Databases::Databases(int count) : last_changes_(count) {
  CHECK(count > 0 && count <= kDatabasesMax);
  for (int db = 0; db < count; ++db) {
    map_.ids.push_back(static_cast<PhysicalId>(db));
  }
}

base::Status Databases::Load(std::string_view value, lsm::Sequence sequence) {
  DatabaseMap map;
  for (int db = 0; db < count(); ++db) {
    map.ids.push_back(static_cast<PhysicalId>(db));
  }
  if (!value.empty()) {
    uint8_t version = 0;
    uint32_t listed = 0;
    if (!base::GetLittle(&value, &version) || version != kVersion ||
        !base::GetLittle(&value, &map.next_id) ||
        !base::GetLittle(&value, &listed) || value.size() != listed * 8ull) {
      return Damaged();
    }
    for (uint32_t i = 0; i < listed; ++i) {
      uint32_t db = 0;
      PhysicalId physical = 0;
      base::GetLittle(&value, &db);
      base::GetLittle(&value, &physical);
      if (db >= kDatabasesMax || physical >= map.next_id) return Damaged();
      if (db < map.ids.size()) {
        map.ids[db] = physical;
      } else {
        map.hidden.push_back({db, physical});
      }
    }
    if (map.next_id > UINT32_MAX - kSkippedAtLoad) return Damaged();
    map.next_id += kSkippedAtLoad;
  }
  Install(std::move(map), sequence);
  return base::Status::Ok();
}

int Databases::Logical(PhysicalId physical) const {
  const auto found = std::find(map_.ids.begin(), map_.ids.end(), physical);
  return found == map_.ids.end() ? -1
                                 : static_cast<int>(found - map_.ids.begin());
}

void Databases::Install(DatabaseMap map, lsm::Sequence sequence) {
  CHECK(map.ids.size() == map_.ids.size());
  for (size_t db = 0; db < map.ids.size(); ++db) {
    if (map.ids[db] != map_.ids[db]) last_changes_[db] = sequence;
  }
  map_ = std::move(map);
}

RowKey Databases::Key() {
  static constexpr char kKey[] = {kSettingSpace, 'd', 'a', 't', 'a',
                                  'b',           'a', 's', 'e', 's'};
  return HashedRowKey({kKey, sizeof kKey});
}

}  // namespace types
