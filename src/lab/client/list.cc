#include <map>
#include <utility>

#include "base/strings.h"
#include "lab/client/commands.h"

namespace tributary::lab::client {
namespace {

std::string state_of(const ContainerView& container) {
  std::string state = container.status;
  if (container.status != "STOPPED") return state;
  if (container.exit_code) state += " ExitCode: " + std::to_string(*container.exit_code);
  if (!container.reason.empty()) state += " Reason: " + container.reason;
  return state;
}

// "127.0.0.1:8000->8000/tcp", as far as each part is known.
std::string ports_of(const TaskView& task, const ContainerView& container,
                     const DefinitionContainerView* definition) {
  if (definition == nullptr) return {};
  std::vector<std::string> ports;
  for (const PortView& port : definition->ports) {
    if (port.host == 0) continue;
    const std::string address = task.status == "STOPPED" ? "" : container.address;
    ports.push_back((address.empty() ? "" : address + ":") + std::to_string(port.host) + "->" +
                    std::to_string(port.container) + "/" +
                    (port.protocol.empty() ? "tcp" : port.protocol));
  }
  return join(ports, ", ");
}

// Of each definition once; one that ECS does not show has no ports.
net::Task<std::map<std::string, DefinitionView>> definitions_of(Session& session,
                                                                std::vector<TaskView> tasks) {
  std::map<std::string, DefinitionView> definitions;
  for (const TaskView& task : tasks) {
    if (definitions.contains(task.definition)) continue;
    auto definition = co_await session.ecs.definition(task.definition);
    definitions.emplace(task.definition, definition ? *std::move(definition) : DefinitionView());
  }
  co_return definitions;
}

}  // namespace

net::Task<Result<void>> ps(Session& session, ListOptions options) {
  auto cluster = co_await session.ecs.choose_cluster(options.place.cluster);
  if (!cluster) co_return cluster.error();
  std::vector<TaskView> tasks;
  for (const char* desired : {"RUNNING", "STOPPED"}) {
    if (!options.desired_status.empty() && options.desired_status != desired) continue;
    EcsClient::TaskFilter filter{*cluster, options.place.project, desired};
    auto some = co_await session.ecs.tasks(std::move(filter));
    if (!some) co_return some.error();
    for (TaskView& task : *some) tasks.push_back(std::move(task));
  }
  const auto definitions = co_await definitions_of(session, tasks);
  std::vector<std::vector<std::string>> rows = {
      {"Name", "State", "Ports", "TaskDefinition", "Health"}};
  for (const TaskView& task : tasks) {
    for (const ContainerView& container : task.containers)
      rows.push_back(
          {after_slash(task.arn) + "/" + container.name, state_of(container),
           ports_of(task, container, definitions.at(task.definition).find(container.name)),
           after_slash(task.definition), container.health});
  }
  std::string text = table(rows);
  text.pop_back();
  session.out.line(text);
  co_return Result<void>();
}

}  // namespace tributary::lab::client
