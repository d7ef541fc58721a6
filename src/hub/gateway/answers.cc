#include "hub/gateway/answers.h"

#include <array>
#include <utility>

#include "base/json_text.h"
#include "hub/identity/api.h"

namespace tributary::hub::gateway {
namespace {

// The JSON services have names of their own for the same things.
std::string json_code(std::string_view code) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {{
      {"InvalidClientTokenId", "UnrecognizedClientException"},
      {"SignatureDoesNotMatch", "InvalidSignatureException"},
      {"ServiceFailure", "InternalServerException"},
      {"ValidationError", "ValidationException"},
  }};
  for (const auto& [query, json] : kNames)
    if (code == query) return std::string(json);
  return std::string(code) + (code.ends_with("Exception") ? "" : "Exception");
}

// AMP's front answers in its own words where nothing was signed at all, and says everything about
// authentication with 403.
net::Response data_plane(const identity::ApiError& error) {
  const bool unsigned_request = error.code == "MissingAuthenticationToken";
  const bool by_service = error.code == "AccessDenied" || error.status == 404;
  const std::string_view key = by_service ? "Message" : "message";
  const std::string_view text =
      unsigned_request ? std::string_view("Missing Authentication Token") : error.message;
  return {.status = error.status == 400 ? 403 : error.status,
          .headers = {{"Content-Type", "application/json"}},
          .body = "{" + json_string(key) + ":" + json_string(text) + "}"};
}

net::Response control_plane(const identity::ApiError& error) {
  return {.status = error.status,
          .headers = {{"Content-Type", "application/json"},
                      {"x-amzn-ErrorType", json_code(error.code)}},
          .body = "{\"message\":" + json_string(error.message) + "}"};
}

}  // namespace

net::Response render(const identity::ApiError& error, Plane plane, std::string_view request_id) {
  if (plane == Plane::query_protocol)
    return to_response(identity::error_response(identity::kSts, error, request_id));
  net::Response response = plane == Plane::data ? data_plane(error) : control_plane(error);
  if (!error.explanation.empty())
    response.headers.set(identity::kDenialHeader, identity::denial_header(error));
  return response;
}

net::Response to_response(identity::ApiResponse answer) {
  net::Response response{.status = answer.status,
                         .headers = {{"Content-Type", answer.content_type}},
                         .body = std::move(answer.body)};
  for (const auto& [name, value] : answer.headers) response.headers.set(name, value);
  return response;
}

net::Response to_response(ControlAnswer answer) {
  net::Response response{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
  if (!response.body.empty()) response.headers.set("Content-Type", "application/json");
  if (!answer.error_code.empty()) response.headers.set("x-amzn-ErrorType", answer.error_code);
  return response;
}

net::Response to_response(workspaces::Answer answer) {
  net::Response response{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
  if (!answer.content_type.empty()) response.headers.set("Content-Type", answer.content_type);
  for (const auto& [name, value] : answer.headers) response.headers.set(name, value);
  return response;
}

net::Response text_response(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(body)};
}

net::Response not_admitted(QueryQueue::Admission admission) {
  const auto answer = [](int status, const char* type, const char* error) {
    return net::Response{.status = status,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = std::string("{\"status\":\"error\",\"errorType\":\"") + type +
                                 "\",\"error\":\"" + error + "\"}"};
  };
  switch (admission) {
    case QueryQueue::Admission::full: {
      net::Response full = answer(429, "too_many_requests", "too many outstanding requests");
      full.headers.set("Retry-After", "1");
      return full;
    }
    case QueryQueue::Admission::timed_out:
      return answer(503, "timeout", "query timed out in query queue");
    default: return answer(499, "canceled", "query was canceled in query queue");
  }
}

Plane plane_of(std::string_view path) {
  if (path == "/" || path.empty()) return Plane::query_protocol;
  const bool data = path.starts_with("/workspaces/") && path.find("/api/") != path.npos;
  return data ? Plane::data : Plane::control;
}

}  // namespace tributary::hub::gateway
