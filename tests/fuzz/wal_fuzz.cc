// Any bytes at all may stand where the log should be: ReplayLog must answer,
// in bounded time and memory, with an end or a refusal.
//
// The first byte of the input chooses how the rest is read:
//
//   even   raw: the bytes are the segment behind a good first block
//   odd    frames: each described by the input (flags, sequences, payload),
//          then sealed with right checksums, so that the fuzzer gets past
//          them to what they protect
//
// Whatever is accepted must come in order and beyond what the tables hold.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/coding.h"
#include "lsm/wal/recovery.h"
#include "lsm/wal/segment.h"
#include "support/crash_file_system.h"

namespace {

constexpr uint64_t kSalt = 0x1234567;
constexpr lsm::Sequence kFlushed = 16;

std::string FirstBlock(uint64_t number) {
  lsm::FileHeader header;
  header.magic = lsm::kSegmentMagic;
  header.number = number;
  header.salt = kSalt;
  std::string block(lsm::kFileHeaderBlock, '\0');
  lsm::EncodeFileHeader(header, block.data());
  return block;
}

// One byte of the input, or 0 when it has ended.
uint8_t Next(std::string_view* input) {
  if (input->empty()) return 0;
  const auto byte = static_cast<uint8_t>(input->front());
  input->remove_prefix(1);
  return byte;
}

std::string Frames(uint64_t number, std::string_view* input) {
  std::string bytes = FirstBlock(number);
  uint64_t chain = 0;
  lsm::Sequence last = 0;
  for (int i = 0; i < 20 && !input->empty(); ++i) {
    lsm::FrameHeader header;
    header.flags = Next(input) & 15;
    header.number_low = static_cast<uint32_t>(number);
    header.prev_last = last + Next(input) % 4 / 3;
    header.first = header.last = header.prev_last + Next(input) % 8;
    header.durable_upto = Next(input);
    header.prev_chain = Next(input) % 16 == 15 ? 0 : chain;
    // A batch that looks right to begin with; the input may bend it.
    std::string payload;
    const uint8_t size = Next(input);
    const uint8_t shift = Next(input);
    base::PutLittle<uint32_t>(&payload, size % 32);
    base::PutLittle<uint64_t>(&payload, header.last);
    payload.append(size % 32, 'b');
    if (header.Has(lsm::kFrameOpening)) {
      payload.resize(lsm::kSegmentLinkBytes);
      lsm::EncodeSegmentLink({number - 1, shift * uint64_t{8}, 0},
                             payload.data());
    } else if (shift % 4 == 1) {
      payload = payload.substr(0, shift % payload.size());
    } else if (shift % 4 == 2) {
      payload = payload.substr(shift % payload.size());
    }
    bytes += lsm::EncodeFrame(header, payload, kSalt, 8, &chain);
    last = header.last;
  }
  return bytes;
}

void Put(support::CrashFileSystem* fs, uint64_t number,
         const std::string& bytes) {
  const std::string path = base::JoinPath("db", lsm::SegmentName(number));
  auto file = fs->CreateWritable(path);
  CHECK(file.ok() && file.value()->Append(bytes).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const uint8_t mode = Next(&input);
  support::CrashFileSystem fs;
  CHECK(fs.CreateDirectory("db").ok());
  if (mode % 2 == 0) {
    Put(&fs, 1, FirstBlock(1).append(input));
    Put(&fs, 2, std::string(input));
  } else {
    std::string_view second = input.substr(input.size() / 2);
    input = input.substr(0, input.size() / 2);
    Put(&fs, 1, Frames(1, &input));
    Put(&fs, 2, Frames(2, &second));
  }
  lsm::ReplayRequest request;
  request.fs = &fs;
  request.directory = "db";
  request.segments = {1, 2};
  request.flushed = (mode & 2) != 0 ? kFlushed : 0;
  request.cut_at_corruption = (mode & 4) != 0;
  if ((mode & 8) != 0) {
    request.cuts = {
        {1, lsm::kFileHeaderBlock + 8 * (mode / 16u), 2}
    };
  }
  lsm::Sequence last = request.flushed;
  const auto end = lsm::ReplayLog(
      request, [&last](lsm::Sequence sequence, std::string_view) {
        CHECK(sequence > last);
        last = sequence;
        return base::Status::Ok();
      });
  if (end.ok()) {
    CHECK(end.value().highest_seen >= last || last == request.flushed);
    CHECK(end.value().highest_seen <= lsm::kSequenceMax);
  }
  return 0;
}
