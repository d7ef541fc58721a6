// STS (API version 2011-06-15) as far as users and roles go (hub-spec 2.3, 2.4): AssumeRole,
// GetSessionToken, GetCallerIdentity, GetAccessKeyInfo, and Tributary's own operations
// (service_api.h, console_links.h).
//
// Threads: one at a time, the store's.
#pragma once

#include <string_view>

#include "hub/identity/api.h"
#include "hub/identity/assumed_roles.h"
#include "hub/identity/authenticate.h"
#include "hub/identity/authorize.h"
#include "hub/identity/service_api.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

class StsApi {
 public:
  StsApi(Store& store, Authenticator& authenticator, Authorizer& authorizer)
      : store_(store), authorizer_(authorizer), services_(store, authenticator, authorizer) {}

  ApiResponse handle(const ApiRequest& request);

  // These come without a signature. TributaryRedeemConsoleLink brings a link's token instead. For
  // AssumeRoleWithWebIdentity and AssumeRoleWithSAML there are no identity providers yet, so the
  // answer says that.
  static bool is_unsigned(std::string_view action);
  ApiResponse handle_unsigned(const ApiRequest& request);

  // By AssumeRole.
  const AssumedRoles& assumed_roles() const { return assumed_roles_; }

 private:
  ApiResponse run(const ApiRequest& request);

  Store& store_;
  Authorizer& authorizer_;
  ServiceApi services_;
  AssumedRoles assumed_roles_;
};

}  // namespace tributary::hub::identity
