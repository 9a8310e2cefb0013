#include "lsm/db_iterator.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "lsm/row_page.h"
#include "lsm/snapshot_reader.h"

namespace lsm {
namespace {

// One of them is just more than 50, two just more than 100: what is asked for
// most, and the row at which one sees that there is more.
constexpr size_t kRowsMin = 52;
// A page that follows on others is a quarter of what was read since the seek,
// so that little is read in vain, but not so small that its own cost, a
// microsecond or two, counts beside that of its rows.
constexpr size_t kReadShare = 4;
constexpr size_t kRowsMax = 4096;
constexpr size_t kBytesPerRow = 1024;
constexpr size_t kBytesMax = 1 << 20;

// The least key above `key`.
std::string Above(std::string_view key) {
  std::string above(key);
  above.push_back('\0');
  return above;
}

}  // namespace

struct DbIterator::Body {
  SnapshotReader reader;
  const std::string begin;
  const std::string end;

  RowPage page = {};
  bool backward = false;  // the order of the page
  bool more = false;      // rows beyond the page, in its direction
  size_t at = 0;
  size_t rows_max = kRowsMin;
  size_t rows_read = 0;  // since the seek
  base::Status status = {};

  bool IsValid() const { return at < page.size(); }

  // The page of [from, to) that begins, going that way, at its edge.
  void Load(const std::string& from, const std::string& to, bool downwards) {
    at = 0;
    backward = downwards;
    more = false;
    page.Clear();
    status = base::Status::Ok();
    if (!to.empty() && from >= to) return;
    base::Result<bool> read =
        reader.Read({.begin = from,
                     .end = to,
                     .backward = downwards,
                     .rows_max = rows_max,
                     .bytes_max = std::min(kBytesMax, rows_max * kBytesPerRow)},
                    &page);
    if (read.ok()) {
      more = read.value();
      rows_read += page.size();
      return;
    }
    // What was read before the error is not given out.
    page.Clear();
    status = std::move(read).status();
  }

  void Restart(const std::string& from, const std::string& to, bool downwards) {
    rows_max = kRowsMin;
    rows_read = 0;
    Load(from, to, downwards);
  }

  // To the next row in this direction.
  void Step(bool downwards) {
    CHECK(IsValid());
    if (downwards != backward) {
      if (at > 0) {
        --at;
        return;
      }
      // Back over the edge at which the page began.
      Turn(downwards);
      return;
    }
    if (++at < page.size() || !more) return;
    rows_max = std::clamp(rows_read / kReadShare, kRowsMin, kRowsMax);
    const std::string last(page.key(page.size() - 1));
    downwards ? Load(begin, last, true) : Load(Above(last), end, false);
  }

  void Turn(bool downwards) {
    const std::string now(page.key(0));
    // As a bound the empty key would mean none; nothing is below it.
    if (downwards && now.empty()) return page.Clear();
    downwards ? Restart(begin, now, true) : Restart(Above(now), end, false);
  }
};

DbIterator::DbIterator(RangePin pin, std::string begin, std::string end)
    : body_(new Body{SnapshotReader(std::move(pin)), std::move(begin),
                     std::move(end)}) {}

DbIterator::~DbIterator() = default;

bool DbIterator::Valid() const { return body_->IsValid(); }

const base::Status& DbIterator::status() const { return body_->status; }

void DbIterator::SeekToFirst() {
  body_->Restart(body_->begin, body_->end, /*downwards=*/false);
}

void DbIterator::SeekToLast() {
  body_->Restart(body_->begin, body_->end, /*downwards=*/true);
}

void DbIterator::Seek(std::string_view key) {
  body_->Restart(std::max(std::string(key), body_->begin), body_->end,
                 /*downwards=*/false);
}

void DbIterator::SeekForPrev(std::string_view key) {
  std::string upto = Above(key);
  if (!body_->end.empty()) upto = std::min(upto, body_->end);
  body_->Restart(body_->begin, upto, /*downwards=*/true);
}

void DbIterator::Next() { body_->Step(/*downwards=*/false); }

void DbIterator::Prev() { body_->Step(/*downwards=*/true); }

std::string_view DbIterator::key() const { return body_->page.key(body_->at); }

std::string_view DbIterator::value() const {
  return body_->page.value(body_->at);
}

Sequence DbIterator::sequence() const {
  return SequenceOf(body_->page.packed(body_->at));
}

}  // namespace lsm
