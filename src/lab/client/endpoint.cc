#include "lab/client/endpoint.h"

namespace tributary::lab::client {
namespace {

struct Names {
  std::string_view variable;
  std::string_view host;
};

Names names_of(Service service) {
  switch (service) {
    case Service::ecs: return {"AWS_ENDPOINT_URL_ECS", "ecs"};
    case Service::logs: return {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "logs"};
    case Service::amp: return {"AWS_ENDPOINT_URL_AMP", "aps"};
    case Service::sts: return {"AWS_ENDPOINT_URL_STS", "sts"};
  }
  return {};
}

std::string profile_setting(const Surroundings& surroundings, std::string_view name) {
  std::string profile = environment_of(surroundings)("AWS_PROFILE");
  if (profile.empty()) profile = "default";
  const auto found = surroundings.profiles.find(profile);
  if (found == surroundings.profiles.end()) return {};
  const auto setting = found->second.find(name);
  return setting == found->second.end() ? std::string() : setting->second;
}

}  // namespace

aws::EnvFunction environment_of(const Surroundings& surroundings) {
  if (surroundings.profile.empty()) return surroundings.env;
  return [env = surroundings.env, profile = surroundings.profile](std::string_view name) {
    // As the AWS CLI: a profile on the command line wins over keys in the environment.
    if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY" ||
        name == "AWS_SESSION_TOKEN")
      return std::string();
    return name == "AWS_PROFILE" ? profile : env(name);
  };
}

Result<std::string> region_of(const Surroundings& surroundings) {
  std::string region = surroundings.region;
  if (region.empty()) region = aws::region_from_env(surroundings.env);
  if (region.empty()) region = profile_setting(surroundings, "region");
  if (region.empty())
    return Error(Code::invalid_argument, "no region: give --region, or set AWS_REGION");
  return region;
}

Result<net::Url> endpoint_of(const Surroundings& surroundings, Service service,
                             const std::string& region) {
  const Names names = names_of(service);
  std::string url = surroundings.endpoint_url;
  std::string from = "--endpoint-url";
  for (const std::string_view variable : {names.variable, std::string_view("AWS_ENDPOINT_URL")}) {
    if (!url.empty()) break;
    url = surroundings.env(variable);
    from = variable;
  }
  if (url.empty()) {
    url = profile_setting(surroundings, "endpoint_url");
    from = "endpoint_url of the profile";
  }
  if (url.empty()) url = "https://" + std::string(names.host) + "." + region + ".amazonaws.com";
  auto parsed = net::parse_url(url);
  if (!parsed) return parsed.error().within(from);
  return parsed;
}

}  // namespace tributary::lab::client
