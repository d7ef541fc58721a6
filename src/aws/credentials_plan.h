// Where credentials come from, worked out from the environment and the shared files alone, with the
// rules of the default chain of the AWS SDK for Go v2 (collector-spec.md 4.8). The plan is a base
// source and the roles to assume on top of it, one after the other.
//
// Threads: pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "aws/config_file.h"
#include "aws/credentials.h"
#include "base/clock.h"
#include "base/result.h"

namespace tributary::aws {

using EnvFunction = std::function<std::string(std::string_view)>;  // "" where unset

struct StaticKeys {
  Credentials credentials;
  bool operator==(const StaticKeys&) const = default;
};
struct WebIdentity {
  std::string token_file;
  std::string role_arn;
  std::string session_name;  // "": the default
  bool operator==(const WebIdentity&) const = default;
};
struct ProcessCommand {
  std::vector<std::string> argv;
  bool operator==(const ProcessCommand&) const = default;
};
struct ContainerEndpoint {
  std::string url;
  std::string token;       // sent as Authorization
  std::string token_file;  // wins over `token`, read at each fetch
  bool operator==(const ContainerEndpoint&) const = default;
};
struct InstanceMetadata {
  std::string endpoint;
  bool v1_disabled = false;
  bool operator==(const InstanceMetadata&) const = default;
};

using BaseSource =
    std::variant<StaticKeys, WebIdentity, ProcessCommand, ContainerEndpoint, InstanceMetadata>;

struct RoleHop {
  static constexpr Duration kDuration = 15min;  // as the SDK for Go asks for

  std::string role_arn;
  std::string session_name;  // "": the default
  std::string external_id;
  Duration duration = kDuration;
  bool operator==(const RoleHop&) const = default;
};

struct CredentialsPlan {
  BaseSource base;
  std::vector<RoleHop> hops;  // in the order they are assumed
  std::string region;         // AWS_REGION, AWS_DEFAULT_REGION or the profile's; may be empty
  bool operator==(const CredentialsPlan&) const = default;
};

// What to do with these profiles and this environment. Errors: a profile asked for that is not
// there, a loop of source_profile, a setting that makes no sense or is not supported.
Result<CredentialsPlan> plan_credentials(const EnvFunction& env, const Profiles& profiles);

// Paths of the two shared files: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/….
std::string config_file_path(const EnvFunction& env);
std::string credentials_file_path(const EnvFunction& env);

// AWS_REGION, else AWS_DEFAULT_REGION, else "".
std::string region_from_env(const EnvFunction& env);

// The full URI of container credentials may be https anywhere, http only to loopback and the
// addresses of the ECS and EKS agents.
Result<void> check_container_url(std::string_view url);

}  // namespace tributary::aws
