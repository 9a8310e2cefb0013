// DbIterator visits the rows of a key range in order, in both directions, all
// as of one moment.
//
//   for (it->SeekToFirst(); it->Valid(); it->Next()) Use(it->key(), ...);
//   if (!it->status().ok()) ...                  // ended by an error
//
// It copies rows out in pages, up to 1 MiB or one row. However long it is kept
// it holds on to files, see snapshot.h for what that costs, and in memory, of
// each sorted run, to a block, or to the 128 KiB that a long walk reads ahead.
// An iterator that met an error is not Valid; a seek begins anew.
//
// Threads: one holder at a time, any thread. Takes no lock that a write waits
// for. Reads the disk for what is not cached.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "lsm/format.h"

namespace lsm {

struct RangePin;

class DbIterator {
 public:
  // Made by Db::NewIterator.
  DbIterator(RangePin pin, std::string begin, std::string end);
  ~DbIterator();
  DbIterator(const DbIterator&) = delete;
  DbIterator& operator=(const DbIterator&) = delete;

  // It is on a row.
  bool Valid() const;
  // Why it is not Valid, unless it simply reached an end: Io or Corruption.
  const base::Status& status() const;

  // Of the range.
  void SeekToFirst();
  void SeekToLast();
  // To the first row with a key >= `key`.
  void Seek(std::string_view key);
  // To the last row with a key <= `key`.
  void SeekForPrev(std::string_view key);
  // REQUIRES (from here on): Valid(). Past either end it is not Valid.
  void Next();
  void Prev();

  // Views live until the iterator moves.
  std::string_view key() const;
  std::string_view value() const;
  // When the row was written, as in Row.
  Sequence sequence() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace lsm
