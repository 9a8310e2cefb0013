#include "lsm/table/footer.h"

#include <algorithm>

#include "base/check.h"
#include "base/checksum.h"
#include "base/coding.h"

namespace lsm {
namespace {

using base::Result;
using base::Status;

constexpr uint64_t kFooterSeed = 0x666f6f746572;
constexpr size_t kSummedBytes = 48;

}  // namespace

std::string Footer::Encode() const {
  std::string out;
  out.reserve(kFooterBytes);
  base::PutLittle<uint64_t>(&out, properties.offset);
  base::PutLittle<uint32_t>(&out, static_cast<uint32_t>(properties.size));
  base::PutLittle<uint32_t>(&out, format_version);
  out.append(uuid.view());
  base::PutLittle<uint64_t>(&out, file_number);
  base::PutLittle<uint64_t>(&out, required_features);
  CHECK(out.size() == kSummedBytes);
  base::PutLittle<uint64_t>(&out, base::Xxh3(out, kFooterSeed));
  base::PutLittle<uint64_t>(&out, magic);
  return out;
}

Result<Footer> Footer::Decode(std::string_view bytes, uint64_t magic) {
  if (bytes.size() != kFooterBytes ||
      base::LoadLittle<uint64_t>(bytes.data() + 56) != magic) {
    return Status::Corruption(magic == kTableMagic ? "not a table"
                                                   : "not a blob file");
  }
  const std::string_view summed = bytes.substr(0, kSummedBytes);
  if (base::LoadLittle<uint64_t>(bytes.data() + kSummedBytes) !=
      base::Xxh3(summed, kFooterSeed)) {
    return Status::Corruption("bad footer checksum");
  }
  Footer footer;
  footer.magic = magic;
  footer.properties.offset = base::LoadLittle<uint64_t>(bytes.data());
  footer.properties.size = base::LoadLittle<uint32_t>(bytes.data() + 8);
  footer.format_version = base::LoadLittle<uint32_t>(bytes.data() + 12);
  std::copy_n(bytes.data() + 16, 16, footer.uuid.bytes.data());
  footer.file_number = base::LoadLittle<uint64_t>(bytes.data() + 32);
  footer.required_features = base::LoadLittle<uint64_t>(bytes.data() + 40);
  if (footer.format_version != kTableFormatVersion ||
      (footer.required_features & ~kKnownFeatures) != 0) {
    return Status::Invalid("needs a newer version of this program");
  }
  return footer;
}

}  // namespace lsm
