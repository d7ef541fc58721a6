// Credentials, and where they come from.
//
// Threads: values; providers on the Loop's thread.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"

namespace tributary::aws {

struct HopError;

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;            // of temporary ones
  std::optional<Timestamp> expiration;  // none: until somebody revokes them
  std::string source;                   // for people: "environment", "profile dev in ~/.aws/config"
  std::string arn;                      // whose they are, where known

  // The ARN, or the access key id where it is not known: for logs, never a secret.
  const std::string& principal() const { return arn.empty() ? access_key_id : arn; }
  bool operator==(const Credentials&) const = default;
};

class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;

  // Fetches anew. Caching is CachedCredentials' business.
  virtual net::Task<Result<Credentials>> retrieve(std::stop_token stop) = 0;

  // "container credentials at http://169.254.170.2/v2/credentials/…"
  virtual std::string describe() const = 0;

  // The hop of the last failed `retrieve`, for structured logs; null where that did not fail or
  // failed before any hop.
  virtual const HopError* last_failure() const { return nullptr; }
};

}  // namespace tributary::aws
