#include "inspect/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace inspect {
namespace {

constexpr int kWidth = 40;

}  // namespace

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), is_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { Wipe(); }

void ProgressBar::Show(uint64_t done, uint64_t all) {
  if (!is_terminal_ || all == 0) return;
  const int percent =
      static_cast<int>(100.0 * static_cast<double>(std::min(done, all)) /
                       static_cast<double>(all));
  if (visible_ && percent == shown_percent_) return;
  shown_percent_ = percent;
  visible_ = true;
  const int filled = percent * kWidth / 100;
  std::fprintf(stderr, "\r%s [%s%s] %3d %%", what_.c_str(),
               std::string(static_cast<size_t>(filled), '#').c_str(),
               std::string(static_cast<size_t>(kWidth - filled), '.').c_str(),
               percent);
  std::fflush(stderr);
}

void ProgressBar::Wipe() {
  if (!visible_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace inspect
