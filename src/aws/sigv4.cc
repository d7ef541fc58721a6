#include "aws/sigv4.h"

#include <algorithm>
#include <array>

#include "aws/timestamps.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

std::vector<std::string> signed_header_names(const net::Headers& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    if (is_signed_header(name)) names.push_back(to_lower(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string scope_text(std::string_view date, const SigningScope& scope) {
  return std::string(date) + "/" + scope.region + "/" + scope.service + "/" +
         std::string(kTerminator);
}

std::string payload_hash(const RequestView& request) {
  if (const auto given = request.headers.get("x-amz-content-sha256")) return std::string(*given);
  return sha256_hex(request.body);
}

struct Computed {
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;
};

Computed compute(const CanonicalParts& parts, const net::Headers& headers,
                 const Credentials& credentials, const SigningScope& scope, std::string_view time) {
  const std::string_view date = time.substr(0, 8);
  Computed computed;
  computed.canonical_request = canonical_request(parts, headers);
  computed.string_to_sign =
      string_to_sign(time, scope_text(date, scope), computed.canonical_request);
  const Digest key =
      derive_signing_key(credentials.secret_access_key, date, scope.region, scope.service);
  computed.signature = signature_of(key, computed.string_to_sign);
  return computed;
}

}  // namespace

bool is_signed_header(std::string_view name) {
  constexpr std::array<std::string_view, 11> kUnsigned = {
      "authorization",     "connection", "expect",     "keep-alive",      "te",           "trailer",
      "transfer-encoding", "upgrade",    "user-agent", "x-amzn-trace-id", "uber-trace-id"};
  const std::string lower = to_lower(name);
  return !lower.starts_with("proxy-") &&
         std::find(kUnsigned.begin(), kUnsigned.end(), lower) == kUnsigned.end();
}

SignedRequest sign(const RequestView& request, const Credentials& credentials,
                   const SigningScope& scope, Timestamp time, SignOptions options) {
  const std::string date_time = amz_date(time);
  net::Headers headers = request.headers;
  SignedRequest result;
  const auto set = [&](std::string_view name, std::string_view value) {
    headers.set(name, value);
    result.headers.set(name, value);
  };
  headers.erase("X-Amz-Security-Token");
  set("X-Amz-Date", date_time);
  const bool has_token = !credentials.session_token.empty();
  if (has_token && options.sign_session_token)
    set("X-Amz-Security-Token", credentials.session_token);

  const std::vector<std::string> names = signed_header_names(headers);
  const std::string hash = payload_hash(request);
  const CanonicalParts parts{.method = request.method,
                             .path = canonical_path(request.path(), options.path),
                             .query = canonical_query(parse_query(request.query())),
                             .signed_headers = names,
                             .payload_hash = hash};
  Computed computed = compute(parts, headers, credentials, scope, date_time);

  if (has_token && !options.sign_session_token)
    result.headers.set("X-Amz-Security-Token", credentials.session_token);
  result.headers.set("Authorization",
                     std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" +
                         scope_text(date_time.substr(0, 8), scope) + ", SignedHeaders=" +
                         join(names, ";") + ", Signature=" + computed.signature);
  result.canonical_request = std::move(computed.canonical_request);
  result.string_to_sign = std::move(computed.string_to_sign);
  result.signature = std::move(computed.signature);
  return result;
}

PresignedRequest presign(const RequestView& request, const Credentials& credentials,
                         const SigningScope& scope, Timestamp time, std::chrono::seconds expires,
                         SignOptions options) {
  const std::string date_time = amz_date(time);
  const std::vector<std::string> names = signed_header_names(request.headers);
  QueryParameters added = {{"X-Amz-Algorithm", std::string(kAlgorithm)},
                           {"X-Amz-Credential", credentials.access_key_id + "/" +
                                                    scope_text(date_time.substr(0, 8), scope)},
                           {"X-Amz-Date", date_time},
                           {"X-Amz-SignedHeaders", join(names, ";")},
                           {"X-Amz-Expires", std::to_string(expires.count())}};
  const QueryParameters token = {{"X-Amz-Security-Token", credentials.session_token}};
  const bool has_token = !credentials.session_token.empty();
  if (has_token && options.sign_session_token) added.push_back(token[0]);

  QueryParameters all = parse_query(request.query());
  all.insert(all.end(), added.begin(), added.end());
  const std::string hash = payload_hash(request);
  const CanonicalParts parts{.method = request.method,
                             .path = canonical_path(request.path(), options.path),
                             .query = canonical_query(all),
                             .signed_headers = names,
                             .payload_hash = hash};
  Computed computed = compute(parts, request.headers, credentials, scope, date_time);

  if (has_token && !options.sign_session_token) added.push_back(token[0]);
  added.emplace_back("X-Amz-Signature", computed.signature);
  std::string target(request.target);
  for (const auto& [name, value] : added) {
    target += target.find('?') == std::string::npos ? '?' : '&';
    target += name;
    target += '=';
    target += percent_encode(value);
  }
  return {.target = std::move(target),
          .canonical_request = std::move(computed.canonical_request),
          .string_to_sign = std::move(computed.string_to_sign),
          .signature = std::move(computed.signature)};
}

Digest derive_signing_key(std::string_view secret_access_key, std::string_view date,
                          std::string_view region, std::string_view service) {
  const Digest day = hmac_sha256("AWS4" + std::string(secret_access_key), date);
  const Digest in_region = hmac_sha256(as_bytes(day), region);
  const Digest for_service = hmac_sha256(as_bytes(in_region), service);
  return hmac_sha256(as_bytes(for_service), kTerminator);
}

std::string signature_of(const Digest& signing_key, std::string_view string_to_sign) {
  return to_hex(hmac_sha256(as_bytes(signing_key), string_to_sign));
}

Digest SigningKeyCache::get(const Query& query) {
  std::string name;
  for (const std::string_view part :
       {query.access_key_id, query.date, query.region, query.service}) {
    name += part;
    name += '/';
  }
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    if (found->second->secret_access_key == query.secret_access_key) return found->second->key;
    by_name_.erase(found);
    entries_.pop_front();
  }
  const Digest key =
      derive_signing_key(query.secret_access_key, query.date, query.region, query.service);
  entries_.push_front(
      {.name = name, .secret_access_key = std::string(query.secret_access_key), .key = key});
  by_name_[entries_.front().name] = entries_.begin();
  if (entries_.size() > capacity_) {
    by_name_.erase(entries_.back().name);
    entries_.pop_back();
  }
  return key;
}

}  // namespace tributary::aws
