// A workspaces::Store for tests: remembers which workspaces there are and what was asked of it.
#pragma once

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
  workspaces::Answer write(std::string_view id, std::string_view body) override {
    calls.push_back("write " + std::string(id) + " " + std::string(body));
    return {.status = 204};
  }
  workspaces::Answer read(std::string_view id, std::string_view path,
                          const workspaces::Params& params, std::stop_token) override {
    std::string call = "read " + std::string(id) + " " + std::string(path);
    for (const auto& [name, value] : params) call += " " + name + "=" + value;
    calls.push_back(std::move(call));
    return {.status = 200, .content_type = "application/json", .body = answer};
  }

  std::set<std::string> ids;
  std::vector<std::string> calls;
  std::string answer = "{}";
  bool fail_remove = false;
};

}  // namespace tributary::hub::gateway
