// The default chain: reads the environment and the shared files at each retrieval, so that what is
// edited there is picked up, and fetches from where they point.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/credentials_plan.h"
#include "aws/environment.h"

namespace tributary::aws {

// The plan's base, wrapped in one AssumeRoleProvider per hop. `region` is for STS.
std::unique_ptr<CredentialsProvider> make_provider(const Environment& environment,
                                                   const CredentialsPlan& plan,
                                                   const std::string& region);

// Both shared files, merged. A missing file is an empty one.
Result<Profiles> read_profiles(const Environment& environment);

class DefaultChain final : public CredentialsProvider {
 public:
  // `region` of STS for the roles on the way; "" takes the environment's or the profile's.
  DefaultChain(const Environment& environment, std::string region)
      : environment_(environment), region_(std::move(region)) {}

  net::Task<Result<Credentials>> retrieve(std::stop_token stop) override;
  std::string describe() const override;
  const HopError* last_failure() const override;

 private:
  Result<CredentialsPlan> make_plan() const;

  const Environment& environment_;
  std::string region_;
  std::optional<CredentialsPlan> plan_;  // what `provider_` was made from
  std::unique_ptr<CredentialsProvider> provider_;
};

}  // namespace tributary::aws
