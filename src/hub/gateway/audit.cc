#include "hub/gateway/audit.h"

#include <algorithm>
#include <utility>

namespace tributary::hub::gateway {
namespace {

constexpr std::size_t kReasonBytesMax = 300;

// The rest of what is said about a wrong signature are the headers that were signed.
std::string first_line(std::string_view text) {
  return std::string(text.substr(0, std::min(text.find('\n'), kReasonBytesMax)));
}

}  // namespace

void Trail::refuse(const identity::ApiError& error) {
  explanation =
      error.explanation.empty() ? error.code + ": " + first_line(error.message) : error.explanation;
  missing = error.missing;
  internal = error.internal;
}

void Audit::count(std::string_view action, int status) {
  telemetry_
      .counter("tributary_hub_requests_total", "Requests by action and status.",
               {{"action", std::string(action.empty() ? "none" : action)},
                {"status", std::to_string(status)}})
      .add();
}

// What succeeds and changes nothing is counted only; so are samples that are written.
void Audit::record(const net::ServerRequest& request, int status, const Trail& trail) {
  count(trail.action, status);
  if (status >= 400 || trail.changes) write(request, status, trail);
}

void Audit::write(const net::ServerRequest& request, int status, const Trail& trail) {
  std::vector<LogField> fields = {{"request_id", trail.request_id},   {"status", status},
                                  {"caller", trail.caller},           {"account", trail.account},
                                  {"action", trail.action},           {"resource", trail.resource},
                                  {"source_ip", request.peer_address}};
  if (!trail.explanation.empty()) fields.emplace_back("reason", trail.explanation);
  if (!trail.internal.empty()) fields.emplace_back("error", trail.internal);
  if (trail.action.empty()) fields.emplace_back("path", request.path());
  const bool denied = status == 401 || status == 403;
  if (denied) {
    denials_.add({.at = clock_.now(),
                  .request_id = trail.request_id,
                  .status = status,
                  .caller = trail.caller,
                  .account = trail.account,
                  .action = trail.action,
                  .resource = trail.resource,
                  .source_ip = request.peer_address,
                  .reason = trail.explanation,
                  .missing = trail.missing});
  }
  log_.log(status >= 400 ? LogLevel::warn : LogLevel::info, denied ? "denied" : "request",
           std::move(fields));
}

}  // namespace tributary::hub::gateway
