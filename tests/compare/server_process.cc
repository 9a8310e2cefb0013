#include "compare/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/check.h"
#include "base/strings.h"
#include "compare/link.h"

namespace compare {
namespace {

constexpr int kStartsMax = 3;
constexpr int kReadySeconds = 60;
constexpr int kStopSeconds = 30;
constexpr useconds_t kPollUs = 20'000;

uint16_t FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(fd >= 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  CHECK(bind(fd, any, size) == 0);
  CHECK(getsockname(fd, any, &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

ServerProcess::ServerProcess(std::string name, std::string binary,
                             std::vector<std::string> arguments)
    : name_(std::move(name)),
      binary_(std::move(binary)),
      arguments_(std::move(arguments)) {
  // Somebody else may take the port between the asking and the binding.
  for (int i = 0; i < kStartsMax; ++i) {
    port_ = FreePort();
    Launch();
    if (BecomesReady()) return;
    if (pid_ >= 0) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  std::fprintf(stderr, "%s (%s) does not start:\n%s\n", name_.c_str(),
               binary_.c_str(), LogTail().c_str());
  std::exit(2);
}

ServerProcess::~ServerProcess() { Stop(); }

bool ServerProcess::Restart(bool by_kill) {
  if (by_kill) {
    if (Alive()) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
    pid_ = -1;
  } else if (!Stop()) {
    return false;
  }
  Launch();
  return BecomesReady();
}

bool ServerProcess::Stop() {
  if (!Alive()) return status_ == 0;
  kill(pid_, SIGTERM);
  for (int i = 0; i < kStopSeconds * 50; ++i) {
    if (!Alive()) {
      if (status_ == 0) return true;
      std::fprintf(stderr, "%s ends with status %d:\n%s\n", name_.c_str(),
                   status_, LogTail().c_str());
      return false;
    }
    usleep(kPollUs);
  }
  std::fprintf(stderr, "%s ignores SIGTERM and is killed\n", name_.c_str());
  kill(pid_, SIGKILL);
  waitpid(pid_, &status_, 0);
  pid_ = -1;
  return false;
}

void ServerProcess::Launch() {
  std::vector<std::string> words = {
      binary_,     "--port", base::StrCat(port_), "--bind",
      "127.0.0.1", "--dir",  directory_.path()};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string log = directory_.Path("log");

  const pid_t parent = getpid();
  pid_ = fork();
  CHECK(pid_ >= 0);
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  execv(argv[0], argv.data());
  std::perror(argv[0]);
  _exit(127);
}

bool ServerProcess::BecomesReady() {
  for (int i = 0; i < kReadySeconds * 50; ++i) {
    if (!Alive()) return false;
    Link link(port_);
    link.Send("PING\r\n");
    if (link.Receive(1) && link.TakeReply() == "+PONG\r\n") return true;
    usleep(kPollUs);
  }
  return false;
}

bool ServerProcess::Alive() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, &status_, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

std::string ServerProcess::LogTail() const {
  constexpr size_t kTailBytes = 4000;
  std::ifstream file(directory_.Path("log"), std::ios::binary);
  std::string log((std::istreambuf_iterator<char>(file)),
                  std::istreambuf_iterator<char>());
  if (log.size() > kTailBytes) log.erase(0, log.size() - kTailBytes);
  return log;
}

}  // namespace compare
