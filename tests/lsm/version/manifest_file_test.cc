#include "lsm/version/manifest_file.h"

#include <gtest/gtest.h>

#include "lsm/version/file_names.h"
#include "lsm/version/manifest_format.h"
#include "lsm/version/manifest_lab.h"
#include "lsm/wal/frame.h"

namespace lsm {
namespace {

TEST(ManifestFile, FramesSayWhatTheyFollowAndWhatWasSynced) {
  const auto fs = LabDisk();
  const Uuid uuid = ManifestState::ForNewDirectory().identity.uuid;
  const auto file =
      ManifestFile::Create(fs.get(), kLabDirectory, 5, uuid, "snapshot", {})
          .value();
  ASSERT_TRUE(file->Append(std::vector<std::string>{"one", "two"}).ok());
  ASSERT_TRUE(file->Append({}).ok());

  const std::string bytes =
      base::ReadWholeFile(fs.get(),
                          base::JoinPath(kLabDirectory, ManifestName(5)))
          .value();
  EXPECT_EQ(bytes.size(), file->bytes());
  const FileHeader header = DecodeFileHeader(bytes, kManifestMagic).value();
  EXPECT_EQ(header.db_uuid, uuid);
  EXPECT_EQ(header.number, 5u);

  struct Expected {
    std::string payload;
    uint64_t last;
    uint64_t durable_upto;
  };
  std::string_view rest = std::string_view(bytes).substr(kFileHeaderBlock);
  uint64_t last = 0;
  uint64_t chain = 0;
  for (const Expected& expected : {
           Expected{"snapshot", 1, 0},
           Expected{"one",      2, 1},
           Expected{"two",      3, 1},
           Expected{"",         3, 3}
  }) {
    const auto frame = DecodeHeader(rest, header.salt);
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->prev_last, last);
    EXPECT_EQ(frame->prev_chain, chain);
    EXPECT_EQ(frame->last, expected.last);
    EXPECT_EQ(frame->durable_upto, expected.durable_upto);
    EXPECT_EQ(frame->Has(kFrameEmpty), expected.payload.empty());
    EXPECT_EQ(
        DecodePayload(rest, *frame, header.salt, kManifestAlignment, &chain),
        expected.payload);
    last = frame->last;
    rest.remove_prefix(FrameBytes(frame->payload_bytes, kManifestAlignment));
  }
  EXPECT_TRUE(rest.empty());
}

TEST(ManifestFile, EveryFileHasItsOwnSalt) {
  const auto fs = LabDisk();
  uint64_t salts[2] = {};
  for (uint64_t number : {1, 2}) {
    ASSERT_TRUE(
        ManifestFile::Create(fs.get(), kLabDirectory, number, {}, "s", {})
            .ok());
    const std::string bytes =
        base::ReadWholeFile(fs.get(),
                            base::JoinPath(kLabDirectory, ManifestName(number)))
            .value();
    salts[number - 1] = DecodeFileHeader(bytes, kManifestMagic).value().salt;
  }
  EXPECT_NE(salts[0], salts[1]);
}

}  // namespace
}  // namespace lsm
