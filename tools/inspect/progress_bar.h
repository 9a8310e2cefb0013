// ProgressBar shows on a terminal how far long work has come; elsewhere it is
// silent.
//
// Threads: one holder at a time.

#pragma once

#include <cstdint>
#include <string>

namespace inspect {

class ProgressBar {
 public:
  // `what` stands before the bar.
  explicit ProgressBar(std::string what);
  // Wipes the bar.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(uint64_t done, uint64_t all);
  // Makes room for a line of output.
  void Wipe();

 private:
  const std::string what_;
  const bool is_terminal_;
  int shown_percent_ = -1;
  bool visible_ = false;
};

}  // namespace inspect
