#include "aws/signing_session.h"

#include <unistd.h>

#include <array>

#include "aws/arn.h"
#include "aws/default_chain.h"
#include "aws/providers.h"
#include "aws/signing_client.h"
#include "aws/sts.h"

namespace tributary::aws {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

// The environment, with the STS endpoint of the options in front of what it says.
EnvFunction with_sts_endpoint(EnvFunction env, const std::string& endpoint) {
  if (endpoint.empty()) return env;
  return [env = std::move(env), endpoint](std::string_view name) {
    return name == "AWS_ENDPOINT_URL_STS" ? endpoint : env(name);
  };
}

class SessionClient final : public net::HttpClient {
 public:
  SessionClient(std::shared_ptr<SigningSession> session, std::unique_ptr<net::HttpClient> inner,
                const Clock& clock, Logger log, SigningOptions options)
      : session_(std::move(session)),
        inner_(std::move(inner)),
        signer_(*inner_, session_->credentials(), clock, std::move(log), std::move(options)) {}

  net::Task<Result<net::Response>> send(net::Request request, std::stop_token stop) override {
    return signer_.send(std::move(request), std::move(stop));
  }

 private:
  std::shared_ptr<SigningSession> session_;
  std::unique_ptr<net::HttpClient> inner_;
  SigningClient signer_;
};

Result<void> check(const SigningSessionOptions& options) {
  if (!options.web_identity_token_file.empty() && !options.role)
    return Error(Code::invalid_argument, "web_identity_token_file needs the ARN of a role");
  if (options.role) {
    if (const auto arn = parse_arn(options.role->role_arn); !arn) return arn.error();
  }
  if (!options.sts_endpoint.empty()) {
    if (const auto url = net::parse_url(options.sts_endpoint); !url)
      return url.error().within("sts endpoint");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<SigningSession>> SigningSession::make(const Outside& outside,
                                                             SigningSessionOptions options) {
  if (auto fine = check(options); !fine) return fine.error();
  net::HttpClientOptions for_sts;
  for_sts.tls.ca_file = outside.env("AWS_CA_BUNDLE");
  net::HttpClientOptions for_metadata;
  for_metadata.proxy.from_environment = false;
  TRIBUTARY_TRY(auto http, outside.make_http_client(std::move(for_sts)));
  TRIBUTARY_TRY(auto metadata_http, outside.make_http_client(std::move(for_metadata)));
  return std::shared_ptr<SigningSession>(
      new SigningSession(outside, std::move(options), std::move(http), std::move(metadata_http)));
}

SigningSession::SigningSession(const Outside& outside, SigningSessionOptions options,
                               std::unique_ptr<net::HttpClient> http,
                               std::unique_ptr<net::HttpClient> metadata_http)
    : options_(std::move(options)),
      http_(std::move(http)),
      metadata_http_(std::move(metadata_http)),
      processes_(outside.loop),
      environment_{.loop = outside.loop,
                   .random = outside.random,
                   .http = *http_,
                   .metadata_http = *metadata_http_,
                   .processes = processes_,
                   .env = with_sts_endpoint(outside.env, options_.sts_endpoint),
                   .read_file = outside.read_file,
                   .log = outside.log,
                   .user_agent = outside.user_agent,
                   .hostname = host_name()},
      credentials_(std::make_unique<CachedCredentials>(make_provider(), outside.loop,
                                                       outside.random, outside.log)) {}

SigningSession::~SigningSession() = default;

std::unique_ptr<CredentialsProvider> SigningSession::make_provider() const {
  const std::string& region = options_.sts_region.empty() ? options_.region : options_.sts_region;
  if (!options_.role) return std::make_unique<DefaultChain>(environment_, region);
  const RoleHop& role = *options_.role;
  if (!options_.web_identity_token_file.empty()) {
    return std::make_unique<WebIdentityProvider>(
        environment_,
        WebIdentity{.token_file = options_.web_identity_token_file,
                    .role_arn = role.role_arn,
                    .session_name = role.session_name},
        region);
  }
  return std::make_unique<AssumeRoleProvider>(
      environment_, std::make_unique<DefaultChain>(environment_, region), role, region);
}

std::unique_ptr<net::HttpClient> SigningSession::wrap(std::shared_ptr<SigningSession> session,
                                                      std::unique_ptr<net::HttpClient> inner) {
  const SigningSessionOptions& options = session->options_;
  const Environment& environment = session->environment_;
  SigningOptions signing{.scope = {.region = options.region, .service = options.service},
                         .default_region = region_from_env(environment.env),
                         .role_arn = options.role ? options.role->role_arn : "",
                         .action = options.action};
  return std::make_unique<SessionClient>(session, std::move(inner), environment.clock(),
                                         environment.log, std::move(signing));
}

Result<std::unique_ptr<net::HttpClient>> make_signing_client(
    const Outside& outside, SigningSessionOptions options, std::unique_ptr<net::HttpClient> inner) {
  TRIBUTARY_TRY(auto session, SigningSession::make(outside, std::move(options)));
  return SigningSession::wrap(std::move(session), std::move(inner));
}

}  // namespace tributary::aws
