// BlobLab writes blob files into a directory in memory, and opens them.
//
// Threads: the test's one thread.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/blob/blob_file.h"
#include "lsm/blob/blob_writer.h"
#include "support/crash_file_system.h"

namespace lsm {

class BlobLab {
 public:
  BlobLab() {
    CHECK(fs.CreateDirectory("/data").ok());
    uuid.bytes.fill('u');
  }

  static std::string Path(uint64_t number) {
    return base::StrCat("/data/", number);
  }

  BlobWriterOptions Options() {
    BlobWriterOptions options;
    options.fs = &fs;
    options.path_of = Path;
    options.uuid = uuid;
    options.file_bytes = file_bytes;
    options.new_number = [this] { return ++last_number; };
    return options;
  }

  // Half noise, half not, of this size.
  static std::string Value(uint64_t seed, size_t bytes) {
    base::Random random(seed);
    std::string value;
    while (value.size() < bytes / 2) {
      value.push_back(static_cast<char>(random.Next()));
    }
    value.resize(bytes, 'x');
    return value;
  }

  // "k0", "k1", ... with values of 100 bytes and more, in file 1 and on.
  void WriteSome(int count) {
    BlobWriter writer(Options());
    for (int i = 0; i < count; ++i) {
      const std::string value = ValueOf(i);
      BlobReference reference =
          writer.Add(base::StrCat("k", i), value, Compression::kLz4).value();
      references.push_back(reference.Encode());
    }
    CHECK(writer.Finish().ok());
    writer.Keep();
    files = writer.files();
  }
  static std::string ValueOf(int i) {
    return Value(static_cast<uint64_t>(i), 100 + static_cast<size_t>(i));
  }
  BlobReference ReferenceOf(int i) const {
    return BlobReference::Decode(references[static_cast<size_t>(i)]).value();
  }

  base::Result<BlobFilePtr> Open(uint64_t number) {
    TRY_ASSIGN(auto file, fs.OpenReadable(Path(number),
                                          base::FileSystem::ReadMode::kCached));
    return BlobFile::Open(std::move(file), number, uuid, files.at(number),
                          [this](uint64_t gone) { obsolete.push_back(gone); });
  }

  support::CrashFileSystem fs;
  Uuid uuid;
  uint64_t file_bytes = 1 << 20;
  uint64_t last_number = 0;
  std::vector<std::string> references;
  std::map<uint64_t, uint64_t> files;
  std::vector<uint64_t> obsolete;
};

}  // namespace lsm
