#include <array>
#include <set>
#include <utility>

#include "base/json_text.h"
#include "lab/client/commands.h"
#include "lab/client/waiting.h"
#include "lab/ecs/task_definition.h"

namespace tributary::lab::client {
namespace {

// A role is written by its name or as an ARN; ECS may answer either.
std::string role_name(const std::string& role) { return role.substr(role.rfind('/') + 1); }

// The same whatever ECS adds to a definition.
std::string comparable(TaskDefinition definition) {
  definition.task_role_arn = role_name(definition.task_role_arn);
  definition.execution_role_arn = role_name(definition.execution_role_arn);
  definition.revision = 0;
  definition.tags.clear();
  return ecs::task_definition_json(definition);
}

std::optional<TaskDefinition> decode_described(config::Node node) {
  static constexpr std::array<std::string_view, 8> kAdded = {
      "taskDefinitionArn", "revision",     "status",       "requiresAttributes",
      "compatibilities",   "registeredAt", "registeredBy", "deregisteredAt"};
  std::erase_if(node.items(), [](const config::Node::Item& item) {
    return std::find(kAdded.begin(), kAdded.end(), item.key) != kAdded.end();
  });
  config::Diagnostics ignored;
  return ecs::decode_task_definition(node, ignored);
}

// The ARN: of the newest revision where that is the same, else of a new one.
net::Task<Result<std::string>> register_definition(Session& session, TaskDefinition definition) {
  std::string asked = JsonObject().text("taskDefinition", definition.family).take();
  auto described = co_await session.ecs.call("DescribeTaskDefinition", std::move(asked));
  if (described) {
    const config::Node* found = described->find("taskDefinition");
    const auto newest = found == nullptr ? std::nullopt : decode_described(*found);
    if (newest && comparable(*newest) == comparable(definition))
      co_return text_of(*found, "taskDefinitionArn");
  } else if (!is_refusal(described.error(), "ClientException")) {
    co_return described.error();
  }
  std::string json = ecs::task_definition_json(definition);
  auto registered = co_await session.ecs.call("RegisterTaskDefinition", std::move(json));
  if (!registered) co_return registered.error();
  const config::Node* made = registered->find("taskDefinition");
  if (made == nullptr)
    co_return Error(Code::unavailable, "the answer to RegisterTaskDefinition holds no definition");
  co_return text_of(*made, "taskDefinitionArn");
}

net::Task<Result<void>> create_log_groups(Session& session, TaskDefinition definition) {
  std::set<std::pair<std::string, std::string>> groups;
  for (const ContainerDefinition& container : definition.containers) {
    if (!container.log_configuration) continue;
    const auto& options = container.log_configuration->options;
    groups.emplace(options.at("awslogs-region"), options.at("awslogs-group"));
  }
  if (groups.empty()) session.out.warn("No log groups to create: no container uses awslogs");
  for (const auto& [region, group] : groups) {
    auto api = session.logs(region);
    if (!api) co_return api.error();
    std::string body = JsonObject().text("logGroupName", group).take();
    const auto made = co_await (*api)->call("CreateLogGroup", std::move(body), session.stop);
    if (made) {
      session.out.info("Created Log Group " + group + " in " + region);
    } else if (is_refusal(made.error(), "ResourceAlreadyExistsException")) {
      session.out.info("Log Group " + group + " in " + region + " is there already");
    } else {
      co_return made.error().within("log group " + group);
    }
  }
  co_return Result<void>();
}

// Both CreateCluster, where there is none of that name, and what follows need the same name.
net::Task<Result<std::string>> make_cluster(Session& session, std::string asked_for) {
  auto name = co_await session.ecs.choose_cluster(std::move(asked_for));
  if (!name) co_return name.error();
  const std::vector<std::string> names = {*name};
  std::string body = JsonObject().texts("clusters", names).take();
  auto described = co_await session.ecs.call("DescribeClusters", std::move(body));
  if (!described) co_return described.error();
  for (const config::Node& cluster : list_of(*described, "clusters"))
    if (text_of(cluster, "status") == "ACTIVE") co_return name;
  body = JsonObject().text("clusterName", *name).take();
  auto made = co_await session.ecs.call("CreateCluster", std::move(body));
  if (!made) co_return made.error();
  session.out.info("Created an ECS cluster", {{"cluster", *name}});
  co_return name;
}

void add_network(JsonObject& body, const compose::Network& network) {
  if (network.subnets.empty()) return;
  const std::string awsvpc = JsonObject()
                                 .texts("subnets", network.subnets)
                                 .texts("securityGroups", network.security_groups)
                                 .text_if("assignPublicIp", network.assign_public_ip)
                                 .take();
  body.json("networkConfiguration", JsonObject().json("awsvpcConfiguration", awsvpc).take());
}

std::string create_body(const UpOptions& options, const std::string& definition) {
  JsonObject body;
  body.text("cluster", options.place.cluster)
      .text("serviceName", options.place.project)
      .text("taskDefinition", definition)
      .number("desiredCount", options.desired_count.value_or(1))
      .text("launchType", options.launch_type);
  add_network(body, options.project.network);
  return body.take();
}

std::string update_body(const UpOptions& options, const std::string& definition,
                        const ServiceView& service) {
  const std::int64_t count = service.desired == 0 ? 1 : service.desired;
  JsonObject body;
  body.text("cluster", options.place.cluster)
      .text("service", options.place.project)
      .text("taskDefinition", definition)
      .number("desiredCount", options.desired_count.value_or(count));
  if (options.force_deployment) body.json("forceNewDeployment", "true");
  add_network(body, options.project.network);
  return body.take();
}

}  // namespace

net::Task<Result<void>> up(Session& session, UpOptions options) {
  const Timestamp since = session.loop.clock().now() - 1s;
  TaskDefinition& definition = options.project.definition;
  if (options.launch_type.empty())
    options.launch_type =
        definition.cpu_units != 0 && definition.memory_mib != 0 ? "FARGATE" : "EC2";
  definition.family = options.place.project;
  definition.requires_compatibilities = {options.launch_type};

  auto cluster = co_await make_cluster(session, options.place.cluster);
  if (!cluster) co_return cluster.error();
  options.place.cluster = *cluster;
  auto arn = co_await register_definition(session, definition);
  if (!arn) co_return arn.error();
  session.out.info("Using ECS task definition", {{"TaskDefinition", after_slash(*arn)}});
  if (options.create_log_groups) {
    auto made = co_await create_log_groups(session, definition);
    if (!made) co_return made.error();
  }

  auto service = co_await session.ecs.service(options.place.cluster, options.place.project);
  if (!service) co_return service.error();
  StoppedTasks stopped(session, options.place.cluster, options.place.project);
  if (*service && (*service)->is_active()) {
    auto passed = co_await stopped.pass_over_present();
    if (!passed) co_return passed.error();
    std::string body = update_body(options, *arn, **service);
    auto updated = co_await session.ecs.call("UpdateService", std::move(body));
    if (!updated) co_return updated.error();
    session.out.info("Updated the ECS service",
                     {{"service", options.place.project}, {"taskDefinition", after_slash(*arn)}});
  } else {
    std::string body = create_body(options, *arn);
    auto made = co_await session.ecs.call("CreateService", std::move(body));
    if (!made) co_return made.error();
    session.out.info("Created an ECS service",
                     {{"service", options.place.project}, {"taskDefinition", after_slash(*arn)}});
  }
  if (options.timeout == Duration{}) {
    session.out.warn("Not waiting: the timeout is 0");
    co_return Result<void>();
  }
  WaitOptions wait{options.place.cluster, options.place.project, options.timeout, since};
  co_return co_await wait_until_steady(session, std::move(wait), stopped);
}

net::Task<Result<void>> scale(Session& session, ScaleOptions options) {
  const Timestamp since = session.loop.clock().now() - 1s;
  auto cluster = co_await session.ecs.choose_cluster(options.place.cluster);
  if (!cluster) co_return cluster.error();
  StoppedTasks stopped(session, *cluster, options.place.project);
  auto passed = co_await stopped.pass_over_present();
  if (!passed) co_return passed.error();
  std::string body = JsonObject()
                         .text("cluster", *cluster)
                         .text("service", options.place.project)
                         .number("desiredCount", options.count)
                         .take();
  auto updated = co_await session.ecs.call("UpdateService", std::move(body));
  if (!updated) co_return updated.error();
  session.out.info("Updated the ECS service", {{"desiredCount", std::to_string(options.count)},
                                               {"service", options.place.project}});
  if (options.timeout == Duration{}) co_return Result<void>();
  WaitOptions wait{*cluster, options.place.project, options.timeout, since};
  co_return co_await wait_until_steady(session, std::move(wait), stopped);
}

}  // namespace tributary::lab::client
