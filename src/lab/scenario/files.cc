#include "lab/scenario/files.h"

#include "base/duration.h"
#include "base/json_text.h"

namespace tributary::lab::scenario {
namespace {

std::string statement(const std::string& inside) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + inside + "}]}";
}

std::string role_arn(const std::string& account, const std::string& role) {
  return "arn:aws:iam::" + account + ":role/" + role;
}

}  // namespace

std::string account_number(std::uint32_t index) {
  return std::to_string(100'000'000'001ULL + index);
}

// JSON texts are YAML texts.
std::string compose_file(const std::string& account, const Addresses& addresses) {
  const std::string logging =
      "    logging:\n"
      "      driver: awslogs\n"
      "      options: {awslogs-group: /ecs/scenario, awslogs-stream-prefix: s, awslogs-region: " +
      json_string(addresses.region) + "}\n";
  return "version: \"3\"\n"
         "services:\n"
         "  demo-app:\n"
         "    image: scenario/demo-app:1\n"
         "    command: [--listen, \"127.0.0.1:8000\"]\n" +
         logging +
         "  collector:\n"
         "    image: scenario/collector:1\n"
         "    environment:\n"
         "      SCENARIO_ACCOUNT: " +
         json_string(account) +
         "\n"
         "      SCENARIO_REMOTE_WRITE: " +
         json_string(addresses.remote_write) +
         "\n"
         "      AWS_ENDPOINT_URL_STS: " +
         json_string(addresses.hub) + "\n" + logging;
}

std::string ecs_params_file(const Scenario& scenario) {
  return "version: 1\n"
         "task_definition:\n"
         "  task_role_arn: " +
         std::string(kTaskRole) +
         "\n"
         "  task_execution_role: " +
         kExecutionRole +
         "\n"
         "  ecs_network_mode: awsvpc\n"
         "  task_size: {cpu_limit: " +
         std::to_string(scenario.task.cpu) +
         ", mem_limit: " + std::to_string(scenario.task.memory) + "}\n";
}

// A container's metadata address is its own, so it tells one task's series from another's.
std::string collector_file(const Scenario& scenario) {
  return R"(receivers:
  prometheus:
    config:
      global: {scrape_interval: )" +
         prometheus_duration(scenario.scrape_interval) +
         ", scrape_timeout: " + prometheus_duration(scenario.scrape_interval) + R"(}
      scrape_configs:
        - job_name: )" +
         kJob + R"(
          static_configs: [{targets: ["127.0.0.1:8000"]}]
  awsecscontainermetrics:
    collection_interval: )" +
         go_duration(scenario.collection_interval) + R"(
extensions:
  sigv4auth:
    region: ${env:AWS_REGION}
    service: aps
    assume_role: {arn: "arn:aws:iam::)" +
         kMonitoringAccount + ":role/" + kCentralRole + R"("}
exporters:
  prometheusremotewrite:
    endpoint: ${env:SCENARIO_REMOTE_WRITE}
    auth: {authenticator: sigv4auth}
    external_labels:
      account: "${env:SCENARIO_ACCOUNT}"
      task: ${env:ECS_CONTAINER_METADATA_URI_V4}
    resource_to_telemetry_conversion: {enabled: true, include: [container.name]}
    target_info: {enabled: false}
service:
  extensions: [sigv4auth]
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics:
      receivers: [prometheus, awsecscontainermetrics]
      exporters: [prometheusremotewrite]
)";
}

std::string programs_file(const Programs& programs) {
  return "programs:\n"
         "  - image: \"scenario/demo-app:*\"\n"
         "    program: " +
         json_string(programs.demo_app) +
         "\n"
         "  - image: \"scenario/collector:*\"\n"
         "    program: " +
         json_string(programs.collector) +
         "\n"
         "    command: [\"--config=/etc/ecs/config.yaml\"]\n"
         "    files: {/etc/ecs/config.yaml: " +
         json_string(programs.collector_config) + "}\n";
}

std::string ecs_trust() {
  return statement(
      R"("Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole")");
}

std::string task_policy() {
  return statement(R"("Action":"sts:AssumeRole","Resource":)" +
                   json_string(role_arn(kMonitoringAccount, kCentralRole)));
}

std::string execution_policy() {
  return statement(R"("Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*")");
}

std::string central_trust(const std::vector<std::string>& accounts) {
  std::string roles;
  for (const std::string& account : accounts)
    roles += (roles.empty() ? "" : ",") + json_string(role_arn(account, kTaskRole));
  return statement(R"("Principal":{"AWS":[)" + roles + R"(]},"Action":"sts:AssumeRole")");
}

std::string central_policy() { return statement(R"("Action":"aps:RemoteWrite","Resource":"*")"); }

}  // namespace tributary::lab::scenario
