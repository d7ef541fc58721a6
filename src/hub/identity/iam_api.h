// IAM (API version 2010-05-08) as far as accounts, roles, users and policies go (hub-spec 2.8).
// Each operation is itself authorised: iam:CreateRole on the role's ARN, and so on.
//
// Threads: one at a time, the store's.
#pragma once

#include "hub/identity/api.h"
#include "hub/identity/authorize.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

class IamApi {
 public:
  IamApi(Store& store, Authorizer& authorizer) : store_(store), authorizer_(authorizer) {}

  ApiResponse handle(const ApiRequest& request);

 private:
  Store& store_;
  Authorizer& authorizer_;
};

}  // namespace tributary::hub::identity
