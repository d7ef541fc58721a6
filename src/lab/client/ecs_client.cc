#include "lab/client/ecs_client.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::client {
namespace {

constexpr std::size_t kDescribedAtOnce = 100;  // of DescribeTasks
constexpr std::size_t kListedMax = 10'000;

}  // namespace

void JsonObject::name(std::string_view name) {
  if (text_.size() > 1) text_ += ',';
  append_json_string(text_, name);
  text_ += ':';
}

JsonObject& JsonObject::text(std::string_view member, std::string_view value) {
  name(member);
  append_json_string(text_, value);
  return *this;
}

JsonObject& JsonObject::text_if(std::string_view member, std::string_view value) {
  return value.empty() ? *this : text(member, value);
}

JsonObject& JsonObject::texts(std::string_view member, std::span<const std::string> values) {
  std::string list = "[";
  for (const std::string& value : values) {
    if (list.size() > 1) list += ',';
    append_json_string(list, value);
  }
  return json(member, list + "]");
}

JsonObject& JsonObject::json(std::string_view member, std::string_view value) {
  name(member);
  text_ += value;
  return *this;
}

JsonObject& JsonObject::number(std::string_view member, std::int64_t value) {
  return json(member, std::to_string(value));
}

net::Task<Result<std::optional<ServiceView>>> EcsClient::service(std::string cluster,
                                                                 std::string name) {
  const std::vector<std::string> names = {name};
  std::string body = JsonObject().text("cluster", cluster).texts("services", names).take();
  auto answer = co_await call("DescribeServices", std::move(body));
  if (!answer) co_return answer.error();
  const auto& services = list_of(*answer, "services");
  if (services.empty()) co_return std::optional<ServiceView>();
  co_return std::optional<ServiceView>(service_view(services.front()));
}

net::Task<Result<std::vector<std::string>>> EcsClient::list(std::string operation,
                                                            std::string body_without_end,
                                                            std::string member) {
  std::vector<std::string> all;
  std::string token;
  do {
    std::string body = body_without_end;
    if (!token.empty()) body += ",\"nextToken\":" + json_string(token);
    body += "}";
    auto answer = co_await call(operation, std::move(body));
    if (!answer) co_return answer.error();
    for (std::string& arn : texts_of(*answer, member)) all.push_back(std::move(arn));
    token = text_of(*answer, "nextToken");
  } while (!token.empty() && all.size() < kListedMax);
  co_return all;
}

net::Task<Result<std::vector<TaskView>>> EcsClient::tasks(TaskFilter filter) {
  std::string body = JsonObject()
                         .text("cluster", filter.cluster)
                         .text_if("serviceName", filter.service)
                         .text("desiredStatus", filter.desired_status)
                         .take();
  body.pop_back();
  auto arns = co_await list("ListTasks", std::move(body), "taskArns");
  if (!arns) co_return arns.error();
  co_return co_await describe_tasks(std::move(filter.cluster), *std::move(arns));
}

net::Task<Result<std::vector<TaskView>>> EcsClient::describe_tasks(std::string cluster,
                                                                   std::vector<std::string> arns) {
  std::vector<TaskView> all;
  for (std::size_t at = 0; at < arns.size(); at += kDescribedAtOnce) {
    const std::size_t count = std::min(kDescribedAtOnce, arns.size() - at);
    const std::span<const std::string> some(arns.data() + at, count);
    std::string body = JsonObject().text("cluster", cluster).texts("tasks", some).take();
    auto answer = co_await call("DescribeTasks", std::move(body));
    if (!answer) co_return answer.error();
    for (const config::Node& task : list_of(*answer, "tasks")) all.push_back(task_view(task));
  }
  co_return all;
}

net::Task<Result<DefinitionView>> EcsClient::definition(std::string name) {
  std::string body = JsonObject().text("taskDefinition", name).take();
  auto answer = co_await call("DescribeTaskDefinition", std::move(body));
  if (!answer) co_return answer.error();
  const config::Node* found = answer->find("taskDefinition");
  co_return found == nullptr ? DefinitionView() : definition_view(*found);
}

net::Task<Result<std::vector<std::string>>> EcsClient::revisions(std::string family) {
  std::string body = JsonObject().text("familyPrefix", family).text("status", "ACTIVE").take();
  body.pop_back();
  auto arns = co_await list("ListTaskDefinitions", std::move(body), "taskDefinitionArns");
  if (!arns) co_return arns.error();
  std::erase_if(*arns, [&family](const std::string& arn) {
    const std::string name = after_slash(arn);
    return name.substr(0, name.rfind(':')) != family;
  });
  co_return arns;
}

net::Task<Result<std::string>> EcsClient::choose_cluster(std::string asked_for) {
  if (!asked_for.empty()) co_return asked_for;
  auto arns = co_await list("ListClusters", "{\"maxResults\":100", "clusterArns");
  if (!arns) co_return arns.error();
  std::vector<std::string> names;
  for (const std::string& arn : *arns) names.push_back(after_slash(arn));
  if (names.empty() || std::find(names.begin(), names.end(), "default") != names.end())
    co_return std::string("default");
  if (names.size() == 1) co_return names.front();
  co_return Error(
      Code::invalid_argument,
      "there are several clusters, none of them \"default\"; give --cluster with one of " +
          join(names, ", "));
}

}  // namespace tributary::lab::client
