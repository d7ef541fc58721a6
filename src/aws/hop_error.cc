#include "aws/hop_error.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "aws/xml_text.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

constexpr std::size_t kMessageBytesMax = 1024;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void read_xml(std::string_view body, Refusal& refusal) {
  const auto texts = parse_xml_texts(body);
  if (!texts) return;
  const auto get = [&](std::string_view path) {
    const auto found = texts->find(path);
    return found == texts->end() ? std::string() : found->second;
  };
  refusal.code = get("ErrorResponse/Error/Code");
  refusal.message = get("ErrorResponse/Error/Message");
  const std::string id = get("ErrorResponse/RequestId");
  if (!id.empty()) refusal.request_id = id;
}

void read_json(std::string_view body, Refusal& refusal) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject()) return;
  const auto first_of = [&document](std::initializer_list<const char*> names) -> std::string {
    for (const char* name : names) {
      const auto found = document.FindMember(name);
      if (found != document.MemberEnd() && found->value.IsString())
        return {found->value.GetString(), found->value.GetStringLength()};
    }
    return "";
  };
  refusal.message = first_of({"message", "Message"});
  if (refusal.code.empty()) refusal.code = first_of({"code", "Code", "__type"});
}

// "com.amazon#AccessDeniedException:http://…" -> "AccessDeniedException".
std::string bare_code(std::string_view code) {
  if (const auto hash = code.find('#'); hash != std::string_view::npos)
    code.remove_prefix(hash + 1);
  return std::string(trim(code.substr(0, code.find(':'))));
}

bool is_denial(const Refusal& refusal) {
  return refusal.code.starts_with("AccessDenied") ||
         contains(refusal.message, "is not authorized to perform");
}

std::string account_of(std::string_view arn) {
  const auto parsed = parse_arn(arn);
  return parsed ? std::string(parsed->account) : "";
}

Advice advise_on_denied_role(const Refusal& refusal, const Hop& hop) {
  const std::string caller(hop.caller.empty() ? "the caller" : hop.caller);
  const std::string role(hop.role_arn);
  const std::string action(hop.action);
  const Advice permission{
      "no permission policy of " + caller + " allows " + action + " on " + role,
      "allow " + action + " on " + role + " in a permission policy of " + caller};
  const Advice trust{"the trust policy of " + role + " does not let " + caller + " in",
                     "name " + caller + " as Principal in the trust policy of " + role};
  if (contains(refusal.message, "explicit deny")) {
    return {"a policy denies it explicitly: look for Effect Deny on either side",
            "take " + action + " on " + role + " out of that statement"};
  }
  if (contains(refusal.message, "no identity-based policy allows")) return permission;
  if (contains(refusal.message, "no role trust policy allows")) return trust;
  const std::string external = hop.external_id_given
                                   ? " (Principal, or a condition such as sts:ExternalId)"
                                   : " (Principal, or it wants an sts:ExternalId and none is set)";
  if (account_of(hop.caller) == account_of(role) && !account_of(role).empty())
    return {trust.likely_cause + external + ", or the role does not exist", trust.next_action};
  return {"either " + trust.likely_cause + external + ", or " + permission.likely_cause +
              ", or the role does not exist",
          trust.next_action + ", and " + permission.next_action};
}

Advice advise_on_stale_credentials(const Refusal& refusal, const std::string& caller) {
  if (contains(refusal.message, "expired") || contains(refusal.code, "Expired")) {
    return {"the credentials of " + caller + " have expired and were not renewed",
            "see what keeps their source from giving new ones"};
  }
  return {"the credentials of " + caller +
              " are unknown here: deleted, inactive, of another partition, or the region must be "
              "enabled for the account first",
          "check the access key, or enable the region"};
}

// Where the texts say it without a code.
Advice advise_on_text(const Refusal& refusal) {
  const std::string_view message = refusal.message;
  if (contains(message, "signature we calculated does not match")) {
    return {"the secret access key is wrong, or a proxy changes the request (Host, path, headers)",
            "check the secret access key, and connect without the proxy"};
  }
  if (contains(message, "scoped to a valid region"))
    return {"the region of the signature is wrong", "set the region of the workspace"};
  if (contains(message, "Missing Authentication Token") ||
      refusal.code == "MissingAuthenticationToken") {
    return {"a proxy removes the Authorization header, or the path is not one of the service",
            "check the endpoint's path, and connect without the proxy"};
  }
  if (refusal.code == "RegionDisabledException") {
    return {"STS is not activated in this region for the account",
            "activate it, or set sts_region to one where it is"};
  }
  if (contains(message, "MaxSessionDuration") || contains(message, "session limit")) {
    return {"the session asked for is longer than the role allows",
            "raise the role's maximum session duration"};
  }
  return {};
}

}  // namespace

std::string HopError::to_string() const {
  std::string out = hop;
  const auto add = [&out](std::string_view before, std::string_view text) {
    if (text.empty()) return;
    out += before;
    out += text;
  };
  add(" of ", role_arn);
  add(" by ", caller);
  add(" in ", region);
  add(" at ", endpoint);
  out += http_status == 0 ? " failed" : " was answered with HTTP " + std::to_string(http_status);
  add(" ", code);
  add(": ", message);
  add("; request id ", request_id);
  add("; likely cause: ", likely_cause);
  add("; next: ", next_action);
  return out;
}

std::vector<LogField> HopError::fields() const {
  std::vector<LogField> fields = {{"hop", hop}};
  const auto add = [&fields](std::string_view key, const std::string& value) {
    if (!value.empty()) fields.emplace_back(key, value);
  };
  add("caller", caller);
  add("role", role_arn);
  add("region", region);
  add("endpoint", endpoint);
  if (http_status != 0) fields.emplace_back("status", http_status);
  add("code", code);
  add("error", message);
  add("request_id", request_id);
  add("likely_cause", likely_cause);
  add("next_action", next_action);
  return fields;
}

Refusal parse_refusal(const net::Response& response) {
  const auto header = [&response](std::string_view name) {
    return std::string(response.headers.get(name).value_or("").substr(0, kMessageBytesMax));
  };
  Refusal refusal{.http_status = response.status,
                  .code = header("x-amzn-errortype"),
                  .request_id = header("x-amzn-requestid"),
                  .explanation = header("x-tributary-denial")};
  const std::string_view content = trim(response.body);
  if (content.starts_with('<')) read_xml(content, refusal);
  if (content.starts_with('{')) read_json(content, refusal);
  refusal.code = bare_code(refusal.code);
  if (refusal.message.empty() && !content.starts_with('{') && !content.starts_with('<'))
    refusal.message = std::string(content);
  if (refusal.message.size() > kMessageBytesMax) refusal.message.resize(kMessageBytesMax);
  return refusal;
}

Advice advise(const Refusal& refusal, const Hop& hop) {
  const std::string caller(hop.caller.empty() ? "the caller" : hop.caller);
  const std::string action(hop.action);
  switch (remedy_of(refusal)) {
    case Remedy::fix_clock: return {"the clock of this machine is wrong", "set it, as by NTP"};
    case Remedy::refresh_credentials: return advise_on_stale_credentials(refusal, caller);
    case Remedy::none: break;
  }
  if (!refusal.explanation.empty()) return {refusal.explanation, ""};
  if (is_denial(refusal) && !hop.role_arn.empty()) return advise_on_denied_role(refusal, hop);
  if (!is_denial(refusal)) return advise_on_text(refusal);
  if (contains(refusal.message, "explicit deny")) {
    return {"a policy denies it explicitly: look for Effect Deny",
            "take " + action + " out of that statement"};
  }
  return {"no permission policy of " + caller + " allows " + action,
          "allow " + action + " in a permission policy of " + caller};
}

std::string caller_in_message(std::string_view message) {
  constexpr std::string_view kBefore = "User: ";
  constexpr std::string_view kAfter = " is not authorized";
  const std::size_t start = message.find(kBefore);
  if (start == std::string_view::npos) return "";
  const std::string_view rest = message.substr(start + kBefore.size());
  const std::size_t end = rest.find(kAfter);
  return end == std::string_view::npos ? "" : std::string(rest.substr(0, end));
}

Remedy remedy_of(const Refusal& refusal) {
  constexpr std::array<std::string_view, 6> kStale = {
      "ExpiredToken",         "ExpiredTokenException",
      "InvalidClientTokenId", "UnrecognizedClientException",
      "InvalidAccessKeyId",   "TokenRefreshRequired"};
  constexpr std::array<std::string_view, 3> kSkewed = {"RequestTimeTooSkewed", "RequestExpired",
                                                       "RequestInTheFuture"};
  const auto is_one = [&](const auto& codes) {
    return std::find(codes.begin(), codes.end(), refusal.code) != codes.end();
  };
  const std::string_view message = refusal.message;
  if (is_one(kSkewed) || contains(message, "Signature expired") ||
      contains(message, "Signature not yet current")) {
    return Remedy::fix_clock;
  }
  const bool token = contains(message, "security token included in the request is invalid") ||
                     contains(message, "security token included in the request is expired");
  return is_one(kStale) || token ? Remedy::refresh_credentials : Remedy::none;
}

}  // namespace tributary::aws
