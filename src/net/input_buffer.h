// InputBuffer holds what a connection has received and not yet executed.
//
// Most reads hold whole requests, so they go into an area that all connections
// of a loop share, and nothing is kept. Only what is left over when the
// connection is done for now moves into memory of its own; further reads go
// there until it is used up.
//
//   shared area  [ request ][ request ][ half a re ]
//                                      |--- Settle --> own memory
//
// A value that was announced as large gets room for all of it at once: memory
// that is reserved and not written costs nothing, moving it again and again
// would.
//
// Invariants
//   - unread() is contiguous, and stays put until Room, Settle or Consume.
//   - Between two turns of its connection a buffer holds nothing in the
//     shared area.
//
// Threads: loop-bound.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace net {

class InputBuffer {
 public:
  // Reads are at least this large.
  static constexpr size_t kReadBytesMin = 16 << 10;
  static constexpr size_t kReadBytesMax = 1 << 20;

  // `shared` outlives the buffer.
  explicit InputBuffer(std::span<char> shared) : shared_(shared) {}

  // Where the next read goes; what was promised there is `bytes_wanted` in
  // all, counted from the front of unread().
  std::span<char> Room(size_t bytes_wanted);
  // So many bytes were read into the room.
  void Filled(size_t bytes);

  std::string_view unread() const { return {data_ + begin_, end_ - begin_}; }
  void Consume(size_t bytes);
  // Leaves the shared area to the others.
  void Settle();

  size_t memory_bytes() const { return capacity_; }
  size_t free_bytes() const { return capacity_ > end_ ? capacity_ - end_ : 0; }
  // Gives back memory that was not needed since the last call.
  void Trim();

 private:
  bool is_shared() const { return data_ == shared_.data(); }
  void MoveTo(size_t capacity);
  void Free();

  const std::span<char> shared_;
  std::unique_ptr<char[]> own_;
  size_t capacity_ = 0;   // Of own_.
  bool used_ = false;     // own_ was, since the last Trim.
  char* data_ = nullptr;  // The shared area or own_.
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace net
