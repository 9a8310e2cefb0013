#include "lsm/table/footer.h"

#include <gtest/gtest.h>

#include "base/coding.h"
#include "lsm/table/properties.h"

namespace lsm {
namespace {

Footer Sample() {
  Footer footer;
  footer.properties = {1000, 200};
  footer.uuid.bytes.fill('u');
  footer.file_number = 42;
  return footer;
}

TEST(Footer, ComesBackAsItWas) {
  const std::string bytes = Sample().Encode();
  ASSERT_EQ(bytes.size(), kFooterBytes);
  const Footer footer = Footer::Decode(bytes).value();
  EXPECT_EQ(footer.properties, (Extent{1000, 200}));
  EXPECT_EQ(footer.uuid, Sample().uuid);
  EXPECT_EQ(footer.file_number, 42u);
}

TEST(Footer, NoticesEveryFlippedBit) {
  const std::string good = Sample().Encode();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(Footer::Decode(bad).status().code(), base::Code::kCorruption);
  }
  EXPECT_FALSE(Footer::Decode(good.substr(1)).ok());
}

TEST(Footer, RefusesWhatItDoesNotUnderstand) {
  Footer newer = Sample();
  newer.format_version = kTableFormatVersion + 1;
  EXPECT_EQ(Footer::Decode(newer.Encode()).status().code(),
            base::Code::kInvalid);
  Footer richer = Sample();
  richer.required_features = 4;
  EXPECT_EQ(Footer::Decode(richer.Encode()).status().code(),
            base::Code::kInvalid);
}

TableProperties SampleProperties() {
  TableProperties properties;
  properties.smallest_key = std::string("\0a", 2);
  properties.largest_key = "z";
  properties.smallest_sequence = 3;
  properties.largest_sequence = 9;
  properties.rows = 5;
  properties.keys = 4;
  properties.tombstones = 2;
  properties.raw_bytes = 500;
  properties.data_bytes = 400;
  properties.data_blocks = 1;
  properties.dense_blocks = 1;
  properties.level = 6;
  properties.earliest_expiry_ms = -1;
  properties.latest_expiry_ms = 1'700'000'000'000;
  properties.filter = {400, 64};
  properties.index = {500, 20};
  return properties;
}

TEST(TableProperties, ComeBackAsTheyWere) {
  const TableProperties properties = SampleProperties();
  EXPECT_EQ(TableProperties::Decode(properties.Encode()).value(), properties);
}

TEST(TableProperties, SkipFieldsOfLaterVersions) {
  std::string bytes = SampleProperties().Encode();
  base::PutVarint(&bytes, 1000);
  base::PutLengthPrefixed(&bytes, "something new");
  EXPECT_EQ(TableProperties::Decode(bytes).value(), SampleProperties());
}

TEST(TableProperties, RefuseWhatCannotBe) {
  const auto decodes = [](const TableProperties& properties) {
    return TableProperties::Decode(properties.Encode()).ok();
  };
  TableProperties bad = SampleProperties();
  bad.rows = 0;
  EXPECT_FALSE(decodes(bad));
  bad = SampleProperties();
  bad.tombstones = 6;
  EXPECT_FALSE(decodes(bad));
  bad = SampleProperties();
  bad.smallest_key = "zz";
  EXPECT_FALSE(decodes(bad));
  bad = SampleProperties();
  bad.smallest_sequence = 10;
  EXPECT_FALSE(decodes(bad));
  bad = SampleProperties();
  bad.largest_sequence = kSequenceMax + 1;
  EXPECT_FALSE(decodes(bad));
  EXPECT_FALSE(TableProperties::Decode("").ok());
  const std::string good = SampleProperties().Encode();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(TableProperties::Decode(good.substr(0, size)).ok());
  }
}

}  // namespace
}  // namespace lsm
