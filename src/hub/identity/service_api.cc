#include "hub/identity/service_api.h"

#include <algorithm>
#include <array>

#include "aws/sigv4.h"
#include "aws/sigv4_verify.h"
#include "hub/identity/arn.h"
#include "hub/identity/sts_sessions.h"

namespace tributary::hub::identity {
namespace {

constexpr std::string_view kVerify = "TributaryVerifyRequest";
constexpr std::string_view kAuthorize = "TributaryAuthorize";
constexpr std::string_view kIssue = "TributaryIssueTaskCredentials";
constexpr std::string_view kEcsTasks = "ecs-tasks.amazonaws.com";

constexpr auto kRequired = Parameter::Need::required;

const std::vector<Parameter>& parameters_of(std::string_view action) {
  static const std::vector<Parameter> kOfVerify = {{"Method", Format::any, 1, 32, kRequired},
                                                   {"Target", Format::any, 1, 65'536, kRequired},
                                                   {"PayloadHash", Format::name, 64, 64, kRequired},
                                                   {"Service", Format::any, 1, 64, kRequired}};
  static const std::vector<Parameter> kOfAuthorize = {
      {"AccessKeyId", Format::name, 16, 128, kRequired},
      {"AuthorizedAction", Format::any, 3, 128, kRequired},
      {"Resource", Format::any, 1, 2048, kRequired}};
  static const std::vector<Parameter> kOfIssue = {{"RoleArn", Format::any, 20, 2048, kRequired},
                                                  {"TaskArn", Format::any, 20, 2048, kRequired},
                                                  {"DurationSeconds", Format::integer, 60, 43'200}};
  return action == kVerify ? kOfVerify : action == kAuthorize ? kOfAuthorize : kOfIssue;
}

ApiError refused(const aws::AuthError& error) {
  return {error.http_status, error.code, error.full_message()};
}

bool is_service(const Principal& caller) { return caller.kind == PrincipalKind::service; }

ApiError only_for_services(const Call& call, std::string_view action) {
  return ApiError(403, "AccessDenied",
                  "User: " + call.caller.arn + " is not authorized to perform: sts:" +
                      std::string(action) + ": it needs a service key of this hub");
}

// The answer to the service that asked.
Refusal refuse(Call& call, ApiError error, const Principal& caller) {
  call.out.open("Denial")
      .element("Status", std::to_string(error.status))
      .element("Code", error.code)
      .element("Message", error.message)
      .optional("Explanation", error.explanation)
      .close("Denial");
  return {.caller = caller.arn,
          .account = caller.account,
          .action = std::string(call.text("AuthorizedAction")),
          .resource = std::string(call.text("Resource")),
          .error = std::move(error)};
}

// arn:aws:ecs:eu-west-1:111111111111:task/cluster/0123 -> 0123, if it may name a session.
std::optional<std::string> task_id(const Arn& task) {
  if (task.service != "ecs" || !task.resource.starts_with("task/")) return std::nullopt;
  std::string id(task.resource.substr(task.resource.rfind('/') + 1));
  const Params params{{"taskId", id}};
  const std::vector<Parameter> rule = {{"taskId", Format::name, 2, 64}};
  if (validate(rule, params)) return std::nullopt;
  return id;
}

Fault authorize_task(Call& call, const Entity& role, const Arn& task) {
  if (!is_service(call.caller)) {
    const AccessRequest issue{.principal = call.caller,
                              .action = "tributary:IssueTaskCredentials",
                              .resource = role.arn(),
                              .resource_account = role.account,
                              .context = call.request.context};
    TRIBUTARY_TRY(const Decision may_issue, call.authorizer.authorize(issue));
    if (!may_issue.allowed()) return access_denied(issue, may_issue);
  }
  const Principal ecs = service_principal(kEcsTasks);
  AccessRequest assume{.principal = ecs, .action = "sts:AssumeRole", .resource = role.arn()};
  assume.context.set("aws:SourceArn", call.text("TaskArn"));
  assume.context.set("aws:SourceAccount", task.account);
  TRIBUTARY_TRY(const Decision trusted, call.authorizer.authorize_assume_role(assume, &role));
  if (!trusted.allowed()) return access_denied(assume, trusted);
  return {};
}

RequestContext read_context(const Call& call) {
  std::map<std::string, std::vector<std::string>> values;
  const std::size_t count = call.params.count("Context");
  for (std::size_t i = 1; i <= count; ++i)
    values[std::string(call.params.field("Context", i, "Key"))].emplace_back(
        call.params.field("Context", i, "Value"));
  RequestContext context;
  for (auto& [key, all] : values) context.set_all(key, std::move(all));
  return context;
}

}  // namespace

bool ServiceApi::has(std::string_view action) {
  constexpr std::array kAll = {kVerify, kAuthorize, kIssue};
  return std::find(kAll.begin(), kAll.end(), action) != kAll.end();
}

ApiResponse ServiceApi::handle(const ApiRequest& request) {
  const std::string_view action = request.params.text("Action");
  Call call{request, request.params, request.caller, store_, authorizer_, EntityKind::role, {}};
  Refused refused;
  Fault fault = validate(parameters_of(action), request.params);
  if (!fault) fault = run(call, action, refused);
  ApiResponse response = fault
                             ? error_response(kSts, std::move(*fault), request.request_id)
                             : success_response(kSts, action, call.out.take(), request.request_id);
  response.action = action_name(kSts, action);
  response.resource = std::string(call.text(action == kIssue ? "RoleArn" : "Resource"));
  response.refusal = std::move(refused);
  return response;
}

Fault ServiceApi::run(Call& call, std::string_view action, Refused& refused) {
  if (action == kIssue) return issue_task_credentials(call);
  if (!is_service(call.caller)) return only_for_services(call, action);
  return action == kVerify ? verify_request(call, refused) : authorize(call, refused);
}

std::variant<AuthenticatedPtr, ApiError> ServiceApi::find_caller(std::string_view access_key_id,
                                                                 std::string_view token) {
  auto found = authenticator_.find(access_key_id, token);
  const auto* caller = std::get_if<AuthenticatedPtr>(&found);
  if (caller != nullptr && is_service((*caller)->principal)) return invalid_token();
  return found;
}

std::variant<AuthenticatedPtr, ApiError> ServiceApi::verify(const Call& call, std::string& region) {
  net::Headers headers;
  const std::size_t count = call.params.count("Headers");
  for (std::size_t i = 1; i <= count; ++i)
    headers.add(call.params.field("Headers", i, "Name"), call.params.field("Headers", i, "Value"));
  const aws::RequestView view{.method = call.text("Method"),
                              .target = call.text("Target"),
                              .headers = headers,
                              .body = {},
                              .body_sha256 = call.text("PayloadHash")};
  const auto parsed = aws::parse_authorization(view);
  if (const auto* error = std::get_if<aws::AuthError>(&parsed)) return refused(*error);
  const auto& auth = std::get<aws::ParsedAuth>(parsed);
  if (const auto error = aws::check_clock(auth, store_.clock().now(), kWindow))
    return refused(*error);
  const aws::ExpectedScope scope{.regions = {}, .service = std::string(call.text("Service"))};
  if (const auto error = aws::check_scope(auth, scope)) return refused(*error);
  auto found = find_caller(auth.access_key_id, auth.session_token);
  if (std::holds_alternative<ApiError>(found)) return found;
  const AuthenticatedPtr& caller = std::get<AuthenticatedPtr>(found);
  const aws::Digest key =
      aws::derive_signing_key(caller->secret, auth.date, auth.region, auth.service);
  const auto verified = aws::verify_signature(auth, view, key);
  if (const auto* error = std::get_if<aws::AuthError>(&verified)) return refused(*error);
  if (!auth.session_token.empty())
    remember(auth.access_key_id, auth.session_token, caller->principal.expires);
  region = auth.region;
  return found;
}

void ServiceApi::remember(const std::string& access_key_id, std::string_view token,
                          Timestamp expires) {
  if (sessions_.size() >= kSessionsMax) {
    std::erase_if(sessions_, [now = store_.clock().now()](const auto& one) {
      return one.second.expires <= now;
    });
    const auto first = std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const auto& a, const auto& b) { return a.second.expires < b.second.expires; });
    if (sessions_.size() >= kSessionsMax) sessions_.erase(first);
  }
  sessions_.insert_or_assign(access_key_id, Known{std::string(token), expires});
}

Fault ServiceApi::verify_request(Call& call, Refused& refused) {
  std::string region;
  const auto found = verify(call, region);
  if (const auto* error = std::get_if<ApiError>(&found)) {
    if (error->receiver()) return *error;
    refused = refuse(call, *error, {});
    return {};
  }
  const Principal& caller = std::get<AuthenticatedPtr>(found)->principal;
  call.out.open("Caller")
      .element("Arn", caller.arn)
      .element("Account", caller.account)
      .element("UserId", caller.user_id)
      .element("AccessKeyId", caller.access_key_id)
      .close("Caller");
  call.out.element("Region", region);
  return {};
}

Fault ServiceApi::authorize(Call& call, Refused& refused) {
  const std::string_view id = call.text("AccessKeyId");
  const auto known = sessions_.find(id);
  const auto found = find_caller(id, known == sessions_.end() ? "" : known->second.token);
  if (const auto* error = std::get_if<ApiError>(&found)) {
    if (error->receiver()) return *error;
    refused = refuse(call, *error, {});
    return {};
  }
  AccessRequest access{.principal = std::get<AuthenticatedPtr>(found)->principal,
                       .action = std::string(call.text("AuthorizedAction")),
                       .resource = std::string(call.text("Resource")),
                       .resource_account = "",
                       .context = read_context(call)};
  if (const auto arn = split_arn(access.resource)) {
    if (is_account_id(arn->account)) access.resource_account = std::string(arn->account);
    if (!arn->region.empty()) access.context.set("aws:RequestedRegion", arn->region);
  }
  TRIBUTARY_TRY(const Decision decision, authorizer_.authorize(access));
  if (decision.allowed()) {
    call.out.element("Decision", to_string(decision.verdict));
  } else {
    refused = refuse(call, access_denied(access, decision), access.principal);
  }
  return {};
}

Fault ServiceApi::issue_task_credentials(Call& call) {
  const std::string_view role_arn = call.text("RoleArn");
  if (!is_role_arn(role_arn)) return validation_error(std::string(role_arn) + " is invalid");
  const auto task = split_arn(call.text("TaskArn"));
  const auto id = task ? task_id(*task) : std::nullopt;
  if (!id)
    return validation_error("TaskArn " + std::string(call.text("TaskArn")) +
                            " is invalid, must be like "
                            "arn:aws:ecs:eu-west-1:111111111111:task/cluster/0123456789abcdef");
  TRIBUTARY_TRY(const auto role, find_role(call.store, role_arn));
  const bool own = role && task->account == role->account &&
                   (is_service(call.caller) || role->account == call.caller.account);
  if (!own)
    return ApiError(403, "AccessDenied",
                    "Caller, task and role must be of one account, and the role " +
                        std::string(role_arn) + " must exist in it");
  if (Fault fault = authorize_task(call, *role, *task)) return fault;
  const Session session =
      new_session(call.store, *role, *id, call.integer("DurationSeconds", 21'600));
  const std::string token = write_session(call, *role, session);
  if (is_service(call.caller)) remember(session.access_key_id, token, session.expires);
  call.out.element("RoleArn", role->arn());
  return {};
}

}  // namespace tributary::hub::identity
