#include "lsm/version/manifest_format.h"

#include "base/checksum.h"
#include "lsm/version/file_names.h"

namespace lsm {
namespace {

std::string Hex(uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) hex[i] = kDigits[value & 15];
  return hex;
}

}  // namespace

std::string EncodeCurrent(uint64_t number) {
  const std::string name = ManifestName(number);
  return name + " " + Hex(base::Xxh3(name, kManifestMagic)) + "\n";
}

std::optional<uint64_t> DecodeCurrent(std::string_view text) {
  const std::optional<FileName> name =
      ParseFileName(text.substr(0, text.find(' ')));
  if (!name || name->kind != FileKind::kManifest) return std::nullopt;
  if (text != EncodeCurrent(name->number)) return std::nullopt;
  return name->number;
}

}  // namespace lsm
