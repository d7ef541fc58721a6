// A workspaces::Store for tests: remembers which workspaces there are and what was asked of it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "hub/workspaces/store.h"

namespace tributary::hub::gateway {

class FakeStore final : public workspaces::Store {
 public:
  Result<void> create(std::string_view id) override {
    ids.insert(std::string(id));
    return {};
  }
  Result<void> remove(std::string_view id) override {
    if (fail_remove) return Error(Code::unavailable, "disk is full");
    ids.erase(std::string(id));
    return {};
  }
  void configure(std::string_view id, const workspaces::WorkspaceSettings& with) override {
    settings[std::string(id)] = with;
  }
  workspaces::WriteOutcome write(std::string_view id, const workspaces::WriteCall& call) override {
    note("write " + std::string(id) + " " + std::string(call.body));
    return outcome;
  }
  workspaces::Answer call(std::string_view id, const workspaces::ApiCall& call) override {
    std::string text = "call " + std::string(id) + " " + std::string(call.path);
    for (const auto& [name, value] : call.params) text += " " + name + "=" + value;
    note(std::move(text));
    return {.status = 200, .content_type = "application/json", .body = answer};
  }

  Result<workspaces::Usage> usage(std::string_view) override {
    return workspaces::Usage{.active_series = 42};
  }

  void note(std::string text) {
    const std::lock_guard lock(mutex);
    calls.push_back(std::move(text));
  }

  std::mutex mutex;
  std::map<std::string, workspaces::WorkspaceSettings> settings;
  std::set<std::string> ids;
  std::vector<std::string> calls;
  std::string answer = "{}";
  workspaces::WriteOutcome outcome{.answer = {.status = 204, .headers = {{"X-Written", "1"}}}};
  bool fail_remove = false;
};

}  // namespace tributary::hub::gateway
