// Transcripts: what a client says and what it must hear, as a person would
// write it down.
//
//   # EX sets a time of death; a plain SET takes it away again.
//   > SET k v EX 10
//   OK
//   > TTL k
//   (integer) 10
//
// A line that begins with '#' tells what follows and begins a new case, on an
// empty server. Replies stand as redis-cli shows them. Between requests a line
// may steer the case:
//
//   ~ client b      the next requests come from another connection
//   ~ wait 1500     so many milliseconds pass
//   ~ debug on      DEBUG may be used
//
// A reply of ... may be anything: it is looked at elsewhere.
//
// Threads: values.

#pragma once

#include <string>
#include <vector>

namespace commands {

struct TranscriptStep {
  int line = 0;
  // One of the two is empty.
  std::string request;
  std::string steering;
  std::string reply;
};

struct TranscriptCase {
  int line = 0;
  std::string title;
  std::vector<TranscriptStep> steps;
};

// All transcripts of this folder, by file name.
std::vector<std::string> TranscriptFiles();
// CHECKs that the file can be read.
std::vector<TranscriptCase> ReadTranscript(const std::string& path);

}  // namespace commands
