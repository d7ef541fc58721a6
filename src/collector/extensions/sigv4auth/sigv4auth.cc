#include "collector/extensions/sigv4auth/sigv4auth.h"

#include <utility>

namespace tributary::collector::sigv4auth {
namespace {

aws::SigningSessionOptions session_options(const Config& config) {
  aws::SigningSessionOptions options;
  options.region = config.region;
  options.service = config.service;
  options.sts_region = config.assume_role.sts_region;
  options.web_identity_token_file = config.assume_role.web_identity_token_file;
  if (!config.assume_role.arn.empty()) {
    options.role = aws::RoleHop{.role_arn = config.assume_role.arn,
                                .session_name = config.assume_role.session_name,
                                .external_id = config.assume_role.external_id};
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<SigV4Auth>> SigV4Auth::make(Context context, Config config) {
  const aws::Outside outside{.loop = context.loop,
                             .random = context.random,
                             .log = context.log,
                             .make_http_client = context.make_http_client,
                             .env = context.env,
                             .user_agent = context.user_agent};
  TRIBUTARY_TRY(auto session, aws::SigningSession::make(outside, session_options(config)));
  return std::unique_ptr<SigV4Auth>(new SigV4Auth(std::move(session)));
}

Result<void> SigV4Auth::start(Host& /*host*/) { return {}; }

net::Task<void> SigV4Auth::stop(Instant /*deadline*/) { co_return; }

std::unique_ptr<net::HttpClient> SigV4Auth::wrap(std::unique_ptr<net::HttpClient> inner) {
  return aws::SigningSession::wrap(session_, std::move(inner));
}

}  // namespace tributary::collector::sigv4auth
