#include "hub/identity/match.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/compare.h"

namespace tributary::hub::identity {
namespace {

PrincipalMatch match_aws(std::string_view wanted, const Principal& caller) {
  if (caller.kind == PrincipalKind::service) return PrincipalMatch::none;
  if (wanted == caller.account || wanted == iam_arn(caller.account, "root"))
    return PrincipalMatch::account;
  if (caller.entity_id.empty()) return PrincipalMatch::none;
  if (wanted == caller.entity_id || wanted == caller.entity_arn) return PrincipalMatch::entity;
  if (caller.kind == PrincipalKind::role_session && wanted == caller.arn)
    return PrincipalMatch::session;
  return PrincipalMatch::none;
}

PrincipalMatch match_one(const PrincipalPattern& pattern, const Principal& caller) {
  switch (pattern.type) {
    case PrincipalPattern::Type::anyone:
      return caller.kind == PrincipalKind::service ? PrincipalMatch::none : PrincipalMatch::anyone;
    case PrincipalPattern::Type::aws: return match_aws(pattern.value, caller);
    case PrincipalPattern::Type::service:
      return caller.kind == PrincipalKind::service && caller.name == pattern.value
                 ? PrincipalMatch::entity
                 : PrincipalMatch::none;
    case PrincipalPattern::Type::federated: return PrincipalMatch::none;
  }
  return PrincipalMatch::none;
}

// Whether one value of the request is as the condition wants it.
bool value_holds(const Condition& condition, std::string_view value, const RequestContext& context,
                 bool has_variables) {
  const bool any =
      std::any_of(condition.values.begin(), condition.values.end(), [&](const std::string& wanted) {
        return compare(condition.comparison, value, wanted, context, has_variables);
      });
  return any != condition.negated;
}

bool absence_holds(const Condition& condition) {
  if (condition.if_exists) return true;
  switch (condition.quantifier) {
    case Quantifier::for_all_values: return true;
    case Quantifier::for_any_value: return false;
    case Quantifier::none: return condition.negated;
  }
  return false;
}

// Keys that neither the caller nor the resource has, but the request itself.
bool is_of_request(std::string_view key) {
  static constexpr std::array<std::string_view, 10> kKeys = {
      "sts:externalid", "sts:rolesessionname", "sts:sourceidentity", "sts:durationseconds",
      "aws:sourceip",   "aws:securetransport", "aws:useragent",      "sts:transitivetagkeys",
      "aws:tagkeys",    "aws:sourceidentity"};
  const std::string lower = to_lower(key);
  return lower.starts_with("aws:requesttag/") ||
         std::find(kKeys.begin(), kKeys.end(), lower) != kKeys.end();
}

// Whether `arn` may be of something in the account.
bool may_be_of(std::string_view arn, std::string_view account) {
  const auto parts = split_arn(arn);
  if (!parts) return has_wildcard(arn);
  return wildcard_match(parts->account, account) || parts->account.find('$') != parts->account.npos;
}

// For what a service acts is not known, but in whose account it is.
bool source_allows(const Condition& condition, std::string_view account, Effect effect) {
  const bool allows = effect == Effect::allow;
  if (condition.comparison == Comparison::null)
    return std::any_of(condition.values.begin(), condition.values.end(),
                       [&](const std::string& v) { return equals_ignore_case(v, "false"); });
  const bool may = std::any_of(condition.values.begin(), condition.values.end(),
                               [&](const std::string& v) { return may_be_of(v, account); });
  return condition.negated ? allows || !may : allows && may;
}

bool holds(const Condition& condition, const RequestContext& context, bool has_variables) {
  const std::vector<std::string>* values = context.find(condition.key);
  if (condition.comparison == Comparison::null) {
    const std::string_view wanted = values ? "false" : "true";
    return std::any_of(condition.values.begin(), condition.values.end(),
                       [&](const std::string& v) { return equals_ignore_case(v, wanted); });
  }
  if (!values) return absence_holds(condition);
  const auto one = [&](const std::string& value) {
    return value_holds(condition, value, context, has_variables);
  };
  // Without a quantifier a key should have one value. If it has more, a negated operator must hold
  // for each of them.
  const bool all = condition.quantifier == Quantifier::for_all_values ||
                   (condition.quantifier == Quantifier::none && condition.negated);
  return all ? std::all_of(values->begin(), values->end(), one)
             : std::any_of(values->begin(), values->end(), one);
}

// Of a key that is absent, see RequestContext::suppose_request.
bool could_hold(const Condition& condition, Effect effect, const RequestContext& context,
                bool has_variables) {
  if (is_of_request(condition.key)) return effect == Effect::allow;
  const std::vector<std::string>* account = context.find("aws:SourceAccount");
  if (account && equals_ignore_case(condition.key, "aws:SourceArn"))
    return source_allows(condition, account->front(), effect);
  return holds(condition, context, has_variables);
}

}  // namespace

bool action_matches(const Statement& statement, std::string_view action) {
  const bool any = std::any_of(
      statement.actions.begin(), statement.actions.end(),
      [&](const std::string& pattern) { return wildcard_match_ignore_case(pattern, action); });
  return any != statement.not_actions;
}

bool resource_matches(const Statement& statement, std::string_view arn,
                      const RequestContext& context, bool has_variables) {
  const bool any = std::any_of(statement.resources.begin(), statement.resources.end(),
                               [&](const std::string& pattern) {
                                 return arn_matches(pattern, arn, context, has_variables);
                               });
  return any != statement.not_resources;
}

PrincipalMatch match_principal(const Statement& statement, const Principal& caller) {
  auto best = PrincipalMatch::none;
  for (const PrincipalPattern& pattern : statement.principals)
    best = std::max(best, match_one(pattern, caller));
  if (!statement.not_principals) return best;
  // Naming the account alone does not except its users and roles.
  const bool excepted = best >= PrincipalMatch::anyone ||
                        (best == PrincipalMatch::account && caller.kind == PrincipalKind::root);
  return excepted ? PrincipalMatch::none : PrincipalMatch::anyone;
}

const Condition* first_unmet(const Statement& statement, const RequestContext& context,
                             bool has_variables) {
  for (const Condition& condition : statement.conditions) {
    const bool supposed = context.supposes_request() && !context.find(condition.key);
    const bool met = supposed ? could_hold(condition, statement.effect, context, has_variables)
                              : holds(condition, context, has_variables);
    if (!met) return &condition;
  }
  return nullptr;
}

}  // namespace tributary::hub::identity
