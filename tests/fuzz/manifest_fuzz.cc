// Fuzz target for the MANIFEST. The first byte of the input chooses what the
// rest is, because no fuzzer guesses a checksum:
//
//   0  one encoded edit
//   1  edits, each after its u16 length, put into frames that verify
//   2  the bytes behind a first block that verifies
//   3  a whole CURRENT, beside a table
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -Isrc -Itests
//     tests/fuzz/manifest_fuzz.cc, lsm_version, lsm_wal, lsm_table and base

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/coding.h"
#include "lsm/version/file_names.h"
#include "lsm/version/manifest_format.h"
#include "lsm/version/manifest_reader.h"
#include "lsm/version/version_edit.h"
#include "lsm/wal/frame.h"
#include "support/crash_file_system.h"

namespace {

constexpr char kDirectory[] = "db";
constexpr uint64_t kNumber = 1;
constexpr uint64_t kSalt = 0x5a17;

// What is read is written again as bytes that mean the same.
void ReadEdit(std::string_view bytes) {
  const auto edit = lsm::VersionEdit::Decode(bytes);
  if (!edit.ok()) return;
  std::string again;
  edit.value().EncodeTo(&again);
  const auto decoded = lsm::VersionEdit::Decode(again);
  CHECK(decoded.ok());
  CHECK(decoded.value() == edit.value());
}

void WriteFile(base::FileSystem* fs, std::string_view name,
               std::string_view bytes) {
  auto file = fs->CreateWritable(base::JoinPath(kDirectory, name)).value();
  CHECK(file->Append(bytes).ok());
}

std::string FirstBlock() {
  std::string block(lsm::kFileHeaderBlock, '\0');
  lsm::FileHeader header;
  header.magic = lsm::kManifestMagic;
  header.number = kNumber;
  header.salt = kSalt;
  lsm::EncodeFileHeader(header, block.data());
  return block;
}

std::string Frames(std::string_view bytes) {
  std::string out;
  lsm::FrameHeader header;
  header.number_low = kNumber;
  uint16_t size = 0;
  while (base::GetLittle(&bytes, &size)) {
    const std::string_view payload =
        bytes.substr(0, std::min<size_t>(size, bytes.size()));
    bytes.remove_prefix(payload.size());
    header.flags = lsm::kFrameFirst | lsm::kFrameLast;
    if (payload.empty()) header.flags |= lsm::kFrameEmpty;
    header.prev_last = header.last;
    header.durable_upto = header.last;
    header.last += payload.empty() ? 0 : 1;
    header.first = header.last;
    out += lsm::EncodeFrame(header, payload, kSalt, lsm::kManifestAlignment,
                            &header.prev_chain);
  }
  return out;
}

// Whatever lies there: a state that its own snapshot rebuilds, or a status.
void Recover(base::FileSystem* fs) {
  const auto recovered = lsm::RecoverManifest(fs, kDirectory);
  if (!recovered.ok()) {
    CHECK(!recovered.status().message().empty());
    return;
  }
  lsm::ManifestState again;
  CHECK(again.Apply(recovered.value().state.Snapshot()).ok());
  CHECK(again == recovered.value().state);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  support::CrashFileSystem fs;
  CHECK(fs.CreateDirectory(kDirectory).ok());
  WriteFile(&fs, lsm::kCurrentName, lsm::EncodeCurrent(kNumber));
  switch (data[0] % 4) {
    case 0:
      ReadEdit(input);
      return 0;
    case 1:
      WriteFile(&fs, lsm::ManifestName(kNumber), FirstBlock() + Frames(input));
      break;
    case 2:
      WriteFile(&fs, lsm::ManifestName(kNumber),
                FirstBlock() + std::string(input));
      break;
    case 3:
      WriteFile(&fs, lsm::kCurrentName, input);
      WriteFile(&fs, lsm::TableName(9), "");
      break;
  }
  Recover(&fs);
  return 0;
}
