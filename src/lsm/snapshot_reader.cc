#include "lsm/snapshot_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lsm/compaction/merging_iterator.h"

namespace lsm {
namespace {

using Request = SnapshotReader::Request;

// A page of at least this many rows is part of a scan: it reads ahead, and
// leaves the block cache to those who come back.
constexpr size_t kScanRows = 1024;
// Reading ahead is worth its while.
constexpr size_t kAheadRows = 128;
constexpr size_t kReadaheadBytes = 128 << 10;

bool IsFull(const Request& request, const RowPage& page) {
  return page.size() >= request.rows_max || page.bytes() >= request.bytes_max;
}

bool IsJustAbove(std::string_view key, std::string_view below) {
  return key.size() == below.size() + 1 && key.back() == '\0' &&
         key.starts_with(below);
}

ReadOptions OptionsFor(const Request& request) {
  ReadOptions options;
  if (request.passing || request.rows_max >= kScanRows) {
    options.fill_cache = false;
    if (request.rows_max >= kAheadRows) {
      options.readahead_bytes = kReadaheadBytes;
    }
  }
  return options;
}

// Of the sources that stand on the greatest key, walks all its versions.
class BackwardMerge {
 public:
  BackwardMerge(const std::vector<TwoWayIterator*>& sources, Sequence upto,
                size_t value_bytes)
      : sources_(sources), upto_(upto), value_bytes_(value_bytes) {}

  void SeekBefore(std::string_view end) {
    for (TwoWayIterator* const source : sources_) {
      end.empty() ? source->SeekToLast() : source->SeekBefore(end);
      Push(source);
    }
  }

  // To the next key downwards; false at the end or after an error.
  bool Next() {
    if (heap_.empty() || !status_.ok()) return false;
    key_.assign(heap_.front()->key());
    packed_ = Pack(0, Kind::kTombstone);
    while (!heap_.empty() && heap_.front()->key() == key_) {
      std::pop_heap(heap_.begin(), heap_.end(), ComesEarlier);
      TwoWayIterator* const source = heap_.back();
      heap_.pop_back();
      while (source->Valid() && source->key() == key_) {
        Consider(source);
        source->Prev();
      }
      Push(source);
    }
    return status_.ok();
  }

  const std::string& key() const { return key_; }
  // Of the newest version that is seen; a tombstone if there is none.
  uint64_t packed() const { return packed_; }
  const std::string& value() const { return value_; }
  const base::Status& status() const { return status_; }

 private:
  static bool ComesEarlier(const TwoWayIterator* a, const TwoWayIterator* b) {
    return a->key() < b->key();
  }

  void Push(TwoWayIterator* source) {
    if (source->Valid()) {
      heap_.push_back(source);
      std::push_heap(heap_.begin(), heap_.end(), ComesEarlier);
    } else if (status_.ok()) {
      status_ = source->status();
    }
  }

  void Consider(TwoWayIterator* row) {
    const Sequence sequence = SequenceOf(row->packed());
    if (sequence > upto_ || sequence < SequenceOf(packed_)) return;
    if (KindOf(row->packed()) == Kind::kTombstone) {
      packed_ = row->packed();
      return;
    }
    const auto value = row->LoadValue(value_bytes_, &buffer_);
    if (!value.ok()) {
      if (status_.ok()) status_ = value.status();
      return;
    }
    packed_ = Pack(sequence, Kind::kValue);
    value_.assign(value.value());
  }

  const std::vector<TwoWayIterator*>& sources_;
  const Sequence upto_;
  const size_t value_bytes_;
  std::vector<TwoWayIterator*> heap_;  // the greatest key on top
  std::string key_;
  uint64_t packed_ = 0;
  std::string value_;
  Buffer buffer_;
  base::Status status_;
};

}  // namespace

void SnapshotReader::TakeRuns(const Version& version,
                              const ReadOptions& options) {
  runs_.clear();
  upto_.reset();
  options_ = options;
  for (int level = 0; level < kLevelsMax; ++level) {
    for (const auto& run : version.level(level))
      runs_.push_back({run, nullptr});
  }
}

SnapshotReader::Sources SnapshotReader::SourcesOf(
    const Request& request, const PinnedSnapshot::View& view) {
  Sources sources;
  if (pin_.newest != nullptr) {
    sources.memory.push_back(pin_.newest->NewIterator());
  }
  for (const auto& generation : view.generations) {
    sources.memory.push_back(generation->NewIterator());
  }
  for (OpenRun& open : runs_) {
    const Run& run = *open.run;
    const size_t first = run.LowerBound(request.begin);
    if (first == run.files().size()) continue;
    if (!request.end.empty() &&
        run.files()[first]->info().smallest >= request.end) {
      continue;
    }
    if (open.rows == nullptr) open.rows = NewRunIterator(open.run, options_);
    sources.runs.push_back(open.rows.get());
  }
  return sources;
}

std::vector<TwoWayIterator*> SnapshotReader::Sources::All() const {
  std::vector<TwoWayIterator*> all = runs;
  for (const auto& rows : memory) all.push_back(rows.get());
  return all;
}

base::Result<bool> SnapshotReader::ReadForward(const Request& request,
                                               const Sources& sources,
                                               RowPage* page) {
  const Sequence upto = pin_.snapshot->sequence();
  const bool placed =
      upto_ && IsJustAbove(request.begin, *upto_) && request.end == upto_end_;
  for (const auto& rows : sources.memory) rows->Seek(request.begin);
  if (!placed) {
    for (TwoWayIterator* const rows : sources.runs) rows->Seek(request.begin);
  }
  upto_.reset();
  const std::vector<TwoWayIterator*> all = sources.All();
  const std::unique_ptr<RowIterator> rows =
      NewMergingIterator(std::vector<RowIterator*>(all.begin(), all.end()));
  std::string dead;
  Buffer buffer;
  while (rows->Valid() && (request.end.empty() || rows->key() < request.end)) {
    if (SequenceOf(rows->packed()) > upto) {
      rows->Next();
      continue;
    }
    std::string_view key;
    if (KindOf(rows->packed()) == Kind::kTombstone) {
      key = dead.assign(rows->key());
    } else {
      if (IsFull(request, *page)) {
        if (page->size() > 0) upto_ = page->key(page->size() - 1);
        upto_end_ = request.end;
        return true;
      }
      TRY_ASSIGN(const std::string_view value,
                 rows->LoadValue(request.value_bytes, &buffer));
      page->Add(rows->key(), Pack(SequenceOf(rows->packed()), Kind::kValue),
                value.substr(0, request.value_bytes));
      key = page->key(page->size() - 1);
    }
    // What is older is hidden.
    do {
      rows->Next();
    } while (rows->Valid() && rows->key() == key);
  }
  TRY(rows->status());
  return false;
}

base::Result<bool> SnapshotReader::ReadBackward(const Request& request,
                                                const Sources& sources,
                                                RowPage* page) const {
  const std::vector<TwoWayIterator*> all = sources.All();
  BackwardMerge rows(all, pin_.snapshot->sequence(), request.value_bytes);
  rows.SeekBefore(request.end);
  while (rows.Next() && rows.key() >= request.begin) {
    if (KindOf(rows.packed()) == Kind::kTombstone) continue;
    if (IsFull(request, *page)) return true;
    page->Add(rows.key(), rows.packed(),
              std::string_view(rows.value()).substr(0, request.value_bytes));
  }
  TRY(rows.status());
  return false;
}

base::Result<bool> SnapshotReader::Read(const Request& request, RowPage* page) {
  page->Clear();
  TRY_ASSIGN(const PinnedSnapshot::View view, pin_.snapshot->view());
  const ReadOptions options = OptionsFor(request);
  if (view.version != version_ || options != options_) {
    TakeRuns(*view.version, options);
    version_ = view.version;
  }
  const Sources sources = SourcesOf(request, view);
  if (!request.backward) return ReadForward(request, sources, page);
  upto_.reset();
  return ReadBackward(request, sources, page);
}

}  // namespace lsm
