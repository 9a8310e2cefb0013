#include "lsm/engine_history.h"

#include <memory>

#include "base/random.h"

namespace lsm {

using support::CrashFileSystem;

std::string LiveThrice(uint64_t seed, uint64_t crash_at, int steps,
                       const ModelOptions& options) {
  base::Random random(seed * 1'000'003 + crash_at);
  EngineModel model(seed, options);
  auto disk = std::make_shared<CrashFileSystem>();
  // Ends a life; what is found then is the disk of the next one.
  const auto crash = [&] {
    const bool killed = random.OneIn(4);
    model.Crash(killed);
    const auto next = [&] {
      std::shared_ptr<CrashFileSystem> found =
          killed ? disk->Kill() : disk->Crash(random.Next());
      found->SetFreeBytes(uint64_t{1} << 40);
      return found;
    };
    for (int i = 0; i < options.cuts && !killed; ++i) model.Try(next());
    disk = next();
    return model.violation().empty();
  };

  disk->CrashAt(crash_at);
  if (model.Open(disk).ok()) (void)model.Run(steps).ok();
  if (!crash()) return model.violation();

  disk->CrashAt(1 + random.Below(12));
  if (model.Reopen(disk).ok()) (void)model.Run(steps / 4).ok();
  if (!crash()) return model.violation();

  for (int life = 0; life < 2; ++life) {
    const base::Status status = model.Reopen(disk);
    if (!status.ok()) {
      return "does not open again: " + status.ToString() + model.violation();
    }
    if (life == 1) break;
    (void)model.Run(steps / 4).ok();
    if (!crash()) return model.violation();
  }
  const base::Status status = model.CompactAll();
  if (!status.ok()) return "does not compact: " + status.ToString();
  model.CheckEverything();
  return model.violation();
}

}  // namespace lsm
