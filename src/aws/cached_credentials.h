// Keeps the credentials of a provider and renews them ahead of their expiry.
//
// There is no background work: the caller that finds them due renews them, others meanwhile go on
// with the old ones while these are valid, or wait for the same renewal. A renewal that fails is
// not repeated before its backoff is over, however often somebody asks.
//
// Threads: the Loop's. Must outlive every `get`.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "base/log.h"
#include "base/random.h"
#include "net/loop.h"

namespace tributary::aws {

class CachedCredentials {
 public:
  struct Options {
    Duration window = 5min;     // renewed that long before they expire
    Duration jitter = 30s;      // and up to this much earlier, so that a fleet spreads out
    Duration backoff_min = 1s;  // after a first failure, then doubled
    Duration backoff_max = 60s;
    Duration log_interval = 60s;  // between two lines about the same trouble
  };

  CachedCredentials(std::unique_ptr<CredentialsProvider> provider, net::Loop& loop, Random& random,
                    Logger log, Options options);
  CachedCredentials(std::unique_ptr<CredentialsProvider> provider, net::Loop& loop, Random& random,
                    Logger log = {})
      : CachedCredentials(std::move(provider), loop, random, std::move(log), Options{}) {}

  // Credentials that are valid now, or what keeps them from being had. Code::cancelled on stop.
  net::Task<Result<Credentials>> get(std::stop_token stop);

  // The other side refused these credentials: they are not handed out again. Those of another key
  // are newer than the refusal, and stay.
  void invalidate(std::string_view access_key_id);

  // Whose credentials were handed out last: ARN or access key id, "" before the first.
  const std::string& principal() const { return principal_; }
  std::string describe() const { return provider_->describe(); }
  // The hop that failed last; null while all is well.
  const HopError* last_failure() const { return error_ ? provider_->last_failure() : nullptr; }

 private:
  bool is_usable() const;
  bool is_due() const;
  net::Task<void> refresh(std::stop_token stop);
  net::Task<void> wait_for_refresh(std::stop_token stop);
  void adopt(Credentials credentials);
  void fail(Error error);
  void back_off();
  void log_failure(Duration delay);

  std::unique_ptr<CredentialsProvider> provider_;
  net::Loop& loop_;
  Random& random_;
  Logger log_;
  Options options_;
  LogLimiter log_limiter_;

  std::optional<Credentials> current_;
  std::string principal_;
  Timestamp refresh_at_{};  // of `current_`, where it expires
  Instant adopted_at_{};
  bool refreshing_ = false;
  std::vector<std::stop_source> waiting_;  // stopped when the running renewal ends

  std::optional<Error> error_;  // of the last renewal, or of the last refusal
  Instant next_attempt_{};
  int failures_ = 0;    // in a row
  int rejections_ = 0;  // of fresh credentials, in a row
};

}  // namespace tributary::aws
