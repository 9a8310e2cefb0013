// The worked example of src/lsm/table/README.md, byte for byte: a change of
// the format that nobody meant shows here.

#include <gtest/gtest.h>

#include "lsm/table/table_lab.h"

namespace lsm {
namespace {

constexpr std::string_view kExample =
    // data block
    "00 05 03 61 70 70 6c 65 01 05 00 00 00 00 00 00 72 65 64 "
    "02 05 00 72 69 63 6f 74 00 06 00 00 00 00 00 00 "
    "00 00 00 00 01 00 00 00 "
    "00 81 f6 93 f3 da 78 28 1b "
    // filter
    "01 06 "
    "00 00 00 00 00 00 00 08 00 00 02 00 00 00 00 30 00 00 "
    "00 00 02 00 80 00 40 00 80 00 00 00 00 00 00 00 "
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
    "08 00 10 01 20 00 00 00 00 00 00 00 00 00 "
    "00 3a 30 34 02 10 d6 e1 b4 "
    // index
    "01 01 07 61 70 72 69 63 6f 74 00 2b "
    "00 e6 82 ac 55 ec f8 96 67 "
    // properties
    "01 05 61 70 70 6c 65 02 07 61 70 72 69 63 6f 74 03 01 05 04 01 06 "
    "05 01 02 06 01 02 07 01 01 08 01 1f 09 01 34 0a 01 01 0b 01 01 0c 01 00 "
    "0d 01 00 0e 01 00 0f 01 34 10 01 42 11 01 7f 12 01 0c "
    "00 33 9f f4 60 ba c7 c4 e5 "
    // footer
    "94 00 00 00 00 00 00 00 40 00 00 00 01 00 00 00 "
    "61 20 64 61 74 61 62 61 73 65 27 73 20 69 64 20 "
    "07 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
    "b4 c1 dd e6 12 71 68 d6 72 62 64 74 61 62 6c 65 ";

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 2 < hex.size(); i += 3) {
    bytes.push_back(static_cast<char>(
        std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

const std::vector<Row> kRows = {Value("apple", 5, "red"),
                                Tombstone("apricot", 6)};

TEST(TableFormat, IsWhatTheReadmeDraws) {
  TableLab lab;
  lab.options_.compression = Compression::kNone;
  lab.Build(kRows);
  EXPECT_EQ(lab.Bytes(), FromHex(kExample));
}

TEST(TableFormat, IsStillRead) {
  TableLab lab;
  lab.Replace(FromHex(kExample));
  const auto table = lab.Open().value();
  EXPECT_EQ(AllRows(*table->NewIterator({})), kRows);
}

}  // namespace
}  // namespace lsm
