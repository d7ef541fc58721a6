// Steps from a request to a caller: parse the authorization, check clock and scope, look the key
// up, verify the signature (aws/sigv4_verify.h). Nothing that has not passed reaches anything else.
//
// Threads: any; waits for the identity store's mutex.
#pragma once

#include <mutex>
#include <string>
#include <variant>

#include "aws/sigv4.h"
#include "base/clock.h"
#include "hub/gateway/answers.h"
#include "hub/identity/authenticate.h"
#include "net/http.h"

namespace tributary::hub::gateway {

struct Caller {
  identity::AuthenticatedPtr identity;
  std::string region;   // of the signature
  std::string service;  // aps, iam or sts
  std::string path;     // that was verified, normalised
};

class Verification {
 public:
  // AWS' observed windows (hub-spec 1.7).
  static constexpr Duration kWindowAps = std::chrono::minutes(5);
  static constexpr Duration kWindowIdentity = std::chrono::minutes(15);

  // `mutex` guards the authenticator and its store.
  Verification(identity::Authenticator& authenticator, std::mutex& mutex, const Clock& clock)
      : authenticator_(authenticator), mutex_(mutex), clock_(clock) {}

  std::variant<Caller, identity::ApiError> verify(const net::ServerRequest& request);

 private:
  identity::Authenticator& authenticator_;
  std::mutex& mutex_;
  const Clock& clock_;
  std::mutex keys_mutex_;
  aws::SigningKeyCache keys_;
};

}  // namespace tributary::hub::gateway
