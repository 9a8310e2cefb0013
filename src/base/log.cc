// The one file that includes spdlog. It is compiled with exceptions, which
// spdlog throws; none leaves this file.

#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/mutex.h"

namespace base {
namespace {

std::atomic<char> role = 'M';

class RoleFlag : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg&, const std::tm&,
              spdlog::memory_buf_t& line) override {
    line.push_back(role.load(std::memory_order_relaxed));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<RoleFlag>();
  }
};

class MarkFlag : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    switch (message.level) {
      case spdlog::level::trace:
        line.push_back('.');
        break;
      case spdlog::level::debug:
        line.push_back('-');
        break;
      case spdlog::level::info:
        line.push_back('*');
        break;
      default:
        line.push_back('#');
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<MarkFlag>();
  }
};

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::trace;
    case LogLevel::kVerbose:
      return spdlog::level::debug;
    case LogLevel::kNotice:
      return spdlog::level::info;
    case LogLevel::kWarning:
      break;
  }
  return spdlog::level::warn;
}

std::unique_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<RoleFlag>('*');
  formatter->add_flag<MarkFlag>('@');
  formatter->set_pattern("%P:%* %d %b %Y %H:%M:%S.%e %@ %v");
  auto logger = std::make_unique<spdlog::logger>("redbed", std::move(sink));
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::trace);  // LogEnabled has decided.
  logger->flush_on(spdlog::level::trace);
  return logger;
}

// spdlog would make the missing directories of a mistyped path.
Status CheckAppendable(const std::string& path) {
  if (path.empty()) return Status::Ok();
  std::FILE* const file = std::fopen(path.c_str(), "a");
  if (file == nullptr) return Status::FromErrno("open log", path, errno);
  std::fclose(file);
  return Status::Ok();
}

// Where the lines go. The sinks have no lock of their own.
class Destination {
 public:
  Status Open(const std::string& path) {
    TRY(CheckAppendable(path));
    spdlog::sink_ptr sink;
    try {
      if (path.empty()) {
        sink = std::make_shared<spdlog::sinks::stdout_sink_st>();
      } else {
        sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path);
      }
    } catch (const std::exception& error) {
      return Status::Io(StrCat("log: ", path, ": ", error.what()));
    }
    MutexLock lock(mutex_);
    path_ = path;
    logger_ = MakeLogger(std::move(sink));
    return Status::Ok();
  }

  std::string path() {
    MutexLock lock(mutex_);
    return path_;
  }

  void Write(LogLevel level, std::string_view text) {
    MutexLock lock(mutex_);
    if (logger_ == nullptr) {
      logger_ = MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_st>());
    }
    logger_->log(SpdlogLevel(level),
                 spdlog::string_view_t(text.data(), text.size()));
  }

 private:
  Mutex mutex_;
  std::string path_ GUARDED_BY(mutex_);
  std::unique_ptr<spdlog::logger> logger_ GUARDED_BY(mutex_);
};

// Never destroyed: threads may log while the process ends.
Destination& TheDestination() {
  static Destination* const destination = new Destination;
  return *destination;
}

std::atomic<LogLevel> least_level = LogLevel::kWarning;

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out.append("\\n");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      out.append(hex);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

Status OpenLog(const std::string& path, LogLevel level) {
  TRY(TheDestination().Open(path));
  SetLogLevel(level);
  return Status::Ok();
}

Status ReopenLog() { return TheDestination().Open(TheDestination().path()); }

void SetLogLevel(LogLevel level) {
  least_level.store(level, std::memory_order_relaxed);
}

bool LogEnabled(LogLevel level) {
  return level >= least_level.load(std::memory_order_relaxed);
}

void SetLogRole(char letter) { role.store(letter, std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view text) {
  if (LogEnabled(level)) TheDestination().Write(level, Escaped(text));
}

}  // namespace base
