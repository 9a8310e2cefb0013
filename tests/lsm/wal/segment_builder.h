// SegmentBuilder writes log segments by hand, frame by frame, good and bad,
// so that a test can say exactly what recovery finds.
//
//   SegmentBuilder one(1);
//   one.Open({}, /*prev_last=*/0, /*durable=*/0).Batches({10, 11}, 0);
//   one.Put(&fs);
//
// Frames are aligned to 8 and linked to the one before, unless told otherwise.
//
// Threads: the test's one thread.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/coding.h"
#include "lsm/wal/frame.h"
#include "lsm/wal/segment.h"
#include "support/crash_file_system.h"

namespace lsm {

class SegmentBuilder {
 public:
  explicit SegmentBuilder(uint64_t number, uint64_t size = 8192)
      : number_(number), size_(size), bytes_(kFileHeaderBlock, '\0') {
    FileHeader header;
    header.magic = kSegmentMagic;
    header.number = number;
    header.salt = salt();
    header.size = size;
    EncodeFileHeader(header, bytes_.data());
  }

  // The link to go on behind what was built so far.
  SegmentLink Link() const { return {number_, bytes_.size(), chain_}; }
  Sequence last() const { return last_; }
  // Offset of the next frame.
  size_t end() const { return bytes_.size(); }

  SegmentBuilder& Open(const SegmentLink& link, Sequence prev_last,
                       Sequence durable, bool inside_a_batch = false) {
    char payload[kSegmentLinkBytes];
    EncodeSegmentLink(link, payload);
    FrameHeader header;
    header.flags = inside_a_batch ? kFrameOpening
                                  : kFrameOpening | kFrameFirst | kFrameLast;
    chain_ = link.chain;
    last_ = prev_last;
    header.first = header.last = prev_last;
    header.durable_upto = durable;
    return Add(header, {payload, sizeof payload});
  }

  // A frame of whole batches; each holds the text of its sequence.
  SegmentBuilder& Batches(const std::vector<Sequence>& sequences,
                          Sequence durable) {
    std::string payload;
    for (const Sequence sequence : sequences) {
      payload += BatchBytes(sequence, std::to_string(sequence));
    }
    FrameHeader header;
    header.first = sequences.front();
    header.last = sequences.back();
    header.durable_upto = durable;
    return Add(header, payload);
  }

  SegmentBuilder& Witness(Sequence durable) {
    FrameHeader header;
    header.flags |= kFrameEmpty;
    header.first = header.last = last_;
    header.durable_upto = durable;
    return Add(header, "");
  }

  SegmentBuilder& Fragment(Sequence sequence, uint16_t flags,
                           std::string_view payload, Sequence durable) {
    FrameHeader header;
    header.flags = flags;
    header.first = sequence;
    header.last = (flags & kFrameLast) != 0 ? sequence : last_;
    header.durable_upto = durable;
    return Add(header, payload);
  }

  // Fills in number, prev_last and chain.
  SegmentBuilder& Add(FrameHeader header, std::string_view payload) {
    header.number_low = static_cast<uint32_t>(number_);
    header.prev_last = last_;
    header.prev_chain = chain_;
    bytes_ += EncodeFrame(header, payload, salt(), 8, &chain_);
    last_ = header.last;
    return *this;
  }

  // The next frame is not linked to those before.
  SegmentBuilder& Forget(uint64_t chain, Sequence last) {
    chain_ = chain;
    last_ = last;
    return *this;
  }

  // Flips a bit at `offset`; a negative one counts from the end.
  SegmentBuilder& Damage(int64_t offset) {
    const size_t at = offset < 0 ? bytes_.size() - static_cast<size_t>(-offset)
                                 : static_cast<size_t>(offset);
    bytes_[at] ^= 1;
    return *this;
  }

  std::string* bytes() { return &bytes_; }

  void Put(support::CrashFileSystem* fs) {
    bytes_.resize(std::max<uint64_t>(size_, bytes_.size()), '\0');
    const std::string path = base::JoinPath("db", SegmentName(number_));
    auto file = fs->CreateWritable(path);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file.value()->Append(bytes_).ok());
    ASSERT_TRUE(file.value()->Sync().ok());
    ASSERT_TRUE(fs->SyncDirectory("db").ok());
  }

  static std::string BatchBytes(Sequence sequence, std::string_view batch) {
    std::string bytes;
    base::PutLittle(&bytes, static_cast<uint32_t>(batch.size()));
    base::PutLittle(&bytes, sequence);
    return bytes.append(batch);
  }

 private:
  uint64_t salt() const { return number_ * 0x9e3779b97f4a7c15; }

  const uint64_t number_;
  const uint64_t size_;
  std::string bytes_;
  uint64_t chain_ = 0;
  Sequence last_ = 0;
};

}  // namespace lsm
