// Providers that fetch credentials from one place. How they are chosen and stacked:
// default_chain.h.
//
// Threads: the Loop's.
#pragma once

#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/credentials_plan.h"
#include "aws/environment.h"
#include "aws/hop_error.h"

namespace tributary::aws {

class StaticProvider final : public CredentialsProvider {
 public:
  explicit StaticProvider(Credentials credentials) : credentials_(std::move(credentials)) {}

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override { return "keys of " + credentials_.source; }

 private:
  Credentials credentials_;
};

class ProcessProvider final : public CredentialsProvider {
 public:
  ProcessProvider(const Environment& environment, ProcessCommand command)
      : environment_(environment), command_(std::move(command)) {}

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override { return "credential_process " + command_.argv.front(); }

 private:
  const Environment& environment_;
  ProcessCommand command_;
};

// The ECS and EKS agents' endpoint for a task's role.
class ContainerProvider final : public CredentialsProvider {
 public:
  ContainerProvider(const Environment& environment, ContainerEndpoint endpoint)
      : environment_(environment), endpoint_(std::move(endpoint)) {}

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override { return "container credentials at " + endpoint_.url; }
  const HopError* last_failure() const override { return failure_ ? &*failure_ : nullptr; }

 private:
  Result<net::Request> make_request() const;

  const Environment& environment_;
  ContainerEndpoint endpoint_;
  std::optional<HopError> failure_;
};

// The role of an EC2 instance: IMDSv2, and version 1 where version 2 is not offered.
class InstanceMetadataProvider final : public CredentialsProvider {
 public:
  static constexpr Duration kTimeout = 1s;  // of each request: most machines are not on EC2

  InstanceMetadataProvider(const Environment& environment, InstanceMetadata metadata)
      : environment_(environment), metadata_(std::move(metadata)) {}

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override { return "instance metadata at " + metadata_.endpoint; }
  const HopError* last_failure() const override { return failure_ ? &*failure_ : nullptr; }

 private:
  // The session token; "" where version 1 must do.
  net::Task<Result<std::string>> fetch_token(std::stop_token stop);
  net::Task<Result<std::string>> fetch(std::string path, std::string token, std::stop_token stop);

  const Environment& environment_;
  InstanceMetadata metadata_;
  std::optional<HopError> failure_;
};

}  // namespace tributary::aws
