// Providers that exchange something at the Security Token Service for a role's credentials:
// credentials of another principal (AssumeRole), or a token of an identity provider
// (AssumeRoleWithWebIdentity).
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "aws/cached_credentials.h"
#include "aws/credentials.h"
#include "aws/environment.h"
#include "aws/hop_error.h"
#include "aws/signing_client.h"
#include "aws/sts_protocol.h"

namespace tributary::aws {

// The name that CloudTrail shows for a session that nobody named: tributary-<ECS task id>, or
// tributary-<hostname> outside of ECS.
class SessionNamer {
 public:
  explicit SessionNamer(const Environment& environment) : environment_(environment) {}

  net::Task<std::string> name(std::stop_token stop);

 private:
  const Environment& environment_;
  std::string task_id_;  // once the task metadata endpoint has told it
};

class AssumeRoleProvider final : public CredentialsProvider {
 public:
  // `region` is the one of the STS to ask; "" takes AWS_REGION.
  AssumeRoleProvider(const Environment& environment, std::unique_ptr<CredentialsProvider> source,
                     RoleHop hop, std::string region);

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override;
  const HopError* last_failure() const override;

 private:
  const Environment& environment_;
  RoleHop hop_;
  std::string region_;
  SessionNamer namer_;
  CachedCredentials source_;
  SigningClient client_;
  std::optional<HopError> failure_;
};

class WebIdentityProvider final : public CredentialsProvider {
 public:
  WebIdentityProvider(const Environment& environment, WebIdentity identity, std::string region);

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override;
  const HopError* last_failure() const override { return failure_ ? &*failure_ : nullptr; }

 private:
  const Environment& environment_;
  WebIdentity identity_;
  std::string region_;
  SessionNamer namer_;
  std::optional<HopError> failure_;
};

}  // namespace tributary::aws
