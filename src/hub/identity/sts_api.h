// STS (API version 2011-06-15) as far as roles go (hub-spec 2.3, 2.4): AssumeRole,
// GetCallerIdentity, GetAccessKeyInfo, and one operation of Tributary's own.
//
// TributaryIssueTaskCredentials is what ECS does inside AWS: it hands a task the credentials of its
// task role. Parameters: RoleArn and TaskArn (arn:aws:ecs:<region>:<account>:task/<cluster>/<id>),
// both required; DurationSeconds, 60 to 43200, default 21600 as ECS gives. The caller needs
// `tributary:IssueTaskCredentials` on the role in its own account, and the role's trust policy must
// let the service ecs-tasks.amazonaws.com assume it, with aws:SourceArn (the task) and
// aws:SourceAccount in the context. The session is named after the task's id. The answer holds
// Credentials and AssumedRoleUser as AssumeRole's does, and RoleArn.
//
// Threads: one at a time, the store's.
#pragma once

#include <string_view>

#include "hub/identity/api.h"
#include "hub/identity/authorize.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

class StsApi {
 public:
  StsApi(Store& store, Authorizer& authorizer) : store_(store), authorizer_(authorizer) {}

  ApiResponse handle(const ApiRequest& request);

  // AssumeRoleWithWebIdentity and AssumeRoleWithSAML come without a signature. There are no
  // identity providers yet, so the answer says that.
  static bool is_unsigned(std::string_view action);
  ApiResponse handle_unsigned(const ApiRequest& request);

 private:
  Store& store_;
  Authorizer& authorizer_;
};

}  // namespace tributary::hub::identity
