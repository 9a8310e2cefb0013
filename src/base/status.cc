#include "base/status.h"

#include <cerrno>
#include <cstring>

namespace base {

const Status::Rep Status::kMissRep = {Code::kMiss, 0, {}};

const Status::Rep* Status::Clone(const Rep* rep) {
  return rep == nullptr || rep == &kMissRep ? rep : new Rep(*rep);
}

Status Status::Miss() { return Status(&kMissRep); }

Status Status::Invalid(std::string_view message) {
  return Status(new Rep{Code::kInvalid, 0, std::string(message)});
}

Status Status::NoRoom(std::string_view message) {
  return Status(new Rep{Code::kNoRoom, 0, std::string(message)});
}

Status Status::Io(std::string_view message) {
  return Status(new Rep{Code::kIo, 0, std::string(message)});
}

namespace {

std::string ErrnoMessage(std::string_view what, std::string_view path,
                         int error_number) {
  std::string message(what);
  message.append(": ").append(path).append(": ");
  message.append(std::strerror(error_number));
  return message;
}

}  // namespace

Status Status::Io(std::string_view what, std::string_view path,
                  int error_number) {
  return Status(
      new Rep{Code::kIo, error_number, ErrnoMessage(what, path, error_number)});
}

Status Status::FromErrno(std::string_view what, std::string_view path,
                         int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return Status(new Rep{full ? Code::kNoRoom : Code::kIo, error_number,
                        ErrnoMessage(what, path, error_number)});
}

Status Status::Corruption(std::string_view message) {
  return Status(new Rep{Code::kCorruption, 0, std::string(message)});
}

Code Status::code() const { return rep_ == nullptr ? Code::kOk : rep_->code; }

std::string_view Status::message() const {
  return rep_ == nullptr ? std::string_view() : rep_->message;
}

int Status::error_number() const {
  return rep_ == nullptr ? 0 : rep_->error_number;
}

Status Status::With(std::string_view context) const {
  if (ok() || IsMiss()) return *this;
  std::string message(context);
  message.append(": ").append(rep_->message);
  return Status(new Rep{rep_->code, rep_->error_number, std::move(message)});
}

std::string Status::ToString() const {
  constexpr const char* kNames[] = {"Ok", "Invalid",    "NoRoom",
                                    "Io", "Corruption", "Miss"};
  std::string text = kNames[static_cast<int>(code())];
  if (!message().empty()) text.append(": ").append(message());
  return text;
}

}  // namespace base
