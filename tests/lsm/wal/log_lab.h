// LogLab stands in for the engine around a log: it lists segments, records
// cuts, "flushes", and knows what must be there after a crash.
//
//   LogLab lab(setup, seed);
//   lab.Live(fs, random);            // Opens, appends, submits, flushes.
//   lab.Recover(disk, promised)      // Empty, or what was violated.
//
// The MANIFEST is a struct here that survives everything, so that whatever
// goes wrong is the log's doing.
//
// Threads: the test's one thread.

#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "lsm/wal/interleaving_file_system.h"
#include "lsm/wal/log.h"
#include "lsm/wal/recovery.h"
#include "support/crash_file_system.h"
#include "support/manual_clock.h"

namespace lsm {

inline constexpr char kLogDirectory[] = "db";

// The bytes of a batch follow from its sequence alone.
inline std::string BatchOf(Sequence sequence) {
  base::Random random(sequence);
  const uint64_t kind = random.Below(40);
  size_t size = random.Below(60);
  if (kind < 8) size = 1000 + random.Below(9000);
  if (kind == 8) size = 60'000 + random.Below(120'000);  // Fragments.
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; i += 7) {
    bytes[i] = static_cast<char>(random.Next());
  }
  return bytes;
}

class LogLab {
 public:
  struct Setup {
    SyncPolicy policy = SyncPolicy::kAlways;
    bool direct = true;
    int depth = 1;
    bool preallocate = true;
    size_t frame_bytes_max = size_t{1} << 20;
    bool flushes = true;
    bool switches_policy = false;
    bool fails_a_sync = false;
    int ticks = 24;
    LogFaults faults;
  };

  explicit LogLab(const Setup& setup) : setup_(setup) {}

  // One life of the database on `fs`, until an error or the last tick. Never
  // closes the log: what follows is a crash. Returns the promise: everything
  // up to it must survive.
  struct Promise {
    Sequence synced = 0;    // A power cut.
    Sequence released = 0;  // Kill -9.
  };
  Promise Live(support::CrashFileSystem* fs, base::Random* random) {
    InterleavingFileSystem interleaving(fs);
    promise_ = {last(), last()};
    random_ = random;
    if (!OpenLog(&interleaving)) return promise_;
    int nested = 0;
    interleaving.SetHook([&] {
      // An inline write keeps the owner busy itself.
      if (++nested < setup_.depth && !inline_ && random_->OneIn(2)) Tick();
      --nested;
    });
    for (int i = 0; i < setup_.ticks && log_->error().ok(); ++i) {
      Tick();
      Between(fs);
    }
    // The numbers as they were when the power went: closing may raise them
    // no more, because every operation fails by now.
    NotePromise();
    // What a failed sync left in the page cache is not believed again.
    if (!log_->error().ok()) promise_.released = promise_.synced;
    interleaving.SetHook(nullptr);
    fs->CutPower();
    log_.reset();
    return promise_;
  }

  // Reads the log of `fs` back. Empty if all is as promised; the lab is then
  // ready for the next Live.
  std::string Recover(base::FileSystem* fs, Sequence promised) {
    recovered_.clear();
    std::string wrong;
    auto end =
        ReplayLog(Request(fs), [&](Sequence sequence, std::string_view batch) {
          if (batch != BatchOf(sequence)) {
            wrong = base::StrCat("batch ", sequence, " has other bytes");
          }
          recovered_.push_back(sequence);
          return base::Status::Ok();
        });
    if (!end.ok()) return "refused: " + end.status().ToString();
    if (!wrong.empty()) return wrong;
    end_ = std::move(end).value();
    wrong = Compare(promised);
    if (!wrong.empty()) return wrong;
    std::erase_if(appended_, [&](Sequence s) { return s > last(); });
    next_sequence_ = std::max(next_sequence_, end_.highest_seen + 1);
    number_ =
        std::max(number_, HighestSegmentNumber(fs, kLogDirectory).value());
    return "";
  }

  ReplayRequest Request(base::FileSystem* fs) const {
    ReplayRequest request;
    request.fs = fs;
    request.directory = kLogDirectory;
    request.segments = listed_;
    request.cuts = cuts_;
    request.flushed = flushed_;
    request.faults = setup_.faults;
    return request;
  }

  Sequence last() const { return std::max(end_.last, flushed_); }

 private:
  bool OpenLog(base::FileSystem* fs) {
    LogOptions options;
    options.fs = fs;
    options.clock = &clock_;
    options.directory = kLogDirectory;
    options.policy = setup_.policy;
    options.segment_bytes = kSegmentBytesMin;
    options.preallocate = setup_.preallocate;
    options.direct = setup_.direct;
    options.depth = setup_.depth;
    options.frame_bytes_max = setup_.frame_bytes_max;
    options.threads = false;
    options.faults = setup_.faults;
    options.list_segment = [this](uint64_t number) {
      listed_.push_back(number);
      number_ = std::max(number_, number);
      return base::Status::Ok();
    };
    LogStart start{++number_, last(), end_.link, end_.segments};
    auto log = Log::Open(options, start);
    if (!log.ok()) return false;
    log_ = std::move(log).value();
    // The new MANIFEST.
    listed_ = end_.segments;
    std::erase_if(cuts_, [this](const RecordedCut& cut) {
      return std::find(listed_.begin(), listed_.end(), cut.segment) ==
             listed_.end();
    });
    if (end_.cut) {
      cuts_.push_back({end_.cut->segment, end_.cut->offset, start.number});
    }
    listed_.push_back(start.number);
    return true;
  }

  void Tick() {
    for (uint64_t i = random_->Below(4); i > 0; --i) {
      next_sequence_ += 1 + random_->Below(3);
      appended_.push_back(next_sequence_);
      log_->Append(next_sequence_, BatchOf(next_sequence_));
    }
    inline_ = random_->OneIn(4);
    const bool done = inline_ && log_->SubmitInline();
    inline_ = false;
    if (!done) log_->Submit();
    NotePromise();
  }

  void Between(support::CrashFileSystem* fs) {
    switch (random_->Below(6)) {
      case 0:
        clock_.Advance(100'000);
        log_->Step();
        break;
      case 1:
        clock_.Advance(1'100'000);
        log_->Step();
        break;
      case 2:
        if (setup_.flushes) Flush();
        break;
      case 3:
        if (setup_.switches_policy) {
          (void)log_->SetPolicy(static_cast<SyncPolicy>(random_->Below(3)))
              .ok();
        }
        break;
      case 4:
        if (setup_.fails_a_sync) {
          fs->FailOnce(support::CrashFileSystem::Op::kSync, "wal-");
        }
        break;
      default:
        break;
    }
    NotePromise();
  }

  void Flush() {
    if (!log_->Sync(log_->released()).ok()) return;
    flushed_ = std::max(flushed_, log_->synced());
    const std::vector<uint64_t> numbers = log_->SegmentsUpTo(flushed_);
    std::erase_if(listed_, [&](uint64_t number) {
      return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    });
    log_->GiveUp(numbers);
  }

  void NotePromise() {
    promise_.synced = std::max(promise_.synced, log_->synced());
    promise_.released = std::max(promise_.released, log_->released());
  }

  // What was recovered is a prefix of what was appended, whole, in order, and
  // goes as far as promised.
  std::string Compare(Sequence promised) const {
    if (std::max(end_.last, flushed_) < promised) {
      return base::StrCat("promised ", promised, ", recovered up to ",
                          end_.last);
    }
    std::vector<Sequence> expected;
    for (const Sequence sequence : appended_) {
      if (sequence > flushed_ && sequence <= end_.last) {
        expected.push_back(sequence);
      }
    }
    if (expected != recovered_) {
      return base::StrCat("recovered ", recovered_.size(), " batches of ",
                          expected.size(), " up to ", end_.last);
    }
    return "";
  }

  const Setup setup_;
  support::ManualClock clock_;
  base::Random* random_ = nullptr;
  std::unique_ptr<Log> log_;
  bool inline_ = false;
  Promise promise_;

  // The MANIFEST.
  std::vector<uint64_t> listed_;
  std::vector<RecordedCut> cuts_;
  Sequence flushed_ = 0;
  uint64_t number_ = 0;

  // What was written, and what came back.
  std::vector<Sequence> appended_;
  Sequence next_sequence_ = 1000;
  std::vector<Sequence> recovered_;
  LogEnd end_;
};

// A whole story: three lives, each ended by a power cut at an operation that
// follows from the seed, each read back twice (the first reading is cut too).
// `crash_op`: where the first life ends; 0: after its last tick. Sets
// `*ops` to the length of the first life. Returns the violation, if any.
inline std::string ThreeLives(const LogLab::Setup& setup, uint64_t seed,
                              uint64_t crash_op, uint64_t* ops) {
  base::Random random(seed);
  LogLab lab(setup);
  auto fs = std::make_unique<support::CrashFileSystem>();
  if (!fs->CreateDirectory(kLogDirectory).ok() ||
      !fs->SyncDirectory("/").ok()) {
    return "no directory";
  }
  for (int life = 1; life <= 3; ++life) {
    if (life > 1) crash_op = fs->ops() + 1 + random.Below(120);
    if (crash_op > 0) fs->CrashAt(crash_op);
    const LogLab::Promise promise = lab.Live(fs.get(), &random);
    if (life == 1 && ops != nullptr) *ops = fs->ops();
    const bool kill = random.OneIn(5) && fs->crash_op().empty();
    fs = kill ? fs->Kill() : fs->Crash(random.Next());
    Sequence promised = kill ? promise.released : promise.synced;
    // A recovery that is itself cut off changes nothing.
    if (random.OneIn(2)) {
      fs->CrashAt(1 + random.Below(6));
      (void)ReplayLog(lab.Request(fs.get()), [](Sequence, std::string_view) {
        return base::Status::Ok();
      }).ok();
      fs = fs->Crash(random.Next());
      promised = promise.synced;
    }
    const std::string wrong = lab.Recover(fs.get(), promised);
    if (!wrong.empty()) {
      return base::StrCat("life ", life, ", cut at ", crash_op, ": ", wrong);
    }
  }
  return "";
}

}  // namespace lsm
