// Operations of Tributary's own, beside those of STS: what services inside AWS do among themselves.
// A service, such as the lab, has a key of its own (`tributary-hub service-key create`).
//
// TributaryVerifyRequest tells whose signature a request to the service bears. Parameters: Method,
// Target, Headers.member.N.Name and .Value, PayloadHash (SHA-256 of the body, hexadecimal), Service
// (that the signature must be for). The answer holds Caller (Arn, Account, UserId, AccessKeyId) and
// Region, or Denial.
//
// TributaryAuthorize decides for a caller who was verified before. Parameters: AccessKeyId,
// AuthorizedAction, Resource (an ARN or "*"), Context.member.N.Key and .Value (condition keys; a
// key may come several times). The answer holds Decision ("allowed") or Denial.
//
// Denial: Status, Code, Message, as AWS' query services say it, and Explanation.
//
// TributaryIssueTaskCredentials is what ECS does inside AWS: it hands a task the credentials of one
// of its roles. Parameters: RoleArn and TaskArn
// (arn:aws:ecs:<region>:<account>:task/<cluster>/<id>), both required; DurationSeconds, 60 to
// 43200, default 21600 as ECS gives. A service may do it in any account; any other caller needs
// `tributary:IssueTaskCredentials` on the role, in its own account. The role's trust policy must
// let the service ecs-tasks.amazonaws.com assume it, with aws:SourceArn (the task) and
// aws:SourceAccount in the context. The session is named after the task's id. The answer holds
// Credentials and AssumedRoleUser as AssumeRole's does, and RoleArn.
//
// Threads: one at a time, the store's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "hub/identity/api.h"
#include "hub/identity/authenticate.h"
#include "hub/identity/authorize.h"
#include "hub/identity/operation.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

// The service that a lab's key stands for.
inline constexpr std::string_view kLabService = "lab.tributary";

class ServiceApi {
 public:
  // Of callers with temporary credentials, that are remembered until these expire. Where there are
  // more, those that expire first are forgotten first, and must be verified once more.
  static constexpr std::size_t kSessionsMax = 16'384;
  static constexpr Duration kWindow = std::chrono::minutes(15);  // that clocks may differ

  ServiceApi(Store& store, Authenticator& authenticator, Authorizer& authorizer)
      : store_(store), authenticator_(authenticator), authorizer_(authorizer) {}

  static bool has(std::string_view action);
  ApiResponse handle(const ApiRequest& request);

 private:
  struct Known {
    std::string token;
    Timestamp expires;
  };

  using Refused = std::optional<Refusal>;
  Fault run(Call& call, std::string_view action, Refused& refused);
  Fault verify_request(Call& call, Refused& refused);
  Fault authorize(Call& call, Refused& refused);
  Fault issue_task_credentials(Call& call);

  std::variant<AuthenticatedPtr, ApiError> verify(const Call& call, std::string& region);
  // A user or a session; services do not call each other.
  std::variant<AuthenticatedPtr, ApiError> find_caller(std::string_view access_key_id,
                                                       std::string_view token);
  void remember(const std::string& access_key_id, std::string_view token, Timestamp expires);

  Store& store_;
  Authenticator& authenticator_;
  Authorizer& authorizer_;
  std::map<std::string, Known, std::less<>> sessions_;  // by access key id
};

}  // namespace tributary::hub::identity
