#include "aws/sigv4_verify.h"

#include <algorithm>
#include <array>

#include "aws/sigv4.h"
#include "aws/timestamps.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

AuthError incomplete(std::string message) {
  return {.code = "IncompleteSignature", .http_status = 400, .message = std::move(message)};
}

AuthError mismatch(std::string message) {
  return {.code = "SignatureDoesNotMatch", .http_status = 403, .message = std::move(message)};
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// The pieces of either form, before they are understood.
struct RawAuth {
  std::optional<std::string> credential;
  std::optional<std::string> signed_headers;
  std::optional<std::string> signature;
  std::optional<std::string> date_time;
  std::string session_token;
  std::optional<std::string> expires;
};

using RawOutcome = std::variant<RawAuth, AuthError>;

std::optional<AuthError> check_target(const RequestView& request) {
  const std::string_view path = request.path();
  if (!path.starts_with('/')) {
    return AuthError{.code = "InvalidURIPath",
                     .http_status = 400,
                     .message = "Path must start with a '/'. Got " + quoted(path)};
  }
  if (has_broken_escape(path)) {
    return AuthError{
        .code = "InvalidURIPath",
        .http_status = 400,
        .message = "Illegal hex character in escape % pattern in path " + quoted(path)};
  }
  if (has_broken_escape(request.query())) {
    return AuthError{.code = "MalformedQueryString",
                     .http_status = 400,
                     .message = "Illegal hex character in escape % pattern in the query string"};
  }
  return std::nullopt;
}

RawOutcome read_header_form(std::string_view header, const net::Headers& headers) {
  header = trim(header);
  const std::size_t space = header.find(' ');
  const std::string_view algorithm = header.substr(0, space);
  if (algorithm != kAlgorithm)
    return incomplete("Unsupported AWS 'algorithm': " + quoted(algorithm) + ".");

  RawAuth raw;
  const std::string_view rest =
      space == std::string_view::npos ? std::string_view() : header.substr(space + 1);
  for (const std::string_view part : split(rest, ',')) {
    const std::string_view pair = trim(part);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return incomplete(quoted(pair) +
                        " not a valid key=value pair (missing equal-sign) in Authorization "
                        "header: " +
                        quoted(header));
    }
    const std::string_view key = pair.substr(0, equals);
    std::string value(pair.substr(equals + 1));
    if (key == "Credential")
      raw.credential = std::move(value);
    else if (key == "SignedHeaders")
      raw.signed_headers = std::move(value);
    else if (key == "Signature")
      raw.signature = std::move(value);
  }
  auto date = headers.get("X-Amz-Date");
  if (!date) date = headers.get("Date");
  if (date) raw.date_time = std::string(trim(*date));

  std::string missing;
  const auto require = [&missing](const std::optional<std::string>& value, std::string_view name) {
    if (!value) missing += "Authorization header requires " + quoted(name) + " parameter. ";
  };
  require(raw.credential, "Credential");
  require(raw.signature, "Signature");
  require(raw.signed_headers, "SignedHeaders");
  if (!raw.date_time) {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!missing.empty()) return incomplete(missing + "Authorization=" + std::string(kAlgorithm));
  raw.session_token = std::string(trim(headers.get("X-Amz-Security-Token").value_or("")));
  return raw;
}

RawOutcome read_query_form(const QueryParameters& parameters) {
  std::optional<std::string> algorithm;
  RawAuth raw;
  std::optional<std::string> token;
  const auto slot = [&](std::string_view name) -> std::optional<std::string>* {
    if (name == "X-Amz-Algorithm") return &algorithm;
    if (name == "X-Amz-Credential") return &raw.credential;
    if (name == "X-Amz-SignedHeaders") return &raw.signed_headers;
    if (name == "X-Amz-Signature") return &raw.signature;
    if (name == "X-Amz-Date") return &raw.date_time;
    if (name == "X-Amz-Expires") return &raw.expires;
    if (name == "X-Amz-Security-Token") return &token;
    return nullptr;
  };
  for (const auto& [name, value] : parameters) {
    if (auto* const found = slot(name)) *found = value;
  }
  if (algorithm && *algorithm != kAlgorithm)
    return incomplete("Unsupported AWS 'algorithm': " + quoted(*algorithm) + ".");
  std::string missing;
  const auto require = [&missing](const std::optional<std::string>& value, std::string_view name) {
    if (!value) missing += "AWS query-string parameters must include " + quoted(name) + ". ";
  };
  require(algorithm, "X-Amz-Algorithm");
  require(raw.credential, "X-Amz-Credential");
  require(raw.signature, "X-Amz-Signature");
  require(raw.signed_headers, "X-Amz-SignedHeaders");
  require(raw.date_time, "X-Amz-Date");
  require(raw.expires, "X-Amz-Expires");
  if (!missing.empty()) return incomplete(missing + "Re-examine the query-string parameters.");
  raw.session_token = token.value_or("");
  return raw;
}

// Exactly one of the two forms must be there.
RawOutcome read_either_form(const RequestView& request) {
  const QueryParameters parameters = parse_query(request.query());
  const auto headers = request.headers.get_all("Authorization");
  const bool in_query = std::any_of(parameters.begin(), parameters.end(), [](const auto& p) {
    return p.first == "X-Amz-Algorithm" || p.first == "X-Amz-Signature";
  });
  if (headers.empty() && !in_query) {
    return AuthError{.code = "MissingAuthenticationToken",
                     .http_status = 403,
                     .message = "Request is missing Authentication Token"};
  }
  if (headers.size() + (in_query ? 1 : 0) > 1) {
    return incomplete(
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, or one "
        "Authorization header should be specified");
  }
  return in_query ? read_query_form(parameters) : read_header_form(headers[0], request.headers);
}

// Names go into the canonical request, where a line break would make it ambiguous.
bool is_header_name(std::string_view name) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOther.find(c) != std::string_view::npos;
  });
}

std::optional<AuthError> read_signed_headers(std::string_view list, ParsedAuth& auth) {
  for (const std::string_view name : split(list, ';')) {
    if (name != ":authority" && !is_header_name(name))
      return incomplete("SignedHeaders must be header names separated by ';'. Got " + quoted(list));
    auth.signed_headers.emplace_back(name);
  }
  const auto signs = [&](std::string_view name) {
    return std::find(auth.signed_headers.begin(), auth.signed_headers.end(), name) !=
           auth.signed_headers.end();
  };
  if (!signs("host") && !signs(":authority"))
    return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  return std::nullopt;
}

std::optional<AuthError> read_expires(std::string_view text, ParsedAuth& auth) {
  const auto seconds = parse_int64(text);
  if (!seconds || *seconds < 1 || *seconds > kPresignedExpiresMax.count()) {
    return incomplete("X-Amz-Expires must be a number of seconds from 1 to " +
                      std::to_string(kPresignedExpiresMax.count()) + ". Got " + quoted(text));
  }
  auth.is_presigned = true;
  auth.expires = std::chrono::seconds(*seconds);
  return std::nullopt;
}

std::optional<AuthError> read_credential(std::string_view credential, ParsedAuth& auth) {
  const auto parts = split(credential, '/');
  if (parts.size() != 5) {
    return incomplete(
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        "keyid/date/region/service/term, got " +
        quoted(credential));
  }
  auth.access_key_id = std::string(parts[0]);
  auth.date = std::string(parts[1]);
  auth.region = std::string(parts[2]);
  auth.service = std::string(parts[3]);
  auth.terminator = std::string(parts[4]);
  return std::nullopt;
}

// x-amz-content-sha256 must tell the truth; a presigned GET without a body may leave it open.
std::variant<std::string, AuthError> checked_payload_hash(const ParsedAuth& auth,
                                                          const RequestView& request) {
  std::string real =
      request.body_sha256.empty() ? sha256_hex(request.body) : std::string(request.body_sha256);
  const auto given = request.headers.get("x-amz-content-sha256");
  if (!given || *given == real) return real;
  if (*given == kUnsignedPayload && auth.is_presigned && request.method == "GET" &&
      real == sha256_hex("")) {
    return std::string(kUnsignedPayload);
  }
  return AuthError{
      .code = "XAmzContentSHA256Mismatch",
      .http_status = 400,
      .message = "The provided 'x-amz-content-sha256' header does not match what was computed."};
}

std::string minutes_text(Duration window) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(window).count()) + " min.";
}

// The query as it was signed: without the signature, and with or without the token.
std::string signed_query(const RequestView& request, const ParsedAuth& auth, bool with_token) {
  QueryParameters parameters = parse_query(request.query());
  if (auth.is_presigned) {
    std::erase_if(parameters, [with_token](const auto& parameter) {
      return parameter.first == "X-Amz-Signature" ||
             (!with_token && parameter.first == "X-Amz-Security-Token");
    });
  }
  return canonical_query(parameters);
}

}  // namespace

std::variant<ParsedAuth, AuthError> parse_authorization(const RequestView& request) {
  if (auto error = check_target(request)) return *std::move(error);
  RawOutcome outcome = read_either_form(request);
  if (auto* const error = std::get_if<AuthError>(&outcome)) return std::move(*error);
  RawAuth& raw = std::get<RawAuth>(outcome);

  ParsedAuth auth;
  if (auto error = read_signed_headers(*raw.signed_headers, auth)) return *std::move(error);
  const auto timestamp = parse_amz_date(*raw.date_time);
  if (!timestamp) {
    return incomplete("Date must be in ISO-8601 'basic format'. Got " + quoted(*raw.date_time) +
                      ". See http://en.wikipedia.org/wiki/ISO_8601");
  }
  if (raw.expires) {
    if (auto error = read_expires(*raw.expires, auth)) return *std::move(error);
  }
  if (auto error = read_credential(*raw.credential, auth)) return *std::move(error);
  auth.timestamp = *timestamp;
  auth.date_time = std::move(*raw.date_time);
  auth.signature = std::move(*raw.signature);
  auth.session_token = std::move(raw.session_token);
  return auth;
}

std::optional<AuthError> check_clock(const ParsedAuth& auth, Timestamp now, Duration window) {
  const std::string now_text = amz_date(now);
  if (auth.timestamp > now + window) {
    return mismatch("Signature not yet current: " + auth.date_time + " is still later than " +
                    amz_date(now + window) + " (" + now_text + " + " + minutes_text(window) + ")");
  }
  if (auth.is_presigned) {
    const Timestamp end = auth.timestamp + auth.expires;
    if (now <= end) return std::nullopt;
    return mismatch("Signature expired: " + amz_date(end) + " is now earlier than " + now_text);
  }
  if (auth.timestamp < now - window) {
    return mismatch("Signature expired: " + auth.date_time + " is now earlier than " +
                    amz_date(now - window) + " (" + now_text + " - " + minutes_text(window) + ")");
  }
  return std::nullopt;
}

std::optional<AuthError> check_scope(const ParsedAuth& auth, const ExpectedScope& expected) {
  std::string wrong;
  const auto add = [&wrong](const std::string& sentence) {
    if (!wrong.empty()) wrong += ' ';
    wrong += sentence;
  };
  const bool region_fits = expected.regions.empty()
                               ? !auth.region.empty()
                               : std::find(expected.regions.begin(), expected.regions.end(),
                                           auth.region) != expected.regions.end();
  if (!region_fits)
    add("Credential should be scoped to a valid region, not " + quoted(auth.region) + ".");
  if (auth.service != expected.service)
    add("Credential should be scoped to correct service: " + quoted(expected.service) + ".");
  if (auth.terminator != kTerminator) {
    add("Credential should be scoped with a valid terminator: " + quoted(kTerminator) + ", not " +
        quoted(auth.terminator) + ".");
  }
  const std::string_view day = std::string_view(auth.date_time).substr(0, 8);
  if (auth.date != day) {
    add("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: " +
        quoted(auth.date) + " != " + quoted(day) + ", from " + quoted(auth.date_time) + ".");
  }
  if (wrong.empty()) return std::nullopt;
  return mismatch(std::move(wrong));
}

std::variant<VerifiedRequest, AuthError> verify_signature(const ParsedAuth& auth,
                                                          const RequestView& request,
                                                          const Digest& signing_key) {
  auto hash = checked_payload_hash(auth, request);
  if (auto* const error = std::get_if<AuthError>(&hash)) return std::move(*error);

  CanonicalParts parts{.method = request.method,
                       .signed_headers = auth.signed_headers,
                       .payload_hash = std::get<std::string>(hash)};
  const std::string normal = canonical_path(request.path(), PathForm::normalized);
  const std::string as_is = canonical_path(request.path(), PathForm::as_is);
  std::string canonical;
  std::string to_sign;
  const auto matches = [&](const std::string& path, bool with_token) {
    parts.path = path;
    parts.query = signed_query(request, auth, with_token);
    std::string attempt = canonical_request(parts, request.headers);
    std::string attempt_to_sign = string_to_sign(auth.date_time, auth.scope(), attempt);
    const bool equal =
        equals_constant_time(signature_of(signing_key, attempt_to_sign), auth.signature);
    if (canonical.empty()) {
      canonical = std::move(attempt);
      to_sign = std::move(attempt_to_sign);
    }
    return equal;
  };
  const auto matches_either_path = [&](bool with_token) {
    return matches(normal, with_token) || (as_is != normal && matches(as_is, with_token));
  };
  const bool late_token = auth.is_presigned && !auth.session_token.empty();
  if (matches_either_path(true) || (late_token && matches_either_path(false)))
    return VerifiedRequest{.path = normalize_path(request.path()),
                           .path_was_normal = normal == as_is};

  AuthError error = mismatch(
      "The request signature we calculated does not match the signature you provided. Check your "
      "AWS Secret Access Key and signing method. Consult the service documentation for details.");
  error.detail = "\n\nThe Canonical String for this request should have been\n'" + canonical +
                 "'\n\nThe String-to-Sign should have been\n'" + to_sign + "'\n";
  return error;
}

std::variant<VerifiedRequest, AuthError> verify(const ParsedAuth& auth, const RequestView& request,
                                                std::string_view secret_access_key, Timestamp now,
                                                Duration window) {
  if (auto error = check_clock(auth, now, window)) return *std::move(error);
  const ExpectedScope own{.regions = {auth.region}, .service = auth.service};
  if (auto error = check_scope(auth, own)) return *std::move(error);
  const Digest key = derive_signing_key(secret_access_key, auth.date, auth.region, auth.service);
  return verify_signature(auth, request, key);
}

}  // namespace tributary::aws
