#include "lsm/wal/batch_assembler.h"

#include "base/coding.h"
#include "lsm/wal/frame_buffer.h"

namespace lsm {
namespace {

using base::Status;

Status Malformed() {
  return Status::Corruption("a frame that verifies holds malformed batches");
}

}  // namespace

Status BatchAssembler::Add(const FrameHeader& header,
                           std::string_view payload) {
  if (header.Has(kFrameOpening) || header.Has(kFrameEmpty)) {
    return header.last == header.prev_last ? Status::Ok() : Malformed();
  }
  if (header.Has(kFrameFirst)) {
    if (inside_) return Malformed();
    if (header.Has(kFrameLast)) return AddBatches(header, payload);
  }
  return AddFragment(header, payload);
}

void BatchAssembler::Drop() {
  inside_ = headless_ = false;
  bytes_.clear();
}

Status BatchAssembler::AddBatches(const FrameHeader& header,
                                  std::string_view payload) {
  Sequence last = header.prev_last;
  while (!payload.empty()) {
    uint32_t size = 0;
    Sequence sequence = 0;
    if (!base::GetLittle(&payload, &size) ||
        !base::GetLittle(&payload, &sequence) || payload.size() < size ||
        sequence <= last || sequence > header.last) {
      return Malformed();
    }
    if (sequence > flushed_) TRY(apply_(sequence, payload.substr(0, size)));
    payload.remove_prefix(size);
    last = sequence;
  }
  return last == header.last ? Status::Ok() : Malformed();
}

Status BatchAssembler::AddFragment(const FrameHeader& header,
                                   std::string_view payload) {
  if (header.Has(kFrameFirst)) {
    if (payload.size() < kBatchHeaderBytes) return Malformed();
    bytes_wanted_ =
        kBatchHeaderBytes + base::LoadLittle<uint32_t>(payload.data());
    inside_ = true;
    headless_ = false;
  } else if (!inside_) {
    inside_ = headless_ = true;
  }
  if (!headless_) {
    if (payload.size() > bytes_wanted_ - bytes_.size()) return Malformed();
    bytes_.append(payload);
  }
  if (header.Has(kFrameLast)) return EndBatch(header);
  return header.last == header.prev_last ? Status::Ok() : Malformed();
}

Status BatchAssembler::EndBatch(const FrameHeader& header) {
  Status status;
  if (headless_) {
    // Its first segment was given up, so the tables must have it.
    if (header.last > flushed_) {
      status = Status::Corruption("a batch has lost its beginning");
    }
  } else {
    const std::string_view whole = bytes_;
    const auto sequence = base::LoadLittle<Sequence>(whole.data() + 4);
    if (whole.size() != bytes_wanted_ || sequence != header.last ||
        sequence <= header.prev_last) {
      status = Malformed();
    } else if (sequence > flushed_) {
      status = apply_(sequence, whole.substr(kBatchHeaderBytes));
    }
  }
  Drop();
  return status;
}

}  // namespace lsm
