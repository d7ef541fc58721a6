#include "lab/client/views.h"

#include <charconv>
#include <cmath>

#include "base/strings.h"

namespace tributary::lab::client {
namespace {

const config::Node& member_of(const config::Node& node, std::string_view member) {
  static const config::Node kNothing;
  const config::Node* found = node.find(member);
  return found == nullptr ? kNothing : *found;
}

ContainerView container_view(const config::Node& node) {
  ContainerView view{.name = text_of(node, "name"),
                     .status = text_of(node, "lastStatus"),
                     .reason = text_of(node, "reason"),
                     .health = text_of(node, "healthStatus")};
  const auto& interfaces = list_of(node, "networkInterfaces");
  if (!interfaces.empty()) view.address = text_of(interfaces.front(), "privateIpv4Address");
  if (node.find("exitCode") != nullptr) view.exit_code = number_of(node, "exitCode");
  return view;
}

}  // namespace

std::string text_of(const config::Node& node, std::string_view member) {
  return member_of(node, member).text();
}

std::int64_t number_of(const config::Node& node, std::string_view member) {
  return parse_int64(member_of(node, member).text()).value_or(0);
}

std::optional<Timestamp> moment_of(const config::Node& node, std::string_view member) {
  const std::string& text = member_of(node, member).text();
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr double kSecondsMax = 9e9;
  if (error != std::errc() || !std::isfinite(seconds) || std::abs(seconds) > kSecondsMax) return {};
  return timestamp_from_ms(std::llround(seconds * 1000));
}

const std::vector<config::Node>& list_of(const config::Node& node, std::string_view member) {
  return member_of(node, member).elements();
}

std::vector<std::string> texts_of(const config::Node& node, std::string_view member) {
  std::vector<std::string> texts;
  for (const config::Node& element : list_of(node, member)) texts.push_back(element.text());
  return texts;
}

ServiceView service_view(const config::Node& node) {
  ServiceView view{.arn = text_of(node, "serviceArn"),
                   .name = text_of(node, "serviceName"),
                   .status = text_of(node, "status"),
                   .task_definition = text_of(node, "taskDefinition"),
                   .desired = number_of(node, "desiredCount"),
                   .running = number_of(node, "runningCount"),
                   .pending = number_of(node, "pendingCount"),
                   .deployments = list_of(node, "deployments").size()};
  for (const config::Node& deployment : list_of(node, "deployments")) {
    if (text_of(deployment, "status") != "PRIMARY") continue;
    view.rollout_state = text_of(deployment, "rolloutState");
    view.rollout_reason = text_of(deployment, "rolloutStateReason");
  }
  for (const config::Node& event : list_of(node, "events"))
    view.events.push_back({.id = text_of(event, "id"),
                           .created_at = moment_of(event, "createdAt"),
                           .message = text_of(event, "message")});
  return view;
}

TaskView task_view(const config::Node& node) {
  TaskView view{.arn = text_of(node, "taskArn"),
                .definition = text_of(node, "taskDefinitionArn"),
                .status = text_of(node, "lastStatus"),
                .group = text_of(node, "group"),
                .stop_code = text_of(node, "stopCode"),
                .stopped_reason = text_of(node, "stoppedReason"),
                .created_at = moment_of(node, "createdAt")};
  for (const config::Node& container : list_of(node, "containers"))
    view.containers.push_back(container_view(container));
  return view;
}

std::string DefinitionContainerView::log_option(const std::string& option) const {
  if (log_driver != "awslogs") return {};
  const auto found = log_options.find(option);
  return found == log_options.end() ? std::string() : found->second;
}

const DefinitionContainerView* DefinitionView::find(std::string_view container) const {
  for (const DefinitionContainerView& one : containers)
    if (one.name == container) return &one;
  return nullptr;
}

DefinitionView definition_view(const config::Node& node) {
  DefinitionView view{.arn = text_of(node, "taskDefinitionArn")};
  for (const config::Node& container : list_of(node, "containerDefinitions")) {
    auto& one = view.containers.emplace_back();
    one.name = text_of(container, "name");
    for (const config::Node& port : list_of(container, "portMappings"))
      one.ports.push_back({.container = number_of(port, "containerPort"),
                           .host = number_of(port, "hostPort"),
                           .protocol = text_of(port, "protocol")});
    const config::Node& log = member_of(container, "logConfiguration");
    one.log_driver = text_of(log, "logDriver");
    for (const config::Node::Item& option : member_of(log, "options").items())
      one.log_options[option.key] = option.value.text();
  }
  return view;
}

std::string after_slash(std::string_view arn) { return std::string(arn.substr(arn.find('/') + 1)); }

}  // namespace tributary::lab::client
