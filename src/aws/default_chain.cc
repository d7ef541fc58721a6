#include "aws/default_chain.h"

#include "aws/providers.h"
#include "aws/sts.h"

namespace tributary::aws {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::unique_ptr<CredentialsProvider> make_base(const Environment& environment,
                                               const BaseSource& base, const std::string& region) {
  using Made = std::unique_ptr<CredentialsProvider>;
  return std::visit(Overloaded{
                        [](const StaticKeys& keys) -> Made {
                          return std::make_unique<StaticProvider>(keys.credentials);
                        },
                        [&](const WebIdentity& identity) -> Made {
                          return std::make_unique<WebIdentityProvider>(environment, identity,
                                                                       region);
                        },
                        [&](const ProcessCommand& command) -> Made {
                          return std::make_unique<ProcessProvider>(environment, command);
                        },
                        [&](const ContainerEndpoint& endpoint) -> Made {
                          return std::make_unique<ContainerProvider>(environment, endpoint);
                        },
                        [&](const InstanceMetadata& metadata) -> Made {
                          return std::make_unique<InstanceMetadataProvider>(environment, metadata);
                        },
                    },
                    base);
}

Result<ConfigFile> read_config_file(const Environment& environment, const std::string& path) {
  const auto text = environment.read_file(path);
  if (!text && text.error().code() == Code::not_found) return ConfigFile{};
  if (!text) return text.error();
  auto file = parse_config_file(*text);
  if (!file) return file.error().within(path);
  return file;
}

}  // namespace

std::unique_ptr<CredentialsProvider> make_provider(const Environment& environment,
                                                   const CredentialsPlan& plan,
                                                   const std::string& region) {
  auto provider = make_base(environment, plan.base, region);
  for (const RoleHop& hop : plan.hops)
    provider = std::make_unique<AssumeRoleProvider>(environment, std::move(provider), hop, region);
  return provider;
}

Result<Profiles> read_profiles(const Environment& environment) {
  TRIBUTARY_TRY(const ConfigFile config,
                read_config_file(environment, config_file_path(environment.env)));
  TRIBUTARY_TRY(const ConfigFile credentials,
                read_config_file(environment, credentials_file_path(environment.env)));
  return merge_profiles(config, credentials);
}

std::string DefaultChain::describe() const {
  return provider_ ? provider_->describe() : "the default chain of credentials";
}

const HopError* DefaultChain::last_failure() const {
  return provider_ ? provider_->last_failure() : nullptr;
}

Result<CredentialsPlan> DefaultChain::make_plan() const {
  TRIBUTARY_TRY(const Profiles profiles, read_profiles(environment_));
  return plan_credentials(environment_.env, profiles);
}

net::Task<Result<Credentials>> DefaultChain::retrieve(std::stop_token stop) {
  Result<CredentialsPlan> plan = make_plan();
  if (!plan) {
    provider_.reset();
    plan_.reset();
    co_return plan.error();
  }
  if (!plan_ || *plan_ != *plan) {
    provider_ = make_provider(environment_, *plan, region_.empty() ? plan->region : region_);
    plan_ = std::move(*plan);
  }
  co_return co_await provider_->retrieve(stop);
}

}  // namespace tributary::aws
