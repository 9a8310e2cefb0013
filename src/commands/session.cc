#include "commands/session.h"

#include <cstring>

namespace commands {

QueuedCommand::QueuedCommand(CommandEntry* entry, resp::Words words)
    : entry_(entry) {
  for (const std::string_view word : words) bytes_size_ += word.size();
  bytes_ = std::make_unique_for_overwrite<char[]>(bytes_size_);
  words_.reserve(words.size());
  char* p = bytes_.get();
  for (const std::string_view word : words) {
    if (!word.empty()) std::memcpy(p, word.data(), word.size());
    words_.emplace_back(p, word.size());
    p += word.size();
  }
}

size_t QueuedCommand::memory_bytes() const {
  return sizeof *this + bytes_size_ + words_.capacity() * sizeof(words_[0]);
}

void Session::ClearQueue() {
  in_multi = false;
  multi_failed = false;
  watch_failed = false;
  queue.clear();
  queue.shrink_to_fit();
  queue_bytes = 0;
  queue_flags = 0;
}

}  // namespace commands
