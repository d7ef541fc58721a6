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
  net::Response response = plane == Plane::control ? control_plane(error) : data_plane(error);
  if (!error.explanation.empty()) response.headers.set(identity::kDenialHeader, error.explanation);
  return response;
}

net::Response to_response(identity::ApiResponse answer) {
  net::Response response{.status = answer.status,
                         .headers = {{"Content-Type", answer.content_type}},
                         .body = std::move(answer.body)};
  for (const auto& [name, value] : answer.headers) response.headers.set(name, value);
  return response;
}

Plane plane_of(std::string_view path) {
  if (path == "/" || path.empty()) return Plane::query_protocol;
  const bool data = path.starts_with("/workspaces/") && path.find("/api/") != path.npos;
  return data ? Plane::data : Plane::control;
}

}  // namespace tributary::hub::gateway
