// The calls of the ECS API that the commands make, and what all of them share.
//
// Threads: the Loop's. Outlives every call.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "lab/client/console.h"
#include "lab/client/json_api.h"
#include "lab/client/views.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab::client {

// A JSON object, member by member; texts are escaped.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& text_if(std::string_view name, std::string_view value);  // nothing where empty
  JsonObject& texts(std::string_view name, std::span<const std::string> values);
  JsonObject& json(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  std::string take() { return std::move(text_) + "}"; }

 private:
  void name(std::string_view name);

  std::string text_ = "{";
};

class EcsClient {
 public:
  EcsClient(JsonApi& api, std::stop_token stop) : api_(api), stop_(std::move(stop)) {}

  net::Task<Result<config::Node>> call(std::string operation, std::string body) {
    return api_.call(std::move(operation), std::move(body), stop_);
  }

  // Nothing where there never was such a service.
  net::Task<Result<std::optional<ServiceView>>> service(std::string cluster, std::string name);

  struct TaskFilter {
    std::string cluster;
    std::string service;  // "": of any
    std::string desired_status = "RUNNING";
  };
  net::Task<Result<std::vector<TaskView>>> tasks(TaskFilter filter);
  // Those that ECS has forgotten are left out.
  net::Task<Result<std::vector<TaskView>>> describe_tasks(std::string cluster,
                                                          std::vector<std::string> arns);
  net::Task<Result<DefinitionView>> definition(std::string name);
  // ARNs of the ACTIVE revisions.
  net::Task<Result<std::vector<std::string>>> revisions(std::string family);

  // Where none is asked for: "default" if it is there, else the only one that is.
  net::Task<Result<std::string>> choose_cluster(std::string asked_for);

 private:
  // All pages of a list of ARNs.
  net::Task<Result<std::vector<std::string>>> list(std::string operation,
                                                   std::string body_without_end,
                                                   std::string member);

  JsonApi& api_;
  std::stop_token stop_;
};

// What a command works with. All of it outlives the command.
struct Session {
  net::Loop& loop;
  EcsClient& ecs;
  std::function<Result<JsonApi*>(const std::string& region)> logs;  // the Logs API of a region
  Console& out;
  std::stop_token stop;
};

}  // namespace tributary::lab::client
