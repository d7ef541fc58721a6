// The Authority behind the real APIs: it asks the hub each time, so that a revoked key or a changed
// policy counts from the next call on.
//
// Threads: the Loop's.
#pragma once

#include "lab/api/authority.h"
#include "lab/api/hub_client.h"

namespace tributary::lab {

class HubAuthority final : public Authority {
 public:
  explicit HubAuthority(HubClient& hub) : hub_(hub) {}

  net::Task<Result<Verdict>> verify(net::ServerRequest request, std::string service) override;
  net::Task<Result<std::optional<Denial>>> authorize(Question question) override;

 private:
  HubClient& hub_;
};

}  // namespace tributary::lab
