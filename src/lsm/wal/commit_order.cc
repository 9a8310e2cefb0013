#include "lsm/wal/commit_order.h"

#include "base/check.h"

namespace lsm {

CommitOrder::CommitOrder(Sequence last, const LogFaults& faults)
    : faults_(faults) {
  started_.last = written_.last = synced_.last = last;
}

uint64_t CommitOrder::Start(Sequence last, uint64_t payload_bytes) {
  CHECK(CanStart());
  ++started_.ticket;
  started_.last = last;
  started_.bytes += payload_bytes;
  EntryOf(started_.ticket) = {started_, false, false};
  return started_.ticket;
}

void CommitOrder::Finish(uint64_t ticket, bool durable) {
  Entry& entry = EntryOf(ticket);
  DCHECK(entry.point.ticket == ticket && !entry.finished);
  entry.finished = true;
  entry.durable = durable || faults_.written_is_synced;
  while (written_.ticket < started_.ticket) {
    const Entry& next = EntryOf(written_.ticket + 1);
    if (!next.finished) break;
    if (!next.durable) cached_ticket_ = next.point.ticket;
    written_ = next.point;
  }
  if (!NeedsSync()) synced_ = written_;
  if (faults_.finish_out_of_order && entry.point.last > synced_.last) {
    synced_.last = entry.point.last;
  }
}

void CommitOrder::FinishSync(const CommitPoint& upto) {
  if (upto.ticket > covered_ticket_) covered_ticket_ = upto.ticket;
  if (upto.ticket > synced_.ticket) synced_ = upto;
  // Whatever followed the last cached frame was durable by itself.
  if (!NeedsSync()) synced_ = written_;
}

}  // namespace lsm
