// Fuzz target for tables: opens and reads arbitrary bytes. The first byte
// chooses what they are, because no fuzzer guesses a checksum:
//
//   0  a whole file
//   1  three parts, each after its u16 length: data block, filter, index; put
//      into a file whose checksums and properties are right
//   2  the properties
//   3  a compressed payload, its type first
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -Isrc -Itests
//     tests/fuzz/table_fuzz.cc src/lsm/table/*.cc tests/support/crash*.cc
//     src/base/{allocator,check,checksum,clock,coding,file_system}.cc
//     src/base/{posix_file,posix_file_system,random,status,strings}.cc
//     -lxxhash -llz4 -lzstd && ./a.out tests/fuzz/seeds/table

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/coding.h"
#include "lsm/table/footer.h"
#include "lsm/table/properties.h"
#include "lsm/table/table.h"
#include "lsm/table/table_iterator.h"
#include "support/crash_file_system.h"

namespace {

constexpr uint64_t kNumber = 7;
// However long a table, a fuzzer's patience is short.
constexpr int kStepsMax = 100'000;

std::string_view TakePart(std::string_view* input) {
  uint16_t size = 0;
  base::GetLittle(input, &size);
  const std::string_view part = input->substr(0, size);
  input->remove_prefix(part.size());
  return part;
}

std::string Assemble(std::string_view input) {
  const uint64_t seed = lsm::TableSeed(lsm::Uuid(), kNumber);
  std::string file;
  const auto append = [&file, seed](std::string_view payload) {
    const uint64_t offset = file.size();
    return lsm::Extent{
        offset, lsm::AppendBlock(payload, lsm::Compression::kNone, seed, offset,
                                 &file)};
  };
  lsm::TableProperties properties;
  properties.rows = 1;
  append(TakePart(&input));
  properties.data_bytes = file.size();
  properties.filter = append(TakePart(&input));
  properties.index = append(TakePart(&input));
  lsm::Footer footer;
  footer.properties = append(properties.Encode());
  footer.file_number = kNumber;
  return file + footer.Encode();
}

void ReadTable(const std::string& bytes) {
  support::CrashFileSystem fs;
  auto file = fs.CreateWritable("table");
  CHECK(file.ok() && file.value()->Append(bytes).ok());
  lsm::BlockCache cache(1 << 20);
  const auto opened = lsm::Table::Open(&fs, "table", kNumber, lsm::Uuid(),
                                       bytes.size(), &cache);
  if (!opened.ok()) return;
  const lsm::Table& table = *opened.value();
  size_t touched = 0;
  std::string middle;
  const auto it = table.NewIterator({true, 1000});
  int steps = 0;
  for (it->SeekToFirst(); it->Valid() && steps < kStepsMax; it->Next()) {
    touched += it->value().size() + it->packed() % 2;
    if (++steps % 3 == 0) middle = it->key();
  }
  steps = 0;
  for (it->SeekToLast(); it->Valid() && ++steps < 100; it->Prev()) {
    touched += it->key().size();
  }
  for (const std::string_view key :
       {std::string_view(), std::string_view(middle),
        std::string_view("\xff\xff")}) {
    it->Seek(key);
    it->SeekForPrev(key);
    const auto got = table.Get(key, lsm::HashKey(key), lsm::kSequenceMax);
    if (got.ok() && got.value()) touched += got.value()->value.size();
  }
  // Nobody cares for the sum, but the reads must not be optimized away.
  CHECK(touched != SIZE_MAX);
}

void Unpack(std::string_view input) {
  if (input.empty()) return;
  const auto type = static_cast<lsm::Compression>(input[0]);
  input.remove_prefix(1);
  const auto size = lsm::RawSize(type, input);
  if (!size.ok() || size.value() > 1 << 20) return;
  std::string out(size.value(), '\0');
  (void)lsm::Decompress(type, input, out.data(), out.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const char what = input[0];
  input.remove_prefix(1);
  if (what == 0) ReadTable(std::string(input));
  if (what == 1) ReadTable(Assemble(input));
  if (what == 2) (void)lsm::TableProperties::Decode(input);
  if (what == 3) Unpack(input);
  return 0;
}
