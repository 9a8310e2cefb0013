// A whole server on a disk in memory, and clients that talk to it through real
// sockets.
//
// Threads: one holder at a time; the server has a thread of its own.

#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/settings.h"
#include "base/settings_file.h"
#include "base/strings.h"
#include "commands/settings_table.h"
#include "server/house.h"
#include "support/crash_file_system.h"
#include "support/temporary_directory.h"

namespace server {

// A connection that speaks inline commands and compares bytes.
class Client {
 public:
  explicit Client(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address),
                      sizeof address),
              0)
        << strerror(errno);
    // Only for a server that fails the test.
    const timeval patience = {.tv_sec = 30, .tv_usec = 0};
    EXPECT_EQ(
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
        0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view line) {
    const std::string request = base::StrCat(line, "\r\n");
    ASSERT_EQ(send(fd_, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
  }
  // Waits for this many bytes.
  std::string Receive(size_t size) {
    std::string bytes(size, '\0');
    size_t got = 0;
    while (got < size) {
      const ssize_t n = recv(fd_, &bytes[got], size - got, 0);
      if (n <= 0) break;
      got += static_cast<size_t>(n);
    }
    bytes.resize(got);
    return bytes;
  }
  void Expect(std::string_view line, std::string_view reply) {
    Send(line);
    EXPECT_EQ(Receive(reply.size()), reply) << line;
  }
  bool HasReply() {
    char byte;
    return recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }

 private:
  const int fd_;
};

// A server in a thread of its own, on a disk that lives in memory.
class RunningHouse {
 public:
  RunningHouse() : settings_(commands::SettingRows()) {
    const std::vector<std::string> words = {"--port",
                                            "0",
                                            "--appendfsync",
                                            "always",
                                            "--unixsocket",
                                            path(),
                                            "--dir",
                                            "/data",
                                            "--enable-debug-command",
                                            "yes"};
    CHECK(base::LoadSettingsArguments(words, &settings_).ok());
    std::promise<void> opened;
    std::future<void> is_open = opened.get_future();
    thread_ = std::thread(
        [this, opened = std::move(opened)]() mutable { Run(&opened); });
    is_open.wait();
  }
  ~RunningHouse() {
    disk_.ReleaseLogWrites();
    Client(path()).Send("SHUTDOWN");
    thread_.join();
    EXPECT_EQ(exit_code_, 0);
  }

  std::string path() const { return directory_.Path("socket"); }
  support::CrashFileSystem& disk() { return disk_; }

 private:
  void Run(std::promise<void>* opened) {
    House house(&settings_, "", &disk_);
    const base::Status status = house.Open();
    opened->set_value();
    ASSERT_TRUE(status.ok()) << status.message();
    exit_code_ = house.Run();
  }

  support::TemporaryDirectory directory_;
  support::CrashFileSystem disk_;
  base::Settings settings_;
  int exit_code_ = -1;
  std::thread thread_;
};

}  // namespace server
