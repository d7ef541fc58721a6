// The decision for a caller and a resource with the policies that the store holds: evaluate.h with
// everything filled in. What was parsed is kept until somebody changes the database.
//
// Threads: one at a time, the store's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hub/identity/evaluate.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

using PolicySetPtr = std::shared_ptr<const PolicySet>;

class Authorizer {
 public:
  explicit Authorizer(Store& store) : store_(store) {}

  // `request.context` has the keys of the request (aws:SourceIp, aws:ResourceTag/x ...); those of
  // the principal and the time are added here. An Error is a failure of the store.
  Result<Decision> authorize(AccessRequest request);

  // For the actions of STS on a role; `role` may be null. See evaluate_assume_role.
  Result<Decision> authorize_assume_role(AccessRequest request, const Entity* role);

  // Everything that limits or allows this caller.
  Result<PolicySetPtr> policies_of(const Principal& principal);

  // Of a user or role as such, without a session.
  Result<PolicySet> policies_of(const Entity& entity);

 private:
  Result<PolicySetPtr> load(const Principal& principal);
  Result<NamedPolicy> managed(std::string_view arn);

  Store& store_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::string, PolicySetPtr> cache_;  // by entity id, or by a session's key id
};

// aws:ResourceAccount, aws:ResourceTag/... and iam:ResourceTag/... of a role.
RequestContext role_context(const Entity& role, const std::vector<Tag>& tags);

// aws:PrincipalArn, aws:userid, aws:PrincipalTag/... and aws:CurrentTime.
RequestContext principal_context(const Principal& principal, Timestamp now);

}  // namespace tributary::hub::identity
