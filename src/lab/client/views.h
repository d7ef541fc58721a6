// What the commands look at in answers of the ECS API. Members that they do not need, and those
// that are missing, are passed over, since AWS adds members when it likes.
//
// Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/node.h"

namespace tributary::lab::client {

// "" where the member is missing or is no text.
std::string text_of(const config::Node& node, std::string_view member);
std::int64_t number_of(const config::Node& node, std::string_view member);  // 0 where missing
std::optional<Timestamp> moment_of(const config::Node& node, std::string_view member);
// Empty where the member is missing or is no list.
const std::vector<config::Node>& list_of(const config::Node& node, std::string_view member);
std::vector<std::string> texts_of(const config::Node& node, std::string_view member);

struct EventView {
  std::string id;
  std::optional<Timestamp> created_at;
  std::string message;
};

struct ServiceView {
  std::string arn;
  std::string name;
  std::string status;           // "ACTIVE", "DRAINING", "INACTIVE"
  std::string task_definition;  // ARN
  std::int64_t desired = 0;
  std::int64_t running = 0;
  std::int64_t pending = 0;
  std::size_t deployments = 0;
  std::string rollout_state;  // of the primary deployment
  std::string rollout_reason;
  std::vector<EventView> events;  // as they come: newest first

  bool is_active() const { return status == "ACTIVE"; }
  bool is_steady() const { return deployments <= 1 && desired == running; }
};
ServiceView service_view(const config::Node& node);

struct ContainerView {
  std::string name;
  std::string status;
  std::string reason;
  std::string health;
  std::string address;
  std::optional<std::int64_t> exit_code;

  bool has_failed() const { return !reason.empty() || exit_code.value_or(0) != 0; }
};

struct TaskView {
  std::string arn;
  std::string definition;  // ARN
  std::string status;
  std::string group;  // "service:<name>"
  std::string stop_code;
  std::string stopped_reason;
  std::optional<Timestamp> created_at;
  std::vector<ContainerView> containers;

  std::string id() const { return arn.substr(arn.rfind('/') + 1); }
};
TaskView task_view(const config::Node& node);

struct PortView {
  std::int64_t container = 0;
  std::int64_t host = 0;
  std::string protocol;
};

struct DefinitionContainerView {
  std::string name;
  std::vector<PortView> ports;
  std::string log_driver;
  std::map<std::string, std::string> log_options;

  // Of the awslogs driver; "" otherwise.
  std::string log_option(const std::string& name) const;
};

struct DefinitionView {
  std::string arn;
  std::vector<DefinitionContainerView> containers;

  const DefinitionContainerView* find(std::string_view container) const;
};
DefinitionView definition_view(const config::Node& node);

// What follows the first '/': "family:1", "cluster/id".
std::string after_slash(std::string_view arn);

}  // namespace tributary::lab::client
