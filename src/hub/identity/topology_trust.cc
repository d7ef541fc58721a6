// The edges from users, roles and services to the roles that they may assume or are meant to.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/compare.h"
#include "hub/identity/iam_operations.h"
#include "hub/identity/match.h"
#include "hub/identity/topology_draft.h"

namespace tributary::hub::identity {
namespace {

// Of a trust policy that is read through for one caller.
constexpr std::size_t kTrustBytesPerLook = 1024;

// "ECS-AMP-*" says something of the role's name, "*" does not.
bool names_something(std::string_view pattern) {
  return pattern.find_first_not_of("*?") != pattern.npos;
}

// Whether a pattern of ARNs says something of the names that it is for: "...:role/task-*" does, and
// "...:222222222222:*" does not.
bool names_someone(std::string_view pattern) {
  const auto arn = split_arn(pattern);
  const std::string_view resource = arn ? arn->resource : pattern;
  const std::size_t slash = resource.rfind('/');
  if (slash != resource.npos) return names_something(resource.substr(slash + 1));
  return resource.starts_with('*') && names_something(resource);
}

bool is_of_names(const Condition& condition) {
  return !condition.negated && equals_ignore_case(condition.key, "aws:PrincipalArn") &&
         std::any_of(condition.values.begin(), condition.values.end(), names_someone);
}

// Whether the statement says which users or roles of the accounts that it trusts it means.
bool narrows_principals(const Statement& statement) {
  return std::any_of(statement.conditions.begin(), statement.conditions.end(), is_of_names);
}

// Whether they are of those whom such a statement means.
bool means(const Statement& statement, const KnownEntity& from) {
  const auto holds = [&](const Condition& condition) {
    return std::any_of(condition.values.begin(), condition.values.end(), [&](const auto& value) {
      return value.find('$') != value.npos ||
             compare(condition.comparison, from.arn, value, {}, false);
    });
  };
  return std::all_of(
      statement.conditions.begin(), statement.conditions.end(),
      [&](const Condition& condition) { return !is_of_names(condition) || holds(condition); });
}

bool only_everything(const KnownEntity& entity) {
  return std::all_of(entity.assumable.begin(), entity.assumable.end(),
                     [](const std::string& pattern) { return pattern == "*"; });
}

// Whether the condition is for what nobody can choose for himself: the account that he comes from.
bool is_of_origin(const Condition& condition) {
  const bool by_arn = equals_ignore_case(condition.key, "aws:PrincipalArn");
  constexpr std::array<std::string_view, 4> kKeys = {"aws:PrincipalAccount", "aws:PrincipalOrgID",
                                                     "aws:PrincipalOrgPaths",
                                                     "aws:PrincipalServiceName"};
  if (!by_arn && std::none_of(kKeys.begin(), kKeys.end(), [&](std::string_view key) {
        return equals_ignore_case(condition.key, key);
      }))
    return false;
  return std::none_of(condition.values.begin(), condition.values.end(),
                      [&](const std::string& value) {
                        const auto arn = split_arn(value);
                        return has_wildcard(by_arn && arn ? arn->account : value);
                      });
}

bool covers_anyone(const Statement& statement) {
  return std::any_of(statement.principals.begin(), statement.principals.end(),
                     [](const PrincipalPattern& principal) {
                       return principal.type == PrincipalPattern::Type::anyone;
                     });
}

// Whether a statement of the trust policy that allows anyone is meant for every account.
bool admits_strangers(const Policy& trust, const Statement& allow) {
  for (const Condition& condition : allow.conditions)
    if (!condition.negated && is_of_origin(condition)) return false;
  return std::none_of(
      trust.statements.begin(), trust.statements.end(), [](const Statement& statement) {
        const std::vector<Condition>& conditions = statement.conditions;
        return statement.effect == Effect::deny &&
               (covers_anyone(statement) || statement.not_principals) &&
               action_matches(statement, action_of(EdgeKind::assume)) &&
               std::all_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
                 return condition.negated && is_of_origin(condition);
               });
      });
}

// Whether the policies of `from` say more of the role than that everything may be assumed.
bool speaks_of(const KnownEntity& from, const std::string& role_arn) {
  return std::any_of(from.assumable.begin(), from.assumable.end(), [&](const std::string& pattern) {
    const auto arn = split_arn(pattern);
    return arn && (!has_wildcard(arn->account) || names_something(arn->resource_name())) &&
           arn_matches(pattern, role_arn, {}, false);
  });
}

}  // namespace

void Draft::draw_trust() {
  for (const KnownEntity& known : identities_.entities()) {
    look_for(known.entity.account);
    if (sees(known.entity.account)) collect_named_by(known);
    if (known.is_role()) collect_trusted_by(known);
  }
  settle();
}

void Draft::meet_pair(const KnownEntity& payer, const KnownEntity& from, const KnownEntity& role,
                      Naming naming) {
  meet(payer.entity.account,
       {.kind = EdgeKind::assume, .from = end_of(from), .to = end_of(role), .naming = naming});
}

// Whether the account of `from` may know of the role: that is for the role's side to say.
bool Draft::knows(const KnownEntity& from, const KnownEntity& role) const {
  if (sees(role.entity.account)) return true;
  const Principal caller = principal_of(end_of(from));
  const std::vector<Statement>& statements = role.trust.policy->statements;
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& statement) {
    return statement.effect == Effect::allow &&
           action_matches(statement, action_of(EdgeKind::assume)) &&
           match_principal(statement, caller) != PrincipalMatch::none;
  });
}

// The roles that the policies of `from` name.
void Draft::collect_named_by(const KnownEntity& from) {
  for (const std::string& pattern : from.assumable) {
    if (!look()) return;
    collect_named_by(from, pattern);
  }
}

void Draft::collect_named_by(const KnownEntity& from, const std::string& pattern) {
  const auto arn = split_arn(pattern);
  if (!arn || !arn->resource.starts_with("role/")) return;
  const std::string_view name = arn->resource_name();
  if (!has_wildcard(pattern)) {
    const End source = end_of(from);
    meet(from.entity.account, {.kind = EdgeKind::assume,
                               .from = source,
                               .to = end_of_role(pattern, source),
                               .naming = Naming::by_name});
    return;
  }
  const auto is_meant = [&](const KnownEntity& role) {
    return role.is_role() && arn_matches(pattern, role.arn, {}, false) &&
           (sees(role.entity.account) ||
            look(role.entity.trust_policy.size() / kTrustBytesPerLook)) &&
           knows(from, role);
  };
  if (!has_wildcard(arn->account) && names_something(name)) {
    for (const KnownEntity& role : identities_.entities_of(arn->account)) {
      if (!look()) return;
      if (is_meant(role)) meet_pair(from, from, role, Naming::by_name);
    }
  } else if (!has_wildcard(name)) {
    const KnownEntity* only = nullptr;
    for (const KnownEntity* role : identities_.roles_named(name)) {
      if (!look()) return;
      if (!is_meant(*role)) continue;
      if (only) return;
      only = role;
    }
    if (only) meet_pair(from, from, *only, Naming::by_name);
  }
}

// The users, roles and services that the trust policy of `role` names, and those of the accounts
// that it names who might come.
void Draft::collect_trusted_by(const KnownEntity& role) {
  for (const Statement& statement : role.trust.policy->statements) {
    if (statement.effect != Effect::allow || statement.not_principals ||
        !action_matches(statement, action_of(EdgeKind::assume)))
      continue;
    for (const PrincipalPattern& principal : statement.principals) {
      if (!look()) return;
      collect_trusted(role, statement, principal);
    }
  }
}

void Draft::collect_trusted(const KnownEntity& role, const Statement& statement,
                            const PrincipalPattern& principal) {
  const std::string& own = role.entity.account;
  switch (principal.type) {
    case PrincipalPattern::Type::federated: return;
    case PrincipalPattern::Type::service:
      return meet(own, {.kind = EdgeKind::assume,
                        .from = service_end(principal.value),
                        .to = end_of(role),
                        .naming = Naming::by_name});
    case PrincipalPattern::Type::anyone:
      if (admits_strangers(*role.trust.policy, statement))
        meet(own, {.kind = EdgeKind::assume,
                   .from = anyone_end(),
                   .to = end_of(role),
                   .known = Judgement{.allowed = true}});
      return collect_trusted_account(role, statement, own);
    case PrincipalPattern::Type::aws: break;
  }
  if (is_unique_id(principal.value)) {
    if (const KnownEntity* from = identities_.by_id(principal.value)) {
      meet_pair(role, *from, role, Naming::by_name);
    } else {
      collect_lost_principal(role, principal.value);
    }
    return;
  }
  const auto arn = split_arn(principal.value);
  if (!arn || arn->resource == "root")
    return collect_trusted_account(role, statement,
                                   arn ? std::string(arn->account) : principal.value);
  if (const KnownEntity* from = identities_.by_caller_arn(principal.value))
    meet_pair(role, *from, role, Naming::by_name);
}

void Draft::collect_trusted_account(const KnownEntity& role, const Statement& statement,
                                    const std::string& account) {
  if (!sees(account) && !sees(role.entity.account)) return;
  const bool narrow = narrows_principals(statement);
  for (const KnownEntity& from : identities_.entities_of(account)) {
    if (!look()) return;
    // Whoever may do everything may also do this, which is no news of users.
    if (&from == &role || (!narrow && !from.is_role() && only_everything(from))) continue;
    if (narrow ? means(statement, from) : !from.assumable.empty())
      meet_pair(role, from, role, narrow ? Naming::by_condition : Naming::none);
  }
}

bool Draft::is_meant_trust(const Candidate& candidate, const Judgement& judgement) const {
  if (candidate.naming == Naming::by_name) return true;
  // Whom else the policies of another account let come is not for the account that asks.
  if (!sees(candidate.from.account) &&
      !(judgement.allowed && speaks_of(*candidate.from.entity, candidate.to.id)))
    return false;
  // Trusted by a condition on its name and lacking nothing but its own permission: it is meant.
  const auto of_trust = [](const Missing& each) { return each.side == Side::trust_policy; };
  return judgement.allowed ||
         (candidate.naming == Naming::by_condition &&
          std::none_of(judgement.missing.begin(), judgement.missing.end(), of_trust));
}

void Draft::collect_lost_principal(const KnownEntity& role, std::string_view id) {
  const End from{
      .id = std::string(id),
      .kind = id.starts_with("AIDA") ? Topology::NodeKind::user : Topology::NodeKind::role,
      .name = std::string(id)};
  const End to = end_of(role);
  Missing lost{.side = Side::trust_policy,
               .holder = holder_text("role", to.name, to.account),
               .near_miss = "it trusts " + std::string(id) +
                            ", a user or role that was deleted; one of the same name that was "
                            "made since is another: name it in the trust policy again"};
  meet(to.account, {.kind = EdgeKind::assume,
                    .from = from,
                    .to = to,
                    .known = Judgement{.allowed = false, .missing = {std::move(lost)}}});
}

}  // namespace tributary::hub::identity
