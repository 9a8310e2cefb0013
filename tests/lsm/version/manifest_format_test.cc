#include "lsm/version/manifest_format.h"

#include <gtest/gtest.h>

namespace lsm {
namespace {

TEST(ManifestFormat, CurrentNamesItsManifest) {
  const std::string text = EncodeCurrent(0x2a);
  EXPECT_TRUE(text.starts_with("Manifest-000000000000002a "));
  EXPECT_TRUE(text.ends_with("\n"));
  EXPECT_EQ(DecodeCurrent(text), 0x2au);
}

TEST(ManifestFormat, NoDamagedCurrentIsBelieved) {
  const std::string text = EncodeCurrent(0x2a);
  for (size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(DecodeCurrent(text.substr(0, i)), std::nullopt);
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = text;
      broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
      EXPECT_EQ(DecodeCurrent(broken), std::nullopt) << broken;
    }
  }
  EXPECT_EQ(DecodeCurrent(text + "\n"), std::nullopt);
}

}  // namespace
}  // namespace lsm
