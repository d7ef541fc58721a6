// Who asks: an IAM user, a session of a role, an account's root, or a service. As known after
// authentication; permissions are looked up, not carried, except the session's own policies.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace tributary::hub::identity {

struct Tag {
  std::string key;
  std::string value;

  bool operator==(const Tag&) const = default;
};

enum class PrincipalKind : std::uint8_t { root, user, role_session, service };

// Policies given with AssumeRole: the session has at most what they allow.
struct SessionPolicies {
  std::string document;           // "" for none
  std::vector<std::string> arns;  // managed policies of the role's account

  bool empty() const { return document.empty() && arns.empty(); }
  bool operator==(const SessionPolicies&) const = default;
};

struct Principal {
  PrincipalKind kind = PrincipalKind::service;
  std::string account;     // "" for a service
  std::string arn;         // of the caller, as GetCallerIdentity gives it
  std::string user_id;     // AIDA..., AROA...:session, or the account of a root
  std::string entity_id;   // AIDA... or AROA...; "" for root and services
  std::string entity_arn;  // of the user or the role; the session's role, not the session
  std::string name;        // of the user, role or service
  std::string access_key_id;
  std::vector<Tag> tags;  // of the user or role, those of the session on top

  // Of temporary credentials only.
  Timestamp issued{};
  Timestamp expires{};

  // Of a role session only.
  std::string session_name;
  std::string source_identity;
  std::string assumed_by;  // ARN of who assumed the role, where known
  std::vector<Tag> session_tags;
  std::vector<std::string> transitive_tag_keys;
  SessionPolicies session_policies;

  // A role's session, or a user's of GetSessionToken.
  bool temporary() const { return expires != Timestamp{}; }
};

// ecs-tasks.amazonaws.com and its like.
Principal service_principal(std::string_view name);
Principal root_principal(std::string_view account);

}  // namespace tributary::hub::identity
