// The engine as a library, in one page: example DIRECTORY
#include <ctime>
#include <iostream>
#include <string>

#include "lsm/db.h"

// Puts, gets, deletes, walks a range, looks at the past, makes a copy.
base::Status Run(const std::string& directory) {
  lsm::Options options;
  options.directory = directory;
  TRY_ASSIGN(const auto db, lsm::Db::Open(options));

  TRY(db->Put("fruit/apple", "red"));  // On stable storage when it returns.
  TRY(db->Put("fruit/pear", "green", {.sync = false}));  // Soon after.
  TRY_ASSIGN(const auto apple, db->Get("fruit/apple"));
  const std::time_t written = apple->sequence / 1'000'000;
  std::cout << "an apple is " << apple->value << " since "
            << std::ctime(&written);

  const auto before = db->TakeSnapshot();
  lsm::WriteBatch batch;  // All of it or nothing.
  batch.Put("fruit/plum", "blue");
  batch.Delete("fruit/apple");
  TRY(db->Write(batch));
  TRY_ASSIGN(const auto eaten, db->Get("fruit/apple"));
  TRY_ASSIGN(const auto past, db->Get("fruit/apple", *before));
  std::cout << "eaten: " << !eaten << ", it was " << past->value << "\n";

  const auto fruit = db->NewIterator({.begin = "fruit/", .end = "fruit0"});
  for (fruit->SeekToLast(); fruit->Valid(); fruit->Prev()) {
    std::cout << fruit->key() << " is " << fruit->value() << "\n";
  }
  TRY(fruit->status());
  return db->Checkpoint(directory + ".copy");  // A store of its own.
}

int main(int count, char** words) {
  const base::Status status = Run(count > 1 ? words[1] : "example-data");
  if (!status.ok()) std::cerr << status.ToString() << "\n";
  return status.ok() ? 0 : 1;
}
