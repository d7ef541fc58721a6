// An HTTP client that signs what it sends: each attempt anew, with credentials that are renewed
// behind it.
//
// An answer that says that the credentials have expired or are unknown makes it fetch new ones and
// try once more; one that says that the clock is wrong, or whose Date is far from it, makes it take
// the time from that header and try once more. Other refusals go to the caller, and to the log with
// the hop, the code and the likely cause.
//
// Threads: the Loop's. Must outlive every `send`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/cached_credentials.h"
#include "aws/hop_error.h"
#include "aws/sigv4.h"
#include "base/log.h"
#include "net/http.h"

namespace tributary::aws {

// What the name of an AWS endpoint tells: aps-workspaces.eu-west-1.amazonaws.com is service aps in
// eu-west-1. Empty where it tells nothing.
SigningScope scope_of_host(std::string_view host);

struct SigningOptions {
  SigningScope scope;          // what is empty is taken from the host of each request
  std::string default_region;  // where neither tells one
  std::string role_arn;        // assumed on the way, for the log; may be empty
  std::string action;          // "aps:RemoteWrite", for the log; empty: the service
  Duration log_interval = 60s;
};

class SigningClient final : public net::HttpClient {
 public:
  // Less is not what a server complains about.
  static constexpr Duration kClockDifferenceMin = 5s;
  // So much makes a refusal one of the clock, whatever it says.
  static constexpr Duration kClockDifferenceLarge = 60s;
  // Who is further off than that is not believed.
  static constexpr Duration kClockOffsetMax = 24h;

  SigningClient(net::HttpClient& inner, CachedCredentials& credentials, const Clock& clock,
                Logger log, SigningOptions options);

  // Code::unauthenticated while there are no credentials: "waiting for credentials: …". The caller
  // may try again.
  net::Task<Result<net::Response>> send(net::Request request, std::stop_token stop) override;

  // How far the other side's clock is ahead of ours, as its refusals have told.
  Duration clock_offset() const { return clock_offset_; }

 private:
  SigningScope scope_for(const net::Request& request);
  net::Request with_signature(net::Request request, const Credentials& credentials);
  bool can_remedy(const Refusal& refusal, const net::Response& response,
                  const Credentials& credentials);
  bool take_clock_from(const net::Response& response, Duration least_difference);
  void report(const Refusal& refusal, const net::Request& request, const Credentials& credentials);

  net::HttpClient& inner_;
  CachedCredentials& credentials_;
  const Clock& clock_;
  Logger log_;
  SigningOptions options_;
  LogLimiter refusal_limiter_;
  LogLimiter scope_limiter_;
  Duration clock_offset_{};
};

}  // namespace tributary::aws
