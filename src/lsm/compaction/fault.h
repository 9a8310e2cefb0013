// TableWriterFaults break the writing of tables on purpose, so that tests can
// show that they would notice. All false in real life.
//
// Threads: immutable.

#pragma once

namespace lsm {

struct TableWriterFaults {
  bool skip_file_sync = false;       // of a table
  bool skip_directory_sync = false;  // its name may be lost
  bool skip_blob_sync = false;       // of a blob file
  bool forget_old_blobs = false;     // that rows of the inputs refer to
};

}  // namespace lsm
