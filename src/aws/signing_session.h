// Everything that signing needs, in one object: HTTP clients for STS and metadata endpoints, the
// chain of credentials, a role on top of it, the cache. Clients wrapped by one session share its
// credentials.
//
//   auto client = aws::make_signing_client(outside, {.region = "eu-west-1", .service = "aps",
//                                                    .role = aws::RoleHop{.role_arn = arn}},
//                                          std::move(inner));
//
// Nothing is fetched before the first request.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/cached_credentials.h"
#include "aws/environment.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"

namespace tributary::aws {

// What the program gives. All of it outlives the session.
struct Outside {
  net::Loop& loop;
  Random& random;
  Logger log;
  std::function<Result<std::unique_ptr<net::HttpClient>>(net::HttpClientOptions)> make_http_client;
  EnvFunction env;
  std::string user_agent;
  std::function<Result<std::string>(const std::string& path)> read_file = read_small_file;
};

struct SigningSessionOptions {
  std::string region;   // "": told by the host of each request
  std::string service;  // "": the same
  std::optional<RoleHop> role;
  // With a role: assume it with the token in this file, without other credentials.
  std::string web_identity_token_file;
  std::string sts_region;    // "": `region`, then AWS_REGION
  std::string sts_endpoint;  // "": AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, then the region's
  std::string action;        // for the log: "aps:RemoteWrite"
};

class SigningSession {
 public:
  // Fails only where an HTTP client cannot be made (AWS_CA_BUNDLE) or an option makes no sense.
  static Result<std::shared_ptr<SigningSession>> make(const Outside& outside,
                                                      SigningSessionOptions options);
  ~SigningSession();

  // A client that signs and sends through `inner`. It keeps the session alive.
  static std::unique_ptr<net::HttpClient> wrap(std::shared_ptr<SigningSession> session,
                                               std::unique_ptr<net::HttpClient> inner);

  CachedCredentials& credentials() { return *credentials_; }

 private:
  SigningSession(const Outside& outside, SigningSessionOptions options,
                 std::unique_ptr<net::HttpClient> http,
                 std::unique_ptr<net::HttpClient> metadata_http);
  std::unique_ptr<CredentialsProvider> make_provider() const;

  SigningSessionOptions options_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<net::HttpClient> metadata_http_;
  SystemProcessRunner processes_;
  Environment environment_;
  std::unique_ptr<CachedCredentials> credentials_;
};

// A session for one client.
Result<std::unique_ptr<net::HttpClient>> make_signing_client(
    const Outside& outside, SigningSessionOptions options, std::unique_ptr<net::HttpClient> inner);

}  // namespace tributary::aws
