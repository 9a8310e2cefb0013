#include "lsm/scheduler.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "base/check.h"
#include "base/mutex.h"

namespace lsm {
namespace {

constexpr std::array<const char*, kLanes> kThreadNames = {
    "redbed-flush",  "redbed-compact", "redbed-cleanup",
    "redbed-expiry", "redbed-sync",    "redbed-save"};

// Compaction gives way to the loop and the log on a busy machine. Where the
// system refuses, it simply does not.
void LowerPriority() {
  sched_param param = {};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10);
}

}  // namespace

// One slot for a job that waits, and the thread that empties it.
class Scheduler::LaneThread {
 public:
  LaneThread(Lane lane, bool threads) : lane_(lane) {
    if (threads) thread_ = std::thread([this] { Run(); });
  }
  ~LaneThread() { Stop(); }

  void Start(Job job) {
    base::MutexLock lock(mutex_);
    CHECK(!job_);
    if (stopping_) return;
    job_ = std::move(job);
    changed_.SignalAll();
  }

  bool Idle() {
    base::MutexLock lock(mutex_);
    return !job_ && !running_;
  }

  bool RunHere() {
    Job job = Take();
    if (!job) return false;
    job();
    Finish();
    return true;
  }

  void Stop() {
    {
      base::MutexLock lock(mutex_);
      stopping_ = true;
      job_ = nullptr;
      changed_.SignalAll();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  Job Take() {
    base::MutexLock lock(mutex_);
    if (!job_) return nullptr;
    running_ = true;
    return std::exchange(job_, nullptr);
  }

  void Finish() {
    base::MutexLock lock(mutex_);
    running_ = false;
  }

  bool WaitForJob() {
    base::MutexLock lock(mutex_);
    while (!job_ && !stopping_) changed_.Wait(mutex_);
    return !stopping_;
  }

  void Run() {
    pthread_setname_np(pthread_self(), kThreadNames[static_cast<int>(lane_)]);
    if (lane_ != Lane::kFlush && lane_ != Lane::kSync) LowerPriority();
    while (WaitForJob()) RunHere();
  }

  const Lane lane_;
  std::thread thread_;

  base::Mutex mutex_;
  base::CondVar changed_;
  Job job_ GUARDED_BY(mutex_);
  bool running_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

Scheduler::Scheduler(bool threads) : threads_(threads) {
  for (int i = 0; i < kLanes; ++i) {
    lanes_[i] = std::make_unique<LaneThread>(static_cast<Lane>(i), threads);
  }
}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::Start(Lane lane, Job job) {
  lanes_[static_cast<int>(lane)]->Start(std::move(job));
}

bool Scheduler::Idle(Lane lane) const {
  return lanes_[static_cast<int>(lane)]->Idle();
}

bool Scheduler::RunOne() {
  CHECK(!threads_);
  for (auto& lane : lanes_) {
    if (lane->RunHere()) return true;
  }
  return false;
}

void Scheduler::Stop() {
  stopping_.store(true, std::memory_order_relaxed);
  for (auto& lane : lanes_) lane->Stop();
}

}  // namespace lsm
