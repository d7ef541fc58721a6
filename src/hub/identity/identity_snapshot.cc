#include "hub/identity/identity_snapshot.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/match.h"

namespace tributary::hub::identity {
namespace {

constexpr std::string_view kAssumeRole = "sts:AssumeRole";

std::string role_key(std::string_view account, std::string_view name) {
  return std::string(account) + "/" + to_lower(name);
}

NamedPolicy named(std::string name, const ParsedPolicyPtr& parsed) {
  return {std::move(name), {parsed, &parsed->policy}};
}

std::vector<std::string> assumable(const PolicySet& policies) {
  std::vector<std::string> patterns;
  for (const NamedPolicy& policy : policies.identity)
    for (const Statement& statement : policy.policy->statements) {
      if (statement.effect != Effect::allow || !action_matches(statement, kAssumeRole)) continue;
      if (statement.not_resources) {
        patterns.emplace_back("*");
      } else {
        patterns.insert(patterns.end(), statement.resources.begin(), statement.resources.end());
      }
    }
  return patterns;
}

// Of everything that a decision depends on.
std::uint64_t hash_of(const std::vector<KnownEntity>& entities) {
  std::uint64_t hash = 0;
  const auto add = [&](std::string_view text) { hash = hash64(text, hash); };
  for (const KnownEntity& known : entities) {
    add(known.entity.id);
    add(known.arn);
    add(known.entity.trust_policy);
    for (const Tag& tag : known.tags) add(tag.key + "=" + tag.value);
    for (const ParsedPolicyPtr& policy : known.documents) add(policy->document);
    if (known.boundary_document) add("|" + known.boundary_document->document);
  }
  return hash;
}

}  // namespace

Result<IdentitySnapshotPtr> IdentityReader::read() {
  TRIBUTARY_TRY(const std::uint64_t generation, store_.generation());
  if (snapshot_ && generation == generation_) return snapshot_;
  TRIBUTARY_TRY(Store::Contents contents, store_.contents());
  TRIBUTARY_TRY(snapshot_,
                IdentitySnapshot::make(std::move(contents), snapshot_.get(), store_.changed_at()));
  generation_ = generation;
  return snapshot_;
}

Result<IdentitySnapshotPtr> IdentitySnapshot::make(Store::Contents contents,
                                                   const IdentitySnapshot* before,
                                                   Timestamp changed_at) {
  const auto made = std::make_shared<IdentitySnapshot>();
  made->accounts_ = std::move(contents.accounts);
  made->entities_.reserve(contents.entities.size());
  for (Entity& entity : contents.entities)
    if (auto added = made->add(std::move(entity), contents, before); !added) return added.error();
  made->index();
  made->content_hash_ = hash_of(made->entities_);
  const bool same = before && before->content_hash_ == made->content_hash_;
  made->changed_at_ = same ? before->changed_at_ : changed_at;
  return IdentitySnapshotPtr(made);
}

Result<void> IdentitySnapshot::add(Entity entity, Store::Contents& contents,
                                   const IdentitySnapshot* before) {
  KnownEntity known;
  const auto managed = [&](const std::string& arn) -> Result<ParsedPolicyPtr> {
    const auto document = contents.documents.find(arn);
    if (document == contents.documents.end()) return std::make_shared<const ParsedPolicy>();
    return parse(document->second, PolicyKind::identity, before);
  };
  for (const std::string& arn : contents.attached[entity.id]) {
    TRIBUTARY_TRY(ParsedPolicyPtr policy, managed(arn));
    known.policies.identity.push_back(named("managed policy " + arn, policy));
    known.documents.push_back(std::move(policy));
  }
  for (const InlinePolicy& inlined : contents.inlined[entity.id]) {
    TRIBUTARY_TRY(ParsedPolicyPtr policy, parse(inlined.document, PolicyKind::identity, before));
    known.policies.identity.push_back(named("inline policy " + inlined.name, policy));
    known.documents.push_back(std::move(policy));
  }
  if (!entity.boundary_arn.empty()) {
    TRIBUTARY_TRY(known.boundary_document, managed(entity.boundary_arn));
    known.policies.boundary =
        named("managed policy " + entity.boundary_arn, known.boundary_document);
  }
  if (entity.kind == EntityKind::role) {
    TRIBUTARY_TRY(const ParsedPolicyPtr trust,
                  parse(entity.trust_policy, PolicyKind::trust, before));
    known.trust = named("the trust policy", trust);
  }
  known.assumable = assumable(known.policies);
  known.tags = std::move(contents.tags[entity.id]);
  known.arn = entity.arn();
  known.entity = std::move(entity);
  entities_.push_back(std::move(known));
  return {};
}

Result<ParsedPolicyPtr> IdentitySnapshot::parse(const std::string& document, PolicyKind kind,
                                                const IdentitySnapshot* before) {
  const auto parsed_of = [kind](auto& snapshot) -> auto& {
    return kind == PolicyKind::trust ? snapshot.trust_policies_ : snapshot.identity_policies_;
  };
  Parsed& mine = parsed_of(*this);
  if (const auto found = mine.find(document); found != mine.end()) return found->second;
  ParsedPolicyPtr parsed;
  if (before) {
    const Parsed& known = parsed_of(*before);
    if (const auto found = known.find(document); found != known.end()) parsed = found->second;
  }
  if (!parsed) {
    TRIBUTARY_TRY(Policy policy, parse_policy(document, kind));
    parsed = std::make_shared<const ParsedPolicy>(ParsedPolicy{document, std::move(policy)});
  }
  mine.emplace(parsed->document, parsed);
  return parsed;
}

void IdentitySnapshot::index() {
  for (std::size_t i = 0; i < entities_.size(); ++i) {
    const KnownEntity& known = entities_[i];
    by_arn_.emplace(known.arn, i);
    by_id_.emplace(known.entity.id, i);
    if (!known.is_role()) continue;
    roles_by_account_and_name_.emplace(role_key(known.entity.account, known.entity.name), i);
    roles_by_name_.emplace(known.entity.name, i);
  }
}

const Account* IdentitySnapshot::account(std::string_view id) const {
  const auto found = std::partition_point(accounts_.begin(), accounts_.end(),
                                          [&](const Account& each) { return each.id < id; });
  return found == accounts_.end() || found->id != id ? nullptr : &*found;
}

std::span<const KnownEntity> IdentitySnapshot::entities_of(std::string_view account) const {
  const auto first = std::partition_point(
      entities_.begin(), entities_.end(),
      [&](const KnownEntity& known) { return known.entity.account < account; });
  const auto last = std::partition_point(first, entities_.end(), [&](const KnownEntity& known) {
    return known.entity.account == account;
  });
  return {first, last};
}

const KnownEntity* IdentitySnapshot::by_arn(std::string_view arn) const {
  const auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : &entities_[found->second];
}

const KnownEntity* IdentitySnapshot::by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entities_[found->second];
}

const KnownEntity* IdentitySnapshot::by_caller_arn(std::string_view arn) const {
  const auto parts = split_arn(arn);
  constexpr std::string_view kSession = "assumed-role/";
  if (!parts || parts->service != "sts" || !parts->resource.starts_with(kSession))
    return by_arn(arn);
  std::string_view name = parts->resource.substr(kSession.size());
  name = name.substr(0, name.find('/'));
  const auto found = roles_by_account_and_name_.find(role_key(parts->account, name));
  return found == roles_by_account_and_name_.end() ? nullptr : &entities_[found->second];
}

std::vector<const KnownEntity*> IdentitySnapshot::roles_named(std::string_view name) const {
  std::vector<const KnownEntity*> all;
  const auto [first, last] = roles_by_name_.equal_range(name);
  for (auto found = first; found != last; ++found) all.push_back(&entities_[found->second]);
  return all;
}

}  // namespace tributary::hub::identity
