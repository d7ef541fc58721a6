#include "collector/processors/resourcedetection/detectors.h"

#include <rapidjson/document.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector::resourcedetection {
namespace {

using Json = rapidjson::Value;

constexpr std::string_view kSchemaUrl = "https://opentelemetry.io/schemas/1.40.0";
constexpr std::size_t kEnvTextMax = 256;  // of a key or a value

void set(Resource& resource, std::string_view key, std::string value) {
  const auto at = std::find_if(resource.attributes.begin(), resource.attributes.end(),
                               [key](const Attribute& attribute) { return attribute.key == key; });
  if (at != resource.attributes.end()) {
    at->value = std::move(value);
  } else {
    resource.attributes.push_back({std::string(key), std::move(value)});
  }
}

// Sets the attributes that are enabled.
template <class Attributes>
class Setter {
 public:
  Setter(Resource& resource, const Attributes& enabled) : resource_(resource), enabled_(enabled) {}
  void operator()(std::string_view key, std::string value) const {
    if (enabled_.enabled(key)) set(resource_, key, std::move(value));
  }

 private:
  Resource& resource_;
  const Attributes& enabled_;
};

Result<rapidjson::Document> parse_object(std::string_view what, std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag>(json.data(),
                                                                                     json.size());
  if (document.HasParseError() || !document.IsObject())
    return Error(Code::corruption, std::string(what) + ": want a JSON object, got " +
                                       json_string(json.substr(0, 80)));
  return document;
}

// "" where there is no such member, or no text in it.
std::string text_of(const Json& object, const char* name) {
  const auto at = object.FindMember(name);
  if (at == object.MemberEnd() || !at->value.IsString()) return {};
  return {at->value.GetString(), at->value.GetStringLength()};
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ',';
    append_json_string(list, text);
  }
  return list + "]";
}

bool is_env_text(std::string_view text) {
  return text.size() <= kEnvTextMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c & '\x80') == 0; });
}

// The name beside which /etc/hosts lists `host`, or nothing.
std::string canonical_name(const std::string& hosts, const std::string& host) {
  std::istringstream lines(hosts);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address, canonical, name;
    words >> address >> canonical;
    for (name = canonical; !name.empty() && words; words >> name)
      if (name == host) return canonical;
  }
  return {};
}

std::string file_text(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string go_arch(const std::string& machine) {
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return machine;
}

struct TaskArn {
  std::string region;
  std::string account;
  std::string task_id;
};

// arn:aws:ecs:region:account:task/cluster/id, or without the cluster.
TaskArn parse_task_arn(std::string_view arn) {
  const std::vector<std::string_view> parts = split(arn, ':');
  if (parts.size() < 6) return {};
  return {std::string(parts[3]), std::string(parts[4]),
          std::string(parts[5].substr(parts[5].rfind('/') + 1))};
}

// Where the other containers of the task log to.
struct LogPlaces {
  std::vector<std::string> groups, group_arns, streams, stream_arns;
};

LogPlaces log_places(const Json& task, const std::string& self, const std::string& account) {
  LogPlaces places;
  const auto containers = task.FindMember("Containers");
  if (containers == task.MemberEnd() || !containers->value.IsArray()) return places;
  for (const Json& container : containers->value.GetArray()) {
    if (!container.IsObject() || text_of(container, "Type") != "NORMAL" ||
        text_of(container, "KnownStatus") != "RUNNING" ||
        text_of(container, "LogDriver") != "awslogs" || text_of(container, "DockerId") == self)
      continue;
    const auto options = container.FindMember("LogOptions");
    if (options == container.MemberEnd() || !options->value.IsObject()) continue;
    const std::string group = text_of(options->value, "awslogs-group");
    const std::string region = text_of(options->value, "awslogs-region");
    const std::string stream = text_of(options->value, "awslogs-stream");
    if (group.empty() && region.empty() && stream.empty()) continue;
    const std::string group_arn = "arn:aws:logs:" + region + ":" + account + ":log-group:" + group;
    places.groups.push_back(group);
    places.group_arns.push_back(group_arn);
    places.streams.push_back(stream);
    places.stream_arns.push_back(group_arn + ":log-stream:" + stream);
  }
  return places;
}

}  // namespace

Result<Resource> read_env(std::string_view text) {
  Resource resource;
  std::string_view left = trim(text);
  while (!left.empty()) {
    const std::size_t comma = left.find(',', left.find('='));
    const std::string_view pair = left.substr(0, comma);
    left = comma == left.npos ? "" : trim(left.substr(comma + 1));
    const std::size_t equals = pair.find('=');
    const std::string_view key = trim(pair.substr(0, equals));
    const auto bad = [pair](std::string_view why) {
      return Error(Code::invalid_argument,
                   "invalid resource format: " + json_string(pair) + ": " + std::string(why));
    };
    if (equals == pair.npos || key.empty()) return bad("want key=value");
    std::string value(trim(pair.substr(equals + 1)));
    if (!is_env_text(key) || !is_env_text(value)) return bad("want at most 256 ASCII characters");
    std::replace(value.begin(), value.end(), '+', ' ');
    auto decoded = percent_decode(value);
    if (!decoded) return bad("broken escape");
    set(resource, key, std::move(*decoded));
  }
  return resource;
}

Machine this_machine() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  utsname system{};
  ::uname(&system);
  return {name.data(), file_text("/etc/hosts"), file_text("/etc/machine-id"), system.machine};
}

Result<Resource> read_system(const Machine& machine, const SystemConfig& config) {
  std::string host;
  for (const HostnameSource source : config.hostname_sources) {
    host = source == HostnameSource::os ? machine.hostname
                                        : canonical_name(machine.hosts, machine.hostname);
    if (!host.empty()) break;
  }
  if (host.empty()) return Error(Code::not_found, "the host's name was found nowhere");
  Resource resource{.attributes = {}, .schema_url = std::string(kSchemaUrl)};
  const Setter put(resource, config.resource_attributes);
  put("host.name", host);
  put("os.type", "linux");
  const std::string_view id = trim(machine.machine_id);
  if (!id.empty()) put("host.id", std::string(id));
  put("host.arch", go_arch(machine.arch));
  return resource;
}

Result<Resource> read_ecs(std::string_view task_json, std::string_view container_json,
                          const EcsConfig& config) {
  TRIBUTARY_TRY(const rapidjson::Document task, parse_object("task metadata", task_json));
  TRIBUTARY_TRY(const rapidjson::Document self, parse_object("container metadata", container_json));
  Resource resource{.attributes = {}, .schema_url = std::string(kSchemaUrl)};
  const Setter put(resource, config.resource_attributes);
  const std::string arn_text = text_of(task, "TaskARN");
  const TaskArn arn = parse_task_arn(arn_text);
  put("cloud.provider", "aws");
  put("cloud.platform", "aws_ecs");
  put("aws.ecs.task.arn", arn_text);
  put("aws.ecs.task.family", text_of(task, "Family"));
  put("aws.ecs.task.revision", text_of(task, "Revision"));
  if (!arn.account.empty()) put("cloud.account.id", arn.account);
  if (!arn.region.empty()) put("cloud.region", arn.region);
  if (!arn.task_id.empty()) put("aws.ecs.task.id", arn.task_id);
  const std::string cluster = text_of(task, "Cluster");
  put("aws.ecs.cluster.arn",
      cluster.find(':') != cluster.npos
          ? cluster
          : "arn:aws:ecs:" + arn.region + ":" + arn.account + ":cluster/" + cluster);
  const std::string zone = text_of(task, "AvailabilityZone");
  if (!zone.empty()) put("cloud.availability_zone", zone);
  const std::string launch_type = to_lower(text_of(task, "LaunchType"));
  if (launch_type == "ec2" || launch_type == "fargate") put("aws.ecs.launchtype", launch_type);

  const LogPlaces places = log_places(task, text_of(self, "DockerId"), arn.account);
  if (!places.groups.empty()) {
    put("aws.log.group.names", json_list(places.groups));
    put("aws.log.group.arns", json_list(places.group_arns));
    put("aws.log.stream.names", json_list(places.streams));
    put("aws.log.stream.arns", json_list(places.stream_arns));
  }
  return resource;
}

Result<Resource> read_ec2(const Instance& instance, const Ec2Config& config) {
  TRIBUTARY_TRY(const rapidjson::Document identity,
                parse_object("instance identity document", instance.identity_json));
  Resource resource{.attributes = {}, .schema_url = std::string(kSchemaUrl)};
  const Setter put(resource, config.resource_attributes);
  put("cloud.provider", "aws");
  put("cloud.platform", "aws_ec2");
  put("cloud.region", text_of(identity, "region"));
  put("cloud.account.id", text_of(identity, "accountId"));
  put("cloud.availability_zone", text_of(identity, "availabilityZone"));
  put("host.id", text_of(identity, "instanceId"));
  put("host.image.id", text_of(identity, "imageId"));
  put("host.type", text_of(identity, "instanceType"));
  put("host.name", instance.hostname);
  for (const auto& [key, value] : instance.tags) set(resource, "ec2.tag." + key, value);
  return resource;
}

void merge(Resource& to, const Resource& from, bool override) {
  if (to.schema_url.empty()) to.schema_url = from.schema_url;
  for (const Attribute& attribute : from.attributes) {
    const auto at =
        std::find_if(to.attributes.begin(), to.attributes.end(),
                     [&attribute](const Attribute& one) { return one.key == attribute.key; });
    if (at == to.attributes.end()) {
      to.attributes.push_back(attribute);
    } else if (override) {
      at->value = attribute.value;
    }
  }
}

}  // namespace tributary::collector::resourcedetection
