#include "lab/ecs/operation_parts.h"

#include <algorithm>

#include "aws/arn.h"
#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::ecs {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyBytesMax = 128;
constexpr std::size_t kTagValueBytesMax = 256;
constexpr std::size_t kPageMax = 100;

}  // namespace

ApiAnswer invalid_parameter(std::string message) {
  return api_error("InvalidParameterException", std::move(message));
}

ApiAnswer client_error(std::string message) {
  return api_error("ClientException", std::move(message));
}

ApiAnswer cluster_not_found() {
  return api_error("ClusterNotFoundException", "Cluster not found.");
}

Cluster* active_cluster(ControlPlane& plane, const Caller& caller, std::string_view name) {
  Cluster* cluster = plane.find_cluster(place_of(caller), name);
  return cluster != nullptr && cluster->active ? cluster : nullptr;
}

std::string cluster_arn(const Caller& caller, std::string_view cluster) {
  if (cluster.starts_with("arn:")) return std::string(cluster);
  return place_of(caller).arn("cluster/" + std::string(cluster.empty() ? "default" : cluster));
}

std::string service_arn(const Caller& caller, std::string_view cluster, std::string_view service) {
  if (service.starts_with("arn:")) return std::string(service);
  return place_of(caller).arn("service/" + std::string(last_part(cluster_arn(caller, cluster))) +
                              "/" + std::string(service));
}

std::string task_arn(const Caller& caller, std::string_view cluster, std::string_view task) {
  if (task.starts_with("arn:")) return std::string(task);
  return place_of(caller).arn("task/" + std::string(last_part(cluster_arn(caller, cluster))) + "/" +
                              std::string(task));
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

std::optional<ApiAnswer> refuse_tags(const std::vector<TagDocument>& tags, std::size_t others) {
  if (tags.size() + others > kTagsMax)
    return invalid_parameter("The maximum number of tags for a resource is 50, got " +
                             std::to_string(tags.size() + others) + ".");
  for (const TagDocument& tag : tags) {
    if (tag.key.empty() || tag.key.size() > kTagKeyBytesMax)
      return invalid_parameter("The tag key " + json_string(tag.key) +
                               " must have 1 to 128 characters.");
    if (tag.value.size() > kTagValueBytesMax)
      return invalid_parameter("The value of the tag " + json_string(tag.key) +
                               " must have at most 256 characters.");
    if (to_lower(tag.key).starts_with("aws:"))
      return invalid_parameter("The tag key " + json_string(tag.key) +
                               " begins with aws:, which is reserved.");
  }
  return {};
}

std::map<std::string, std::string> to_map(const std::vector<TagDocument>& tags) {
  std::map<std::string, std::string> map;
  for (const TagDocument& tag : tags) map[tag.key] = tag.value;
  return map;
}

std::vector<TagDocument> to_list(const std::map<std::string, std::string>& tags) {
  std::vector<TagDocument> list;
  for (const auto& [key, value] : tags) list.push_back({key, value});
  return list;
}

bool includes_tags(const StringList& include) {
  return std::ranges::find(include, "TAGS") != include.end();
}

void add_request_tags(const std::vector<TagDocument>& tags, Question& question) {
  for (const TagDocument& tag : tags) question.context["aws:RequestTag/" + tag.key] = tag.value;
}

ApiAnswer list_page(std::string_view key, const std::vector<std::string>& all, const Page& page,
                    std::size_t default_max) {
  const std::size_t most = page.max_results.value_or(static_cast<std::uint32_t>(default_max));
  if (most < 1 || most > kPageMax)
    return invalid_parameter("maxResults must be from 1 to 100, got " + std::to_string(most));
  std::size_t first = 0;
  if (!page.next_token.empty()) {
    const auto decoded = base64_decode(page.next_token);
    const auto offset = decoded ? parse_uint64(*decoded) : std::nullopt;
    if (!offset) return invalid_parameter("Invalid token " + json_string(page.next_token));
    first = static_cast<std::size_t>(std::min<std::uint64_t>(*offset, all.size()));
  }
  const std::size_t last = std::min(first + most, all.size());
  Answer answer;
  answer.with(key, std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                            all.begin() + static_cast<std::ptrdiff_t>(last)));
  if (last < all.size()) answer.with("nextToken", base64_encode(std::to_string(last)));
  return answer.done();
}

std::string role_arn(const Caller& caller, const std::optional<std::string>& role) {
  if (!role || role->empty() || role->starts_with("arn:")) return role.value_or("");
  return "arn:aws:iam::" + caller.account + ":role/" + *role;
}

bool is_own_role(const Caller& caller, std::string_view arn) {
  const auto parts = aws::split_arn(arn);
  return parts && parts->service == "iam" && parts->account == caller.account &&
         parts->resource.starts_with("role/");
}

void ask_to_pass_roles(const Caller& caller, const std::vector<std::string>& roles,
                       Questions& questions) {
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const bool asked_before =
        std::find(roles.begin(), roles.begin() + static_cast<std::ptrdiff_t>(i), roles[i]) !=
        roles.begin() + static_cast<std::ptrdiff_t>(i);
    if (asked_before || !is_own_role(caller, roles[i])) continue;
    questions.push_back({.action = "iam:PassRole",
                         .resource = roles[i],
                         .context = {{"iam:PassedToService", "ecs-tasks.amazonaws.com"}}});
  }
}

std::pair<Launch, std::optional<ApiAnswer>> choose_launch(ControlPlane& plane, const Caller& caller,
                                                          std::string_view task_definition,
                                                          const std::string& launch_type,
                                                          const std::string& platform_version) {
  Launch launch{.definition = plane.definitions().find(place_of(caller), task_definition),
                .launch_type = launch_type};
  if (!launch.definition) return {launch, client_error("TaskDefinition not found.")};
  if (launch.definition->status != DefinitionStatus::active)
    return {launch, client_error("TaskDefinition is inactive")};
  const StringList compatible = launch.definition->document.compatibilities();
  // On AWS the choice falls on EC2, and fails where no instance is in the cluster.
  if (launch.launch_type.empty()) {
    const auto& wanted = launch.definition->document.requires_compatibilities;
    launch.launch_type =
        wanted && std::ranges::find(*wanted, "FARGATE") != wanted->end() ? "FARGATE" : "EC2";
  }
  if (std::ranges::find(compatible, launch.launch_type) == compatible.end())
    return {launch, invalid_parameter("Task definition does not support launch_type " +
                                      launch.launch_type + ".")};
  const bool fargate = launch.launch_type == "FARGATE";
  if (!fargate && !platform_version.empty())
    return {launch, invalid_parameter("The platform version must be null when specifying an EC2 "
                                      "launch type.")};
  if (fargate) launch.platform_version = platform_version.empty() ? "LATEST" : platform_version;
  if (fargate && launch.platform_version != "LATEST" && launch.platform_version != "1.4.0")
    return {launch,
            api_error("PlatformUnknownException", "The specified platform does not exist.")};
  return {launch, std::nullopt};
}

}  // namespace tributary::lab::ecs
