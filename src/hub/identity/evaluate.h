// IAM's decision (hub-spec 2.6 and 2.7): the request, the policies of both sides, and the answer
// with its reason: the statement that decided, or the statement that is missing and where.
//
// Pure: no store, no clock; what the time is comes in the request's context.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/identity/missing.h"
#include "hub/identity/policy.h"
#include "hub/identity/principal.h"
#include "hub/identity/request_context.h"

namespace tributary::hub::identity {

struct NamedPolicy {
  std::string name;  // for reasons: "managed policy arn:...", "inline policy write"
  std::shared_ptr<const Policy> policy;
};

// What applies to a caller by itself.
struct PolicySet {
  std::vector<NamedPolicy> identity;                // attached and inline
  std::optional<NamedPolicy> boundary;              // at most what it allows
  std::optional<std::vector<NamedPolicy>> session;  // at most what one of them allows
};

// The role that somebody wants to be.
struct RoleTrust {
  std::string account;
  NamedPolicy trust;
};

struct AccessRequest {
  const Principal& principal;
  std::string action;            // "aps:RemoteWrite"
  std::string resource;          // an ARN, or "*" where the operation has none
  std::string resource_account;  // whose it is; "" is the caller's own
  RequestContext context;
};

enum class Verdict : std::uint8_t { allowed, explicit_deny, implicit_deny };

struct Decision {
  Verdict verdict = Verdict::implicit_deny;
  Side side = Side::identity_policy;  // that decided; for an implicit deny the first that misses
  std::string decided_by;             // "statement 2 (Sid Write) of managed policy arn:..."
  std::vector<Missing> missing;

  bool allowed() const { return verdict == Verdict::allowed; }
};

// A request on a resource that has no policy of its own.
Decision evaluate(const AccessRequest& request, const PolicySet& policies);

// sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity on a role: the caller's side and the
// role's trust policy. `request.resource` is the role's ARN. Without a role (there is none of that
// name) the answer is as if its trust policy said nothing.
Decision evaluate_assume_role(const AccessRequest& request, const PolicySet& policies,
                              const RoleTrust* role);

std::string_view to_string(Verdict verdict);  // as SimulatePrincipalPolicy: allowed, explicitDeny

// AWS' text: "User: ... is not authorized to perform: ... on resource: ... because ...".
std::string denial_message(const AccessRequest& request, const Decision& decision);

// What Tributary adds, on one line of printable ASCII: which statement is missing on which side.
std::string explain(const Decision& decision);

// What is missing, item by item. An explicit deny is an item without a statement: there, one is too
// many. Empty when allowed.
std::vector<Missing> missing_of(const AccessRequest& request, const Decision& decision);

}  // namespace tributary::hub::identity
