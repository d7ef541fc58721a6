#include "hub/identity/evaluate.h"

#include <algorithm>
#include <span>

#include "base/json_text.h"
#include "hub/identity/arn.h"
#include "hub/identity/match.h"

namespace tributary::hub::identity {
namespace {

std::string_view name_of(Side side) {
  switch (side) {
    case Side::identity_policy: return "identity-based policy";
    case Side::permissions_boundary: return "permissions boundary";
    case Side::session_policy: return "session policy";
    case Side::trust_policy: return "role trust policy";
    case Side::resource_policy: return "resource-based policy";
    case Side::root_user: return "root user";
  }
  return "";
}

// What the policies of one side say.
struct Voice {
  std::string denied_by;
  std::string allowed_by;
  PrincipalMatch match = PrincipalMatch::none;  // the narrowest Allow of a trust policy
  std::string near_miss;
};

std::string describe(const NamedPolicy& policy, std::size_t index, const Statement& statement) {
  std::string text = "statement " + std::to_string(index + 1);
  if (!statement.sid.empty()) text += " (Sid " + statement.sid + ")";
  return text + " of " + policy.name;
}

// Why a statement that speaks of the action does not match, or nothing if it does. A trust policy
// tells only those whom it names.
std::optional<std::string> mismatch(const Statement& statement, const AccessRequest& request,
                                    bool has_variables) {
  if (!statement.resources.empty() &&
      !resource_matches(statement, request.resource, request.context, has_variables))
    return "is for another resource than " + request.resource;
  if (const Condition* unmet = first_unmet(statement, request.context, has_variables)) {
    std::string text =
        "has a condition that does not hold: " + unmet->operator_name + " on " + unmet->key;
    const bool unknown =
        request.context.supposes_request() && request.principal.kind == PrincipalKind::service;
    if (!unknown && !request.context.find(unmet->key)) text += ", which the request does not have";
    return text;
  }
  return std::nullopt;
}

void listen(const NamedPolicy& named, const AccessRequest& request, bool is_trust, Voice& voice) {
  const Policy& policy = *named.policy;
  for (std::size_t i = 0; i < policy.statements.size(); ++i) {
    const Statement& statement = policy.statements[i];
    if (!action_matches(statement, request.action)) continue;
    const PrincipalMatch principal =
        is_trust ? match_principal(statement, request.principal) : PrincipalMatch::entity;
    if (principal == PrincipalMatch::none) continue;
    const std::string where = describe(named, i, statement);
    if (const auto why = mismatch(statement, request, policy.has_variables)) {
      if (statement.effect == Effect::allow && voice.near_miss.empty())
        voice.near_miss = where + " " + *why;
    } else if (statement.effect == Effect::deny) {
      if (voice.denied_by.empty()) voice.denied_by = where;
    } else if (voice.allowed_by.empty() || principal > voice.match) {
      voice.allowed_by = where;
      voice.match = principal;
    }
  }
}

Voice listen(std::span<const NamedPolicy> policies, const AccessRequest& request) {
  Voice voice;
  for (const NamedPolicy& policy : policies) listen(policy, request, false, voice);
  return voice;
}

// The caller's side, heard once.
struct CallerVoices {
  Voice identity;
  std::optional<Voice> boundary;
  std::optional<Voice> session;
};

CallerVoices listen(const PolicySet& policies, const AccessRequest& request) {
  CallerVoices voices;
  voices.identity = listen(policies.identity, request);
  if (policies.boundary) voices.boundary = listen(std::span(&*policies.boundary, 1), request);
  if (policies.session) voices.session = listen(*policies.session, request);
  return voices;
}

std::string holder_of(const Principal& principal) {
  switch (principal.kind) {
    case PrincipalKind::user: return holder_text("user", principal.name, principal.account);
    case PrincipalKind::role_session: return holder_text("role", principal.name, principal.account);
    case PrincipalKind::root: return "the root of account " + principal.account;
    case PrincipalKind::service: return "service " + principal.name;
  }
  return "";
}

std::string identity_statement(const AccessRequest& request) {
  return R"({"Effect":"Allow","Action":)" + json_string(request.action) + R"(,"Resource":)" +
         json_string(request.resource) + "}";
}

std::string trust_statement(const AccessRequest& request) {
  const Principal& caller = request.principal;
  const bool service = caller.kind == PrincipalKind::service;
  return R"({"Effect":"Allow","Principal":{)" +
         (service ? R"("Service":)" + json_string(caller.name)
                  : R"("AWS":)" +
                        json_string(caller.entity_arn.empty() ? caller.arn : caller.entity_arn)) +
         R"(},"Action":)" + json_string(request.action) + "}";
}

std::string role_holder(std::string_view role_arn) {
  const auto arn = split_arn(role_arn);
  const auto role = arn ? split_iam_resource(arn->resource) : std::nullopt;
  if (!role) return "role " + std::string(role_arn);
  return holder_text("role", role->name, arn->account);
}

Decision allowed(Side side, const Voice& voice) {
  return {.verdict = Verdict::allowed, .side = side, .decided_by = voice.allowed_by};
}

// The first explicit deny on the caller's side, if there is one.
std::optional<Decision> denied(const CallerVoices& voices) {
  const auto by = [](Side side, const Voice& voice) {
    return Decision{.verdict = Verdict::explicit_deny, .side = side, .decided_by = voice.denied_by};
  };
  if (!voices.identity.denied_by.empty()) return by(Side::identity_policy, voices.identity);
  if (voices.boundary && !voices.boundary->denied_by.empty())
    return by(Side::permissions_boundary, *voices.boundary);
  if (voices.session && !voices.session->denied_by.empty())
    return by(Side::session_policy, *voices.session);
  return std::nullopt;
}

struct Needs {
  bool identity = true;
  bool limits = true;  // boundary and session policies
};

// Adds what is not there of what is needed.
void add_missing(std::vector<Missing>& missing, const AccessRequest& request,
                 const CallerVoices& voices, Needs needs) {
  const auto need = [&](Side side, const Voice& voice, std::string holder) {
    if (voice.allowed_by.empty())
      missing.push_back({side, std::move(holder), identity_statement(request), voice.near_miss});
  };
  const std::string holder = holder_of(request.principal);
  if (needs.identity) need(Side::identity_policy, voices.identity, holder);
  if (!needs.limits) return;
  if (voices.boundary) need(Side::permissions_boundary, *voices.boundary, holder);
  if (voices.session)
    need(Side::session_policy, *voices.session, "session " + request.principal.arn);
}

Decision decide(Side side, const Voice& voice, std::vector<Missing> missing) {
  if (missing.empty()) return allowed(side, voice);
  const Side first = missing.front().side;
  return {.verdict = Verdict::implicit_deny, .side = first, .missing = std::move(missing)};
}

std::string printable(std::string text) {
  for (char& c : text)
    if (c < 0x20 || c > 0x7e) c = '?';
  return text;
}

}  // namespace

Decision evaluate(const AccessRequest& request, const PolicySet& policies) {
  const Principal& caller = request.principal;
  const CallerVoices voices = listen(policies, request);
  if (auto deny = denied(voices)) return std::move(*deny);
  std::vector<Missing> missing;
  if (!request.resource_account.empty() && request.resource_account != caller.account) {
    missing.push_back({.side = Side::resource_policy,
                       .holder = "account " + request.resource_account,
                       .near_miss = "the resource is in account " + request.resource_account +
                                    " and the caller in " + caller.account +
                                    ": assume a role of account " + request.resource_account});
  } else if (caller.kind == PrincipalKind::root) {
    return {.verdict = Verdict::allowed, .side = Side::root_user, .decided_by = "the root user"};
  }
  add_missing(missing, request, voices, Needs{});
  return decide(Side::identity_policy, voices.identity, std::move(missing));
}

Decision evaluate_assume_role(const AccessRequest& request, const PolicySet& policies,
                              const RoleTrust* role) {
  const Principal& caller = request.principal;
  const CallerVoices voices = listen(policies, request);
  if (auto deny = denied(voices)) return std::move(*deny);
  Voice trust;
  if (role) listen(role->trust, request, true, trust);
  if (!trust.denied_by.empty())
    return {.verdict = Verdict::explicit_deny,
            .side = Side::trust_policy,
            .decided_by = trust.denied_by};

  // A trust policy of the same account that names the caller needs no help; one that names the
  // account leaves it to the account's own policies. Exactly this session: nor any limits.
  const bool same_account = role && role->account == caller.account;
  Needs needs;
  if (caller.kind == PrincipalKind::service) needs = {.identity = false, .limits = false};
  if (same_account && !trust.allowed_by.empty()) {
    needs.identity = trust.match == PrincipalMatch::account;
    needs.limits = trust.match != PrincipalMatch::session;
  }
  std::vector<Missing> missing;
  add_missing(missing, request, voices, needs);
  if (trust.allowed_by.empty())
    missing.push_back({Side::trust_policy, role_holder(request.resource), trust_statement(request),
                       trust.near_miss});
  return decide(Side::trust_policy, trust, std::move(missing));
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::allowed: return "allowed";
    case Verdict::explicit_deny: return "explicitDeny";
    case Verdict::implicit_deny: return "implicitDeny";
  }
  return "";
}

std::string denial_message(const AccessRequest& request, const Decision& decision) {
  std::string text = "User: " + request.principal.arn +
                     " is not authorized to perform: " + request.action +
                     " on resource: " + request.resource;
  const std::string_view name = name_of(decision.side);
  if (decision.verdict == Verdict::explicit_deny) {
    const bool the = decision.side == Side::trust_policy;
    const std::string_view article = the ? "the " : name.front() == 'i' ? "an " : "a ";
    text.append(" with an explicit deny in ").append(article).append(name);
  } else {
    text.append(" because no ").append(name).append(" allows the ").append(request.action);
    text += " action";
  }
  return text;
}

std::vector<Missing> missing_of(const AccessRequest& request, const Decision& decision) {
  if (decision.verdict != Verdict::explicit_deny) return decision.missing;
  const bool trust = decision.side == Side::trust_policy;
  return {{.side = decision.side,
           .holder = trust ? role_holder(request.resource) : holder_of(request.principal),
           .near_miss = "denied by " + decision.decided_by}};
}

std::string explain(const Decision& decision) {
  if (decision.allowed()) return printable("allowed by " + decision.decided_by);
  if (decision.verdict == Verdict::explicit_deny)
    return printable("denied by " + decision.decided_by + " (" +
                     std::string(name_of(decision.side)) + ")");
  std::string text;
  for (const Missing& missing : decision.missing) {
    if (!text.empty()) text += "; ";
    text += "missing in the " + std::string(name_of(missing.side)) + " of " + missing.holder;
    if (!missing.statement.empty()) text += ": " + missing.statement;
    if (!missing.near_miss.empty()) text += " (" + missing.near_miss + ")";
  }
  return printable(text);
}

}  // namespace tributary::hub::identity
