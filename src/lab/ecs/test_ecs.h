// An ECS for tests: the API over a control plane with tasks that do what the test says.
//
// Threads: the test's.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "config/json.h"
#include "lab/api/fake_authority.h"
#include "lab/ecs/ecs_api.h"
#include "lab/ecs/fake_launcher.h"
#include "lab/ecs/json.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab::ecs {

class TestEcs {
 public:
  explicit TestEcs(ControlPlane::Options options = {})
      : plane(loop, launcher, random, options, {}) {}
  ~TestEcs() {
    net::run_task(loop, plane.close());
    loop.run_posted();
  }

  // What the loop was given since goes before the call, as it would.
  ApiAnswer call(const std::string& operation, std::string parameters,
                 const Caller& caller = workload_caller()) {
    loop.run_posted();
    config::Diagnostics diagnostics;
    config::Node node = config::parse_json(std::move(parameters), "request", diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    ApiCall one{.operation = operation, .parameters = std::move(node), .caller = caller};
    ApiAnswer answer = net::run_task(loop, api.handle(std::move(one)));
    return answer;
  }

  // The answer as nodes; the test fails where it is an error.
  config::Node ask(const std::string& operation, std::string parameters,
                   const Caller& caller = workload_caller()) {
    ApiAnswer answer = call(operation, std::move(parameters), caller);
    EXPECT_EQ(answer.error_type, "") << operation << ": " << answer.body;
    if (!answer.error_type.empty()) return config::Node::mapping();
    config::Diagnostics diagnostics;
    config::Node node = config::parse_json(answer.body, "answer", diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render() << answer.body;
    return node;
  }

  // "ErrorType: message"
  std::string refusal_of(const std::string& operation, std::string parameters,
                         const Caller& caller = workload_caller()) {
    const ApiAnswer answer = call(operation, std::move(parameters), caller);
    return answer.error_type + ": " + answer.body;
  }

  // A cluster "main" and the definition "web:1".
  void set_up() {
    ask("CreateCluster", R"({"clusterName": "main"})");
    ask("RegisterTaskDefinition", kWeb);
  }

  static constexpr const char* kWeb = R"({
    "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
    "cpu": "256", "memory": "512",
    "taskRoleArn": "arn:aws:iam::111111111111:role/task",
    "executionRoleArn": "execution",
    "containerDefinitions": [
      {"name": "app", "image": "app:1", "environment": [{"name": "A", "value": "1"}],
       "healthCheck": {"command": ["CMD", "/check"]}},
      {"name": "side", "image": "side:1", "essential": false}],
    "tags": [{"key": "team", "value": "metrics"}]})";

  net::FakeLoop loop;
  SeededRandom random{1};
  FakeLauncher launcher{loop};
  FakeAuthority authority;
  ControlPlane plane;
  EcsApi api{authority, plane};
};

// A text at a path such as "services.0.deployments.0.status"; "(none)" where there is nothing.
inline std::string at(const config::Node& node, std::string_view path) {
  const config::Node* here = &node;
  for (const std::string_view part : split(path, '.')) {
    if (here->is_sequence()) {
      const auto index = parse_uint64(part);
      if (!index || *index >= here->elements().size()) return "(none)";
      here = &here->elements()[static_cast<std::size_t>(*index)];
    } else {
      here = here->find(part);
    }
    if (here == nullptr) return "(none)";
  }
  if (here->is_sequence()) return std::to_string(here->elements().size()) + " elements";
  return here->text();
}

}  // namespace tributary::lab::ecs
