// The edges from users, roles and services to the roles that they may assume or are meant to.
#include <algorithm>

#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/compare.h"
#include "hub/identity/iam_operations.h"
#include "hub/identity/match.h"
#include "hub/identity/topology_draft.h"

namespace tributary::hub::identity {
namespace {

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

// Whether the statement says which users or roles of the accounts that it trusts it means.
bool narrows_principals(const Statement& statement) {
  return std::any_of(
      statement.conditions.begin(), statement.conditions.end(), [](const Condition& condition) {
        if (condition.negated || !equals_ignore_case(condition.key, "aws:PrincipalArn"))
          return false;
        return std::any_of(condition.values.begin(), condition.values.end(),
                           [](std::string_view value) { return names_someone(value); });
      });
}

bool only_everything(const KnownEntity& entity) {
  return std::all_of(entity.assumable.begin(), entity.assumable.end(),
                     [](const std::string& pattern) { return pattern == "*"; });
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
  Pairs pairs;
  for (const KnownEntity& known : identities_.entities()) {
    if (sees(known.entity.account)) collect_named_by(known, pairs);
    if (known.is_role()) collect_trusted_by(known, pairs);
  }
  for (const auto& [pair, naming] : pairs) draw_pair(pair, naming);
}

void Draft::meet(Pairs& pairs, const Pair& pair, Naming naming) {
  Naming& known = pairs.try_emplace(pair, naming).first->second;
  known = std::max(known, naming);
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
void Draft::collect_named_by(const KnownEntity& from, Pairs& pairs) {
  for (const std::string& pattern : from.assumable) {
    const auto arn = split_arn(pattern);
    if (!arn || !arn->resource.starts_with("role/")) continue;
    const std::string_view name = arn->resource_name();
    if (!has_wildcard(pattern)) {
      const End source = end_of(from);
      const End to = end_of_role(pattern, source);
      if (to.entity) {
        meet(pairs, {&from, to.entity}, Naming::by_name);
      } else {
        add(EdgeKind::assume, source, to, judge(EdgeKind::assume, source, to));
      }
    } else if (!has_wildcard(arn->account) && names_something(name)) {
      for (const KnownEntity& role : identities_.entities_of(arn->account))
        if (role.is_role() && arn_matches(pattern, role.arn, {}, false) && knows(from, role))
          meet(pairs, {&from, &role}, Naming::by_name);
    } else if (!has_wildcard(name)) {
      std::vector<const KnownEntity*> roles = identities_.roles_named(name);
      std::erase_if(roles, [&](const KnownEntity* role) {
        return !arn_matches(pattern, role->arn, {}, false) || !knows(from, *role);
      });
      if (roles.size() == 1) meet(pairs, {&from, roles[0]}, Naming::by_name);
    }
  }
}

// The users, roles and services that the trust policy of `role` names, and those of the accounts
// that it names who might come.
void Draft::collect_trusted_by(const KnownEntity& role, Pairs& pairs) {
  for (const Statement& statement : role.trust.policy->statements) {
    if (statement.effect != Effect::allow || statement.not_principals ||
        !action_matches(statement, action_of(EdgeKind::assume)))
      continue;
    for (const PrincipalPattern& principal : statement.principals)
      collect_trusted(role, statement, principal, pairs);
  }
}

void Draft::collect_trusted(const KnownEntity& role, const Statement& statement,
                            const PrincipalPattern& principal, Pairs& pairs) {
  if (principal.type == PrincipalPattern::Type::service) {
    const End from = service_end(principal.value);
    const End to = end_of(role);
    if (concerns(from, to)) add(EdgeKind::assume, from, to, judge(EdgeKind::assume, from, to));
    return;
  }
  if (principal.type != PrincipalPattern::Type::aws) return;
  if (is_unique_id(principal.value)) {
    if (const KnownEntity* from = identities_.by_id(principal.value)) {
      meet(pairs, {from, &role}, Naming::by_name);
    } else {
      draw_lost_principal(role, principal.value);
    }
    return;
  }
  const auto arn = split_arn(principal.value);
  const std::string account = arn ? std::string(arn->account) : principal.value;
  if (!sees(account) && !sees(role.entity.account)) return;
  if (arn && arn->resource != "root") {
    const KnownEntity* from = identities_.by_caller_arn(principal.value);
    if (from) meet(pairs, {from, &role}, Naming::by_name);
    return;
  }
  const bool narrow = narrows_principals(statement);
  for (const KnownEntity& from : identities_.entities_of(account)) {
    // Whoever may do everything may also do this, which is no news of users.
    if (&from == &role || (!narrow && !from.is_role() && only_everything(from))) continue;
    if (narrow || !from.assumable.empty())
      meet(pairs, {&from, &role}, narrow ? Naming::by_condition : Naming::none);
  }
}

void Draft::draw_pair(const Pair& pair, Naming naming) {
  const End from = end_of(*pair.first);
  const End to = end_of(*pair.second);
  if (!concerns(from, to)) return;
  Judgement judgement = judge(EdgeKind::assume, from, to);
  // Trusted by a condition on its name and lacking nothing but its own permission: it is meant.
  const auto of_trust = [](const Missing& each) { return each.side == Side::trust_policy; };
  const bool trusted = std::none_of(judgement.missing.begin(), judgement.missing.end(), of_trust);
  const bool meant = naming == Naming::by_name || (naming == Naming::by_condition && trusted);
  if (!judgement.allowed && !meant) return;
  // Whom else the policies of another account let come is not for the account that asks.
  const bool spoken = judgement.allowed && speaks_of(*pair.first, pair.second->arn);
  if (!sees(from.account) && naming != Naming::by_name && !spoken) return;
  add(EdgeKind::assume, from, to, std::move(judgement));
}

void Draft::draw_lost_principal(const KnownEntity& role, std::string_view id) {
  const End from{
      .id = std::string(id),
      .kind = id.starts_with("AIDA") ? Topology::NodeKind::user : Topology::NodeKind::role,
      .name = std::string(id)};
  const End to = end_of(role);
  if (!sees(to.account)) return;
  Missing lost{.side = Side::trust_policy,
               .holder = "role " + to.name + " of account " + to.account,
               .near_miss = "it trusts " + std::string(id) +
                            ", a user or role that was deleted; one of the same name that was "
                            "made since is another: name it in the trust policy again"};
  add(EdgeKind::assume, from, to, {.allowed = false, .missing = {std::move(lost)}});
}

}  // namespace tributary::hub::identity
