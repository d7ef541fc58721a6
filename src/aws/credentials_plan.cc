#include "aws/credentials_plan.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <set>

#include "aws/arn.h"
#include "aws/command_line.h"
#include "base/strings.h"
#include "net/http.h"

namespace tributary::aws {
namespace {

constexpr std::string_view kEcsEndpoint = "http://169.254.170.2";
constexpr std::string_view kInstanceEndpoint = "http://169.254.169.254";
constexpr std::string_view kInstanceEndpointIpv6 = "http://[fd00:ec2::254]";

Error refuse(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

std::string first_of(const EnvFunction& env, std::string_view name, std::string_view other) {
  std::string value = env(name);
  return value.empty() ? env(other) : value;
}

bool is_true(std::string_view text) { return equals_ignore_case(text, "true"); }

// "169.254.0.1" or "fd00::1" as the bytes of the address, "" where it is none.
std::string address_bytes(const std::string& host) {
  std::array<char, 16> bytes;
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return "";
}

bool is_agent_host(const std::string& host) {
  if (equals_ignore_case(host, "localhost")) return true;
  const std::string address = address_bytes(host);
  if (address.size() == 4 && address[0] == 127) return true;
  constexpr std::array<const char*, 4> kAgents = {"::1", "169.254.170.2", "169.254.170.23",
                                                  "fd00:ec2::23"};
  return !address.empty() && std::any_of(kAgents.begin(), kAgents.end(), [&](const char* agent) {
    return address_bytes(agent) == address;
  });
}

Result<BaseSource> plan_container(const EnvFunction& env) {
  ContainerEndpoint endpoint{.url = std::string(kEcsEndpoint),
                             .token = env("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
                             .token_file = env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")};
  if (const std::string path = env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !path.empty()) {
    if (path[0] != '/') {
      return refuse("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must start with '/', got \"" + path +
                    "\"");
    }
    endpoint.url += path;
    return BaseSource(std::move(endpoint));
  }
  endpoint.url = env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (auto allowed = check_container_url(endpoint.url); !allowed) return allowed.error();
  return BaseSource(std::move(endpoint));
}

Result<BaseSource> plan_instance(const EnvFunction& env) {
  if (is_true(env("AWS_EC2_METADATA_DISABLED"))) {
    return Error(Code::unauthenticated,
                 "no AWS credentials: none in the environment, in a shared profile or at a "
                 "container endpoint, and AWS_EC2_METADATA_DISABLED is true");
  }
  std::string endpoint = env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) {
    const bool ipv6 = equals_ignore_case(env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "IPv6");
    endpoint = std::string(ipv6 ? kInstanceEndpointIpv6 : kInstanceEndpoint);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return BaseSource(InstanceMetadata{.endpoint = std::move(endpoint),
                                     .v1_disabled = is_true(env("AWS_EC2_METADATA_V1_DISABLED"))});
}

Result<BaseSource> plan_container_or_instance(const EnvFunction& env) {
  const bool container = !env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
                         !env("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty();
  return container ? plan_container(env) : plan_instance(env);
}

std::optional<StaticKeys> keys_in_env(const EnvFunction& env) {
  Credentials keys{.access_key_id = first_of(env, "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"),
                   .secret_access_key = first_of(env, "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"),
                   .session_token = env("AWS_SESSION_TOKEN"),
                   .source = "environment"};
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) return std::nullopt;
  return StaticKeys{std::move(keys)};
}

// One profile's settings, by name.
class Profile {
 public:
  Profile(std::string name, const Settings& settings)
      : name_(std::move(name)), settings_(settings) {}

  const std::string& name() const { return name_; }
  std::string get(std::string_view key) const {
    const auto found = settings_.find(key);
    return found == settings_.end() ? "" : found->second;
  }
  bool has(std::string_view key) const { return !get(key).empty(); }
  Error refuse(const std::string& why) const {
    return Error(Code::invalid_argument, "profile \"" + name_ + "\": " + why);
  }
  std::optional<StaticKeys> keys() const {
    if (!has("aws_access_key_id") || !has("aws_secret_access_key")) return std::nullopt;
    return StaticKeys{{.access_key_id = get("aws_access_key_id"),
                       .secret_access_key = get("aws_secret_access_key"),
                       .session_token = get("aws_session_token"),
                       .source = "profile " + name_}};
  }

 private:
  std::string name_;
  const Settings& settings_;
};

constexpr std::size_t kSourceProfilesMax = 16;

// Reads a profile, and the profiles it builds on.
class ProfilePlanner {
 public:
  ProfilePlanner(const EnvFunction& env, const Profiles& profiles)
      : env_(env), profiles_(profiles) {}

  Result<CredentialsPlan> plan(const std::string& name) {
    const auto found = profiles_.find(name);
    if (found == profiles_.end()) return refuse("profile \"" + name + "\" is in no shared file");
    const Profile profile(name, found->second);
    if (auto fine = check(profile); !fine) return fine.error();
    if (!visited_.insert(name).second) return plan_revisited(profile);
    if (visited_.size() > kSourceProfilesMax) return profile.refuse("too many source_profile hops");

    CredentialsPlan plan;
    if (profile.has("source_profile")) {
      TRIBUTARY_TRY(plan, this->plan(profile.get("source_profile")));
    } else {
      TRIBUTARY_TRY(plan.base, plan_base(profile));
    }
    if (profile.has("role_arn") && !profile.has("web_identity_token_file")) {
      TRIBUTARY_TRY(RoleHop hop, plan_hop(profile));
      plan.hops.push_back(std::move(hop));
    }
    return plan;
  }

 private:
  // A profile may name itself as its source, where it holds keys; any longer way round is a loop.
  Result<CredentialsPlan> plan_revisited(const Profile& profile) const {
    auto keys = profile.keys();
    if (!keys || profile.get("source_profile") != profile.name())
      return profile.refuse("its source_profile leads back to it");
    return CredentialsPlan{.base = *std::move(keys)};
  }

  Result<void> check(const Profile& profile) const {
    constexpr std::array<std::string_view, 4> kSources = {
        "source_profile", "credential_source", "credential_process", "web_identity_token_file"};
    std::vector<std::string> given;
    for (const std::string_view source : kSources) {
      if (profile.has(source)) given.emplace_back(source);
    }
    if (given.size() > 1)
      return profile.refuse("has more than one source of credentials: " + join(given, ", "));
    const bool needs_role = !given.empty() && given[0] != "credential_process";
    if (needs_role && !profile.has("role_arn"))
      return profile.refuse(given[0] + " needs role_arn as well");
    constexpr std::array<std::string_view, 5> kUnsupported = {
        "sso_session", "sso_start_url", "sso_account_id", "login_session", "mfa_serial"};
    for (const std::string_view key : kUnsupported) {
      if (profile.has(key))
        return profile.refuse(std::string(key) + " needs a person to log in: not supported here");
    }
    return {};
  }

  Result<BaseSource> plan_base(const Profile& profile) const {
    if (auto keys = profile.keys()) return BaseSource(*std::move(keys));
    if (const std::string source = profile.get("credential_source"); !source.empty())
      return plan_credential_source(profile, source);
    if (profile.has("web_identity_token_file")) {
      return BaseSource(WebIdentity{.token_file = profile.get("web_identity_token_file"),
                                    .role_arn = profile.get("role_arn"),
                                    .session_name = profile.get("role_session_name")});
    }
    if (const std::string command = profile.get("credential_process"); !command.empty()) {
      auto argv = split_command_line(command);
      if (!argv) return profile.refuse("credential_process: " + argv.error().message());
      return BaseSource(ProcessCommand{*std::move(argv)});
    }
    return plan_container_or_instance(env_);
  }

  Result<BaseSource> plan_credential_source(const Profile& profile,
                                            const std::string& source) const {
    if (source == "Environment") {
      auto keys = keys_in_env(env_);
      if (!keys)
        return profile.refuse(
            "credential_source is Environment, where AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY are not set");
      return BaseSource(*std::move(keys));
    }
    if (source == "Ec2InstanceMetadata") return plan_instance(env_);
    if (source == "EcsContainer") return plan_container(env_);
    return profile.refuse(
        "credential_source must be Environment, Ec2InstanceMetadata or EcsContainer, got \"" +
        source + "\"");
  }

  static Result<RoleHop> plan_hop(const Profile& profile) {
    RoleHop hop{.role_arn = profile.get("role_arn"),
                .session_name = profile.get("role_session_name"),
                .external_id = profile.get("external_id")};
    if (auto arn = parse_arn(hop.role_arn); !arn)
      return profile.refuse("role_arn: " + arn.error().message());
    if (const std::string text = profile.get("duration_seconds"); !text.empty()) {
      constexpr std::int64_t kLongest = 43200;
      const auto seconds = parse_int64(text);
      if (!seconds || *seconds < 0 || *seconds > kLongest)
        return profile.refuse("duration_seconds must be a number up to 43200, got \"" + text +
                              "\"");
      hop.duration = std::max<Duration>(RoleHop::kDuration, std::chrono::seconds(*seconds));
    }
    return hop;
  }

  const EnvFunction& env_;
  const Profiles& profiles_;
  std::set<std::string> visited_;
};

std::string home_path(const EnvFunction& env, std::string_view name) {
  return env("HOME") + "/.aws/" + std::string(name);
}

// The profile asked for, "" where none is.
std::string chosen_profile(const EnvFunction& env) {
  return first_of(env, "AWS_PROFILE", "AWS_DEFAULT_PROFILE");
}

std::string profile_region(const EnvFunction& env, const Profiles& profiles) {
  const std::string chosen = chosen_profile(env);
  const auto found = profiles.find(chosen.empty() ? "default" : chosen);
  return found == profiles.end() ? "" : Profile(found->first, found->second).get("region");
}

Result<CredentialsPlan> plan_source(const EnvFunction& env, const Profiles& profiles) {
  if (auto keys = keys_in_env(env)) return CredentialsPlan{.base = *std::move(keys)};
  if (std::string file = env("AWS_WEB_IDENTITY_TOKEN_FILE"); !file.empty()) {
    WebIdentity identity{.token_file = std::move(file),
                         .role_arn = env("AWS_ROLE_ARN"),
                         .session_name = env("AWS_ROLE_SESSION_NAME")};
    if (identity.role_arn.empty())
      return refuse("AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    return CredentialsPlan{.base = std::move(identity)};
  }
  const std::string chosen = chosen_profile(env);
  const std::string name = chosen.empty() ? "default" : chosen;
  if (!chosen.empty() || profiles.contains(name)) return ProfilePlanner(env, profiles).plan(name);
  CredentialsPlan plan;
  TRIBUTARY_TRY(plan.base, plan_container_or_instance(env));
  return plan;
}

}  // namespace

Result<CredentialsPlan> plan_credentials(const EnvFunction& env, const Profiles& profiles) {
  TRIBUTARY_TRY(CredentialsPlan plan, plan_source(env, profiles));
  plan.region = region_from_env(env);
  if (plan.region.empty()) plan.region = profile_region(env, profiles);
  return plan;
}

std::string config_file_path(const EnvFunction& env) {
  std::string path = env("AWS_CONFIG_FILE");
  return path.empty() ? home_path(env, "config") : path;
}

std::string credentials_file_path(const EnvFunction& env) {
  std::string path = env("AWS_SHARED_CREDENTIALS_FILE");
  return path.empty() ? home_path(env, "credentials") : path;
}

std::string region_from_env(const EnvFunction& env) {
  return first_of(env, "AWS_REGION", "AWS_DEFAULT_REGION");
}

Result<void> check_container_url(std::string_view text) {
  const auto url = net::parse_url(text);
  if (!url) return url.error().within("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (url->scheme == "https" || is_agent_host(url->host)) return {};
  return refuse(
      "AWS_CONTAINER_CREDENTIALS_FULL_URI: http is allowed only to loopback, "
      "169.254.170.2, 169.254.170.23 and fd00:ec2::23, got host \"" +
      url->host + "\"");
}

}  // namespace tributary::aws
