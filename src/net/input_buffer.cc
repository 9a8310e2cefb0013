#include "net/input_buffer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace net {
namespace {

// What is larger is given back as soon as it is empty.
constexpr size_t kOwnBytesKept = 256 << 10;

}  // namespace

std::span<char> InputBuffer::Room(size_t bytes_wanted) {
  const size_t unread_bytes = end_ - begin_;
  if (unread_bytes == 0) {
    data_ = shared_.data();
    begin_ = end_ = 0;
    return shared_;
  }
  DCHECK(!is_shared());
  const size_t needed = std::max(bytes_wanted, unread_bytes + 1);
  const size_t room = begin_ + needed > capacity_ ? 0 : capacity_ - end_;
  if (room < std::min(kReadBytesMin, needed - unread_bytes) || room == 0) {
    const size_t wished = std::max(needed, unread_bytes + kReadBytesMin);
    if (wished > capacity_) {
      MoveTo(std::max(wished, 2 * unread_bytes));
    } else {
      std::memmove(data_, data_ + begin_, unread_bytes);
      begin_ = 0;
      end_ = unread_bytes;
    }
  }
  return {data_ + end_, std::min(capacity_ - end_, kReadBytesMax)};
}

void InputBuffer::Filled(size_t bytes) {
  end_ += bytes;
  used_ |= !is_shared();
}

void InputBuffer::Consume(size_t bytes) {
  DCHECK(bytes <= end_ - begin_);
  begin_ += bytes;
  if (begin_ < end_) return;
  begin_ = end_ = 0;
  if (capacity_ > kOwnBytesKept) Free();
}

void InputBuffer::Settle() {
  if (!is_shared()) return;
  const size_t unread_bytes = end_ - begin_;
  if (unread_bytes > capacity_) {
    MoveTo(std::max(kReadBytesMin, 2 * unread_bytes));
    return;
  }
  if (unread_bytes > 0) {
    std::memcpy(own_.get(), data_ + begin_, unread_bytes);
    used_ = true;
  }
  data_ = own_.get();
  begin_ = 0;
  end_ = unread_bytes;
}

void InputBuffer::Trim() {
  if (!used_ && begin_ == end_ && !is_shared()) Free();
  used_ = false;
}

void InputBuffer::MoveTo(size_t capacity) {
  const size_t unread_bytes = end_ - begin_;
  // Not value-initialized: pages of a large buffer stay untouched.
  std::unique_ptr<char[]> larger(new char[capacity]);
  std::memcpy(larger.get(), data_ + begin_, unread_bytes);
  own_ = std::move(larger);
  capacity_ = capacity;
  used_ = true;
  data_ = own_.get();
  begin_ = 0;
  end_ = unread_bytes;
}

void InputBuffer::Free() {
  if (!is_shared()) data_ = nullptr;
  own_.reset();
  capacity_ = 0;
}

}  // namespace net
