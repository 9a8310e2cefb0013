// LogFaults breaks the log on purpose, one promise at a time, so that tests
// can show that they would notice. All false in real life.
//
// Each switch stands for a mistake that engines like this one have made; the
// tests turn each one on and expect a promise to be seen broken: most in
// log_fault_test.cc, the witness and the evidence in log_damage_test.cc, the
// chain in recovery_test.cc.
//
// Threads: immutable.

#pragma once

namespace lsm {

struct LogFaults {
  // The writing side.
  bool skip_directory_sync = false;   // After rename of a new segment.
  bool retry_failed_sync = false;     // And believe the second answer.
  bool written_is_synced = false;     // `synced` rises at the write.
  bool finish_out_of_order = false;   // `synced` passes a frame in flight.
  bool skip_witness = false;          // No empty frame when idle or closing.
  bool use_before_listed = false;     // Frames before the MANIFEST knows.
  bool count_batch_at_begin = false;  // A fragment acknowledges its batch.

  // The reading side.
  bool believe_torn_frames = false;    // Payload checksums are not compared.
  bool ignore_chain = false;           // Nor is the order of the frames.
  bool ignore_evidence = false;        // Lost promises pass for a torn tail.
  bool skip_sync_before_read = false;  // Of a segment that is replayed.
};

}  // namespace lsm
