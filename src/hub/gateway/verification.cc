#include "hub/gateway/verification.h"

#include "aws/sigv4_verify.h"

namespace tributary::hub::gateway {
namespace {

identity::ApiError refused(const aws::AuthError& error) {
  return {error.http_status, error.code, error.full_message()};
}

}  // namespace

std::variant<Caller, identity::ApiError> Verification::verify(const net::ServerRequest& request) {
  const aws::RequestView view{request.method, request.target, request.headers, request.body};
  const auto parsed = aws::parse_authorization(view);
  if (const auto* error = std::get_if<aws::AuthError>(&parsed)) return refused(*error);
  const auto& auth = std::get<aws::ParsedAuth>(parsed);

  const bool query_protocol = plane_of(request.path()) == Plane::query_protocol;
  const bool identity = auth.service == "iam" || auth.service == "sts";
  const aws::ExpectedScope scope{.service = !query_protocol ? "aps"
                                            : identity      ? auth.service
                                                            : "sts"};
  const Duration window = query_protocol ? kWindowIdentity : kWindowAps;
  if (const auto error = aws::check_clock(auth, clock_.now(), window)) return refused(*error);
  if (const auto error = aws::check_scope(auth, scope)) return refused(*error);

  Caller caller{.region = auth.region, .service = auth.service};
  {
    const std::lock_guard lock(mutex_);
    auto found = authenticator_.find(auth.access_key_id, auth.session_token);
    if (auto* error = std::get_if<identity::ApiError>(&found)) return std::move(*error);
    caller.identity = std::get<identity::AuthenticatedPtr>(std::move(found));
  }
  aws::Digest key;
  {
    const std::lock_guard lock(keys_mutex_);
    key = keys_.get({.access_key_id = auth.access_key_id,
                     .secret_access_key = caller.identity->secret,
                     .date = auth.date,
                     .region = auth.region,
                     .service = auth.service});
  }
  auto verified = aws::verify_signature(auth, view, key);
  if (const auto* error = std::get_if<aws::AuthError>(&verified)) return refused(*error);
  caller.path = std::get<aws::VerifiedRequest>(std::move(verified)).path;
  return caller;
}

}  // namespace tributary::hub::gateway
