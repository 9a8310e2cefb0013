// RowIterator walks rows in key order; under one key, newest version first.
//
// Memory, tables and their merge all wear this face; whoever needs logical
// state (one version a key, no tombstones) wraps it: merged_range.h,
// snapshot_reader.h.
//
//   for (it->Seek(begin); it->Valid() && it->key() < end; it->Next()) ...
//   TRY(it->status());
//
// A row with Kind::kBlobValue may come from tables; LoadValue has its value.
//
// Views returned by key() and value() live until the iterator moves.
// An iterator that met an error is not Valid and says why in status().
//
// Threads: one holder at a time.

#pragma once

#include <cstddef>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"

namespace lsm {

class Buffer;

class RowIterator {
 public:
  virtual ~RowIterator() = default;

  virtual bool Valid() const = 0;
  // To the first version of the first key >= `key`.
  virtual void Seek(std::string_view key) = 0;
  virtual void SeekToFirst() = 0;
  virtual void Next() = 0;

  // REQUIRES: Valid().
  virtual std::string_view key() const = 0;
  virtual uint64_t packed() const = 0;
  virtual std::string_view value() const = 0;

  virtual base::Status status() const = 0;

  // The value, or its first `bytes` bytes at least, of a row that is no
  // tombstone: what value() of a kBlobValue only refers to is read here, into
  // `*buffer`. Lives until the iterator moves or the buffer changes. Miss where
  // the disk is not to be read.
  // REQUIRES: Valid().
  virtual base::Result<std::string_view> LoadValue(size_t /*bytes*/,
                                                   Buffer* /*buffer*/) {
    return value();
  }
};

// A RowIterator that also goes back. Under one key the oldest version comes
// first then: exactly the opposite order.
class TwoWayIterator : public RowIterator {
 public:
  virtual void SeekToLast() = 0;
  // To the last row of the last key < `key`.
  virtual void SeekBefore(std::string_view key) = 0;
  // REQUIRES: Valid().
  virtual void Prev() = 0;
};

}  // namespace lsm
