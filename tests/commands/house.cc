#include "commands/house.h"

#include "base/check.h"
#include "base/quoting.h"
#include "base/strings.h"
#include "commands/settings_table.h"

namespace commands {
namespace {

// Any fixed seed: two houses draw the same numbers.
constexpr uint64_t kSeed = 20231;

std::unique_ptr<lsm::Engine> OpenEngine(base::FileSystem* fs,
                                        base::Clock* clock) {
  lsm::Options options;
  options.fs = fs;
  options.clock = clock;
  options.directory = "/data";
  options.log_segment_bytes = 1 << 20;
  options.log_preallocate = false;
  options.background_threads = false;
  types::Describe(&options);
  auto engine = lsm::Engine::Open(std::move(options));
  CHECK(engine.ok());
  return std::move(engine).value();
}

std::string ShowLine(std::string_view* bytes) {
  const size_t end = bytes->find("\r\n");
  CHECK(end != std::string_view::npos);
  const std::string line(bytes->substr(0, end));
  bytes->remove_prefix(end + 2);
  return line;
}

std::string ShowItems(std::string_view* bytes, int64_t count) {
  if (count < 0) return "(nil)";
  if (count == 0) return "(empty array)";
  std::string shown;
  for (int64_t i = 1; i <= count; ++i) {
    const std::string number = base::StrCat(i, ") ");
    std::string item = ShowReply(bytes);
    // What has several lines is set off below its number.
    const std::string indent(number.size(), ' ');
    for (size_t at = item.find('\n'); at != std::string::npos;
         at = item.find('\n', at + 1)) {
      item.insert(at + 1, indent);
    }
    if (i > 1) shown += '\n';
    shown += number + item;
  }
  return shown;
}

}  // namespace

Wire::Wire(int number) : peer_(base::StrCat("127.0.0.1:", 50000 + number)) {}

House::House(Families families)
    : engine_(OpenEngine(&fs_, &clock_)),
      settings_(SettingRows()),
      table_(families),
      dispatcher_(&table_, &server_, kSeed),
      client_(&Connect()) {
  server_.dispatcher = &dispatcher_;
  server_.settings = &settings_;
  server_.host = this;
  server_.started_us = clock_.WallMicros();
  server_.version = "0.0.0";
  server_.saves.Configure({.directory = "/checkpoints"});
  settings_.OnChange([this](const base::SettingChange&) {
    rules_.password = settings_.Text("requirepass");
    server_.slow_log.SetLimits(settings_.Integer("slowlog-log-slower-than"),
                               settings_.Integer("slowlog-max-len"));
    return base::Status::Ok();
  });
  CHECK(data_.Attach(engine_.get()).ok());
}

Session& House::Connect() {
  wires_.push_back(std::make_unique<Wire>(static_cast<int>(wires_.size())));
  Session& session = *sessions_.Add(wires_.back().get(), clock_.WallMillis());
  session.authenticated = rules_.password.empty();
  return session;
}

Wire& House::wire(Session& session) {
  return *static_cast<Wire*>(session.transport);
}

base::Status House::Reload() {
  TRY(data_.Close());
  engine_.reset();
  engine_ = OpenEngine(&fs_, &clock_);
  return data_.Attach(engine_.get());
}

base::Status House::RewriteConfig() {
  return base::Status::Invalid(
      "ERR The server is running without a config file");
}

std::string House::Once(Session& session, std::string_view line) {
  const auto split = base::SplitWords(line);
  CHECK(split.has_value());
  const std::vector<std::string_view> words(split->begin(), split->end());
  std::string bytes;
  resp::Writer reply(&bytes, session.protocol);
  done_ = dispatcher_.Execute(session, words, reply);
  return bytes;
}

std::string House::Run(Session& session, std::string_view line) {
  std::string bytes = Once(session, line);
  engine_->Tick();
  while (done_.outcome == Outcome::kWaitsForRows) {
    ReadRows();
    bytes = Once(session, line);
    engine_->Tick();
  }
  if (done_.outcome == Outcome::kBlocked) {
    (void)engine_->Submit();
    engine_->Tick();
    while (session.blocked() && engine_->RunBackground()) engine_->Tick();
    bytes += wire(session).TakeDelivered();
  }
  return bytes;
}

void House::PutOnDisk() {
  bool flushed = false;
  engine_->Flush([&](const base::Status& status) {
    CHECK(status.ok());
    flushed = true;
  });
  (void)engine_->Submit();
  engine_->Tick();
  while (!flushed) {
    CHECK(engine_->RunBackground());
    (void)engine_->Submit();  // Settlements.
  }
  engine_->SetMemoryBytes(1);
  while (engine_->Tick()) {
  }
  engine_->SetMemoryBytes(uint64_t{1} << 30);
}

void House::ReadRows() {
  while (engine_->stats().reads_in_flight > 0) {
    CHECK(engine_->RunBackground());
  }
  if (engine_->unsettled() > 0) engine_->Tick();
  while (engine_->unsettled() > 0) CHECK(engine_->RunBackground());
}

std::string House::Show(Session& session, std::string_view line) {
  const std::string bytes = Run(session, line);
  std::string_view left = bytes;
  std::string shown;
  while (!left.empty()) {
    if (!shown.empty()) shown += '\n';
    shown += ShowReply(&left);
  }
  return shown;
}

void House::Wait(int64_t ms) {
  constexpr int64_t kStepMs = 100;
  for (; ms > 0; ms -= kStepMs) {
    clock_.Advance(std::min(ms, kStepMs) * 1000);
    sessions_.Tick(clock_.WallMillis());
    server_.waits.Tick(clock_.WallMillis());
    while (dispatcher_.ExpireDue(/*budget=*/100)) {
    }
    ReadRows();
  }
}

std::string ShowReply(std::string_view* bytes) {
  const std::string line = ShowLine(bytes);
  const std::string rest = line.substr(1);
  const int64_t number = base::ParseInt(rest).value_or(0);
  switch (line[0]) {
    case '+':
      return rest;
    case '-':
      return "(error) " + rest;
    case ':':
      return "(integer) " + rest;
    case '_':
      return "(nil)";
    case '#':
      return rest == "t" ? "(true)" : "(false)";
    case ',':
      return "(double) " + rest;
    case '(':
      return rest;
    case '=':
    case '$': {
      if (number < 0) return "(nil)";
      std::string text(bytes->substr(0, number));
      bytes->remove_prefix(number + 2);
      // Verbatim text begins with its format, such as "txt:".
      if (line[0] == '=') text.erase(0, 4);
      return base::Quoted(text);
    }
    case '*':
    case '~':
    case '>':
      return ShowItems(bytes, number);
    case '%':
      return ShowItems(bytes, number * 2);
  }
  CHECK(false);
  return {};
}

}  // namespace commands
