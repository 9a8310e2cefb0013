#include "lsm/version/version_edit.h"

#include <utility>

#include "base/coding.h"
#include "base/strings.h"
#include "lsm/stats.h"
#include "lsm/version/file_names.h"

namespace lsm {

using base::Result;
using base::Status;
using base::StrCat;

namespace {

// On disk; never renumber. An odd tag must be understood, an even one may be
// skipped.
enum Tag : uint64_t {
  kIdentity = 1 << 1 | 1,
  kIncarnation = 2 << 1 | 1,
  kRemovedTable = 3 << 1 | 1,
  kAddedTable = 4 << 1 | 1,
  kFlushed = 5 << 1 | 1,
  kCounter = 6 << 1 | 1,
  kListedSegment = 7 << 1 | 1,
  kUnlistedSegment = 8 << 1 | 1,
  kCut = 9 << 1 | 1,
  kDeadScope = 10 << 1 | 1,
  kRemovedDeadScope = 11 << 1 | 1,
  kNextFileNumber = 12 << 1 | 1,
  kNextSegmentNumber = 13 << 1 | 1,
  kHighestSequence = 14 << 1 | 1,
  kWallClock = 15 << 1,
  kTableBlobs = 16 << 1 | 1,
};

void PutField(std::string* out, Tag tag, std::string_view bytes) {
  base::PutVarint(out, tag);
  base::PutLengthPrefixed(out, bytes);
}

void PutNumber(std::string* out, Tag tag, uint64_t number) {
  std::string bytes;
  base::PutVarint(&bytes, number);
  PutField(out, tag, bytes);
}

void PutIdentity(std::string* out, const Identity& identity) {
  std::string bytes;
  base::PutLittle(&bytes, identity.format);
  base::PutLittle(&bytes, identity.key_order);
  base::PutLittle(&bytes, identity.hash_seed);
  bytes.append(identity.uuid.view());
  PutField(out, kIdentity, bytes);
}

void PutTable(std::string* out, const AddedTable& table) {
  const TableInfo& info = table.info;
  std::string bytes;
  base::PutLittle(&bytes, table.level);
  base::PutLittle(&bytes, info.created_level);
  for (const uint64_t number :
       {table.run, info.number, info.bytes, info.min_sequence,
        info.max_sequence, info.rows, info.tombstones, info.raw_bytes}) {
    base::PutVarint(&bytes, number);
  }
  base::PutLengthPrefixed(&bytes, info.smallest);
  base::PutLengthPrefixed(&bytes, info.largest);
  PutField(out, kAddedTable, bytes);
}

// Of the table before it.
void PutTableBlobs(std::string* out, const TableInfo& info) {
  if (info.blobs.empty()) return;
  std::string bytes;
  base::PutVarint(&bytes, info.number);
  for (const BlobUse& blob : info.blobs) {
    base::PutVarint(&bytes, blob.file);
    base::PutVarint(&bytes, blob.bytes);
    base::PutVarint(&bytes, blob.all_bytes);
  }
  PutField(out, kTableBlobs, bytes);
}

// The Get functions read one field's bytes; false when they are malformed.

bool GetNumber(std::string_view bytes, uint64_t* number) {
  return base::GetVarint(&bytes, number) && bytes.empty();
}

bool GetOnce(std::string_view bytes, std::optional<uint64_t>* number) {
  if (number->has_value()) return false;
  return GetNumber(bytes, &number->emplace());
}

bool GetFileNumber(std::string_view bytes, std::vector<uint64_t>* numbers) {
  return GetNumber(bytes, &numbers->emplace_back()) &&
         numbers->back() < kFileNumberMax;
}

bool GetIdentity(std::string_view bytes, std::optional<Identity>* out) {
  if (out->has_value()) return false;
  Identity& identity = out->emplace();
  if (!base::GetLittle(&bytes, &identity.format) ||
      !base::GetLittle(&bytes, &identity.key_order) ||
      !base::GetLittle(&bytes, &identity.hash_seed) ||
      bytes.size() != identity.uuid.bytes.size()) {
    return false;
  }
  bytes.copy(identity.uuid.bytes.data(), bytes.size());
  return true;
}

bool GetString(std::string_view* bytes, std::string* out) {
  std::string_view view;
  if (!base::GetLengthPrefixed(bytes, &view)) return false;
  out->assign(view);
  return true;
}

bool GetTable(std::string_view bytes, std::vector<AddedTable>* tables) {
  AddedTable& table = tables->emplace_back();
  TableInfo& info = table.info;
  if (!base::GetLittle(&bytes, &table.level) ||
      !base::GetLittle(&bytes, &info.created_level)) {
    return false;
  }
  for (uint64_t* number :
       {&table.run, &info.number, &info.bytes, &info.min_sequence,
        &info.max_sequence, &info.rows, &info.tombstones, &info.raw_bytes}) {
    if (!base::GetVarint(&bytes, number)) return false;
  }
  if (!GetString(&bytes, &info.smallest) || !GetString(&bytes, &info.largest)) {
    return false;
  }
  return bytes.empty() && table.level < kLevelsMax &&
         info.number < kFileNumberMax &&
         info.min_sequence <= info.max_sequence &&
         info.max_sequence <= kSequenceMax && info.smallest <= info.largest;
}

bool GetTableBlobs(std::string_view bytes, std::vector<AddedTable>* tables) {
  uint64_t number = 0;
  if (!base::GetVarint(&bytes, &number) || tables->empty() ||
      tables->back().info.number != number) {
    return false;
  }
  std::vector<BlobUse>& blobs = tables->back().info.blobs;
  uint64_t last = 0;
  while (!bytes.empty()) {
    BlobUse& blob = blobs.emplace_back();
    if (!base::GetVarint(&bytes, &blob.file) ||
        !base::GetVarint(&bytes, &blob.bytes) ||
        !base::GetVarint(&bytes, &blob.all_bytes) || blob.file <= last ||
        blob.file >= kFileNumberMax || blob.bytes > blob.all_bytes) {
      return false;
    }
    last = blob.file;
  }
  return true;
}

bool GetCounter(std::string_view bytes, std::map<uint64_t, int64_t>* counters) {
  uint64_t id = 0;
  uint64_t value = 0;
  return base::GetVarint(&bytes, &id) && base::GetVarint(&bytes, &value) &&
         bytes.empty() && counters->emplace(id, base::UnZigZag(value)).second;
}

bool GetCut(std::string_view bytes, std::vector<WalCut>* cuts) {
  WalCut& cut = cuts->emplace_back();
  return base::GetVarint(&bytes, &cut.segment) &&
         base::GetVarint(&bytes, &cut.offset) &&
         base::GetVarint(&bytes, &cut.next_segment) && bytes.empty() &&
         cut.segment < cut.next_segment && cut.next_segment < kFileNumberMax;
}

bool GetDeadScope(std::string_view bytes,
                  std::map<std::string, Sequence>* scopes) {
  std::string prefix;
  Sequence killed = 0;
  return GetString(&bytes, &prefix) && base::GetVarint(&bytes, &killed) &&
         bytes.empty() && killed <= kSequenceMax &&
         scopes->emplace(std::move(prefix), killed).second;
}

bool GetSequence(std::string_view bytes, std::optional<Sequence>* sequence) {
  return GetOnce(bytes, sequence) && **sequence <= kSequenceMax;
}

bool GetNextNumber(std::string_view bytes, std::optional<uint64_t>* number) {
  return GetOnce(bytes, number) && **number <= kFileNumberMax;
}

bool GetWallClock(std::string_view bytes, std::optional<int64_t>* out) {
  std::optional<Sequence> wall_clock;
  if (out->has_value() || !GetSequence(bytes, &wall_clock)) return false;
  *out = static_cast<int64_t>(*wall_clock);
  return true;
}

Status Newer(std::string_view why) {
  return Status::Invalid(StrCat("was written by a newer version (", why,
                                "); open it with that version"));
}

Status CheckReadable(const Identity& identity) {
  if (identity.format > kDbFormat) {
    return Newer(StrCat("format ", identity.format,
                        ", this program reads up to ", kDbFormat));
  }
  if (identity.key_order != kMemcmpOrder) {
    return Newer(StrCat("its key order ", identity.key_order, " is unknown"));
  }
  return Status::Ok();
}

// False when the field is malformed; an unknown tag is the caller's business.
bool GetField(uint64_t tag, std::string_view bytes, VersionEdit* edit,
              bool* known) {
  switch (tag) {
    case kIdentity:
      return GetIdentity(bytes, &edit->identity);
    case kIncarnation:
      return GetOnce(bytes, &edit->incarnation);
    case kRemovedTable:
      return GetFileNumber(bytes, &edit->removed_tables);
    case kAddedTable:
      return GetTable(bytes, &edit->added_tables);
    case kTableBlobs:
      return GetTableBlobs(bytes, &edit->added_tables);
    case kFlushed:
      return GetSequence(bytes, &edit->flushed);
    case kCounter:
      return GetCounter(bytes, &edit->counters);
    case kListedSegment:
      return GetFileNumber(bytes, &edit->listed_segments);
    case kUnlistedSegment:
      return GetFileNumber(bytes, &edit->unlisted_segments);
    case kCut:
      return GetCut(bytes, &edit->added_cuts);
    case kDeadScope:
      return GetDeadScope(bytes, &edit->added_dead_scopes);
    case kRemovedDeadScope:
      edit->removed_dead_scopes.emplace_back(bytes);
      return true;
    case kNextFileNumber:
      return GetNextNumber(bytes, &edit->next_file_number);
    case kNextSegmentNumber:
      return GetNextNumber(bytes, &edit->next_segment_number);
    case kHighestSequence:
      return GetSequence(bytes, &edit->highest_sequence);
    case kWallClock:
      return GetWallClock(bytes, &edit->wall_clock_us);
    default:
      *known = false;
      return true;
  }
}

}  // namespace

void VersionEdit::EncodeTo(std::string* out) const {
  // The identity leads: a reader must know the format before anything else.
  if (identity) PutIdentity(out, *identity);
  if (incarnation) PutNumber(out, kIncarnation, *incarnation);
  for (const uint64_t number : removed_tables) {
    PutNumber(out, kRemovedTable, number);
  }
  for (const AddedTable& table : added_tables) {
    PutTable(out, table);
    PutTableBlobs(out, table.info);
  }
  if (flushed) PutNumber(out, kFlushed, *flushed);
  for (const auto& [id, value] : counters) {
    std::string bytes;
    base::PutVarint(&bytes, id);
    base::PutVarint(&bytes, base::ZigZag(value));
    PutField(out, kCounter, bytes);
  }
  for (const uint64_t number : listed_segments) {
    PutNumber(out, kListedSegment, number);
  }
  for (const uint64_t number : unlisted_segments) {
    PutNumber(out, kUnlistedSegment, number);
  }
  for (const WalCut& cut : added_cuts) {
    std::string bytes;
    base::PutVarint(&bytes, cut.segment);
    base::PutVarint(&bytes, cut.offset);
    base::PutVarint(&bytes, cut.next_segment);
    PutField(out, kCut, bytes);
  }
  for (const auto& [prefix, killed] : added_dead_scopes) {
    std::string bytes;
    base::PutLengthPrefixed(&bytes, prefix);
    base::PutVarint(&bytes, killed);
    PutField(out, kDeadScope, bytes);
  }
  for (const std::string& prefix : removed_dead_scopes) {
    PutField(out, kRemovedDeadScope, prefix);
  }
  if (next_file_number) PutNumber(out, kNextFileNumber, *next_file_number);
  if (next_segment_number) {
    PutNumber(out, kNextSegmentNumber, *next_segment_number);
  }
  if (highest_sequence) PutNumber(out, kHighestSequence, *highest_sequence);
  if (wall_clock_us) {
    PutNumber(out, kWallClock, static_cast<uint64_t>(*wall_clock_us));
  }
}

Result<VersionEdit> VersionEdit::Decode(std::string_view bytes) {
  VersionEdit edit;
  while (!bytes.empty()) {
    uint64_t tag = 0;
    std::string_view field;
    if (!base::GetVarint(&bytes, &tag) ||
        !base::GetLengthPrefixed(&bytes, &field)) {
      return Status::Corruption("an edit ends within a field");
    }
    bool known = true;
    if (!GetField(tag, field, &edit, &known)) {
      return Status::Corruption(
          StrCat("field ", tag >> 1, " of an edit is malformed"));
    }
    if (tag == kIdentity) TRY(CheckReadable(*edit.identity));
    if (!known && (tag & 1) != 0) {
      return Newer(StrCat("field ", tag >> 1, " is unknown"));
    }
  }
  return edit;
}

}  // namespace lsm
