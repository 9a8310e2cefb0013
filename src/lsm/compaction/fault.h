// TableWriterFaults break the writing of tables on purpose, so that tests can
// show that they would notice. All false in real life.
//
// Threads: immutable.

#pragma once

namespace lsm {

struct TableWriterFaults {
  bool skip_file_sync = false;
  bool skip_directory_sync = false;
  bool skip_blob_sync = false;
  bool forget_old_blobs = false;  // that rows of the inputs refer to
};

}  // namespace lsm
