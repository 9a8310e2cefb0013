// What the model reads back, and how it judges it.

#include <cerrno>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/strings.h"
#include "lsm/engine_model.h"

namespace lsm {

base::Result<std::optional<EngineModel::ValueId>> EngineModel::ReadKey(
    const std::string& key) {
  const uint64_t hash = HashKey(key);
  Lookup lookup = engine_->Get(key, hash);
  if (lookup.found == Found::kMiss) {
    TRY(engine_->Fetch({&key, 1}));
    lookup = engine_->Get(key, hash);
    CHECK(lookup.found != Found::kMiss);
  }
  if (lookup.found == Found::kAbsent) return std::optional<ValueId>();
  return std::optional<ValueId>(IdOf(lookup.value));
}

base::Result<EngineModel::State> EngineModel::ReadState() {
  State state;
  const std::string scope_row = kScopeRow;
  if (engine_->Get(scope_row, HashKey(scope_row)).found == Found::kMiss) {
    TRY(engine_->Fetch({&scope_row, 1}));
  }
  const Lookup scope = engine_->Get(scope_row, HashKey(scope_row));
  if (scope.found == Found::kValue) {
    state.scope = base::LoadBig<uint32_t>(scope.value.data());
  }
  TRY(ReadRows(&state));
  TRY(engine_->Settle());
  state.counter = engine_->counter(CounterOf(state.scope));
  return state;
}

base::Status EngineModel::ReadRows(State* state) {
  const std::string prefix = ScopePrefix(state->scope);
  auto range = engine_->NewRange(prefix, ScopePrefix(state->scope + 1));
  for (; range->Valid(); range->Next()) {
    state->rows.emplace(range->key().substr(prefix.size()),
                        IdOf(range->value()));
  }
  return range->status();
}

void EngineModel::CheckReadError(const base::Status& status) {
  (void)Tolerate(status).ok();
  if (status.message().find(".sst") == std::string_view::npos) {
    Violate("an error names no file: " + status.ToString());
  }
  // Neither a read that fails nor the end of the power is an excuse.
  if (status.error_number() == ENOENT) {
    Violate("a file was removed under its reader: " + status.ToString());
  }
}

void EngineModel::CheckKey(const std::string& name) {
  const State& expected = states_.back();
  const auto value = ReadKey(RowKey(expected.scope, name));
  if (!value.ok()) return CheckReadError(value.status());
  const auto it = expected.rows.find(name);
  const bool same =
      it == expected.rows.end() ? !value.value() : value.value() == it->second;
  if (!same) Violate(name + " has not the value that was written last");
}

// The answer comes at any later step, whatever was written until then.
void EngineModel::AskForSomething() {
  const uint32_t scope = states_.back().scope;
  std::vector<std::string> names;
  std::vector<std::string> keys;
  for (uint64_t i = random_.Below(4) + 1; i > 0; --i) {
    names.push_back(base::StrCat("name", random_.Below(options_.names)));
    keys.push_back(RowKey(scope, names.back()));
  }
  ++unanswered_;
  const auto check = [this, names](const base::Status& status) {
    --unanswered_;
    if (!status.ok()) return CheckReadError(status);
    for (const std::string& name : names) CheckKey(name);
  };
  if (!engine_->FetchAsync(keys, check)) check(base::Status::Ok());
}

void EngineModel::CheckEverything() {
  const State& expected = states_.back();
  State found;
  found.scope = expected.scope;
  const base::Status status = ReadRows(&found);
  if (!status.ok()) {
    if (Tolerate(status).ok()) return;
    Violate("a range cannot be read: " + status.ToString());
  }
  if (found.rows != expected.rows) Violate("a range shows other rows");
  // What a full disk or a failed log does not let be written is owed on.
  if (engine_->Settle().ok() &&
      engine_->counter(CounterOf(expected.scope)) != expected.counter) {
    Violate("the counter is wrong");
  }
  for (int i = 0; i < options_.names; ++i) {
    CheckKey(base::StrCat("name", i));
  }
}

}  // namespace lsm
