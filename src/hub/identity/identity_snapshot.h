// Accounts, users, roles and their parsed policies at one moment, for looking at them as a whole.
//
// Threads: a snapshot never changes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hub/identity/evaluate.h"
#include "hub/identity/store.h"
#include "hub/identity/topology.h"

namespace tributary::hub::identity {

struct ParsedPolicy {
  std::string document;
  Policy policy;
};
using ParsedPolicyPtr = std::shared_ptr<const ParsedPolicy>;

struct KnownEntity {
  Entity entity;
  std::string arn;
  std::vector<Tag> tags;
  PolicySet policies;
  NamedPolicy trust;  // of a role, as it is kept

  // The texts of policies.identity, item by item, and of the boundary.
  std::vector<ParsedPolicyPtr> documents;
  ParsedPolicyPtr boundary_document;  // null for none

  // What its Allow statements say of sts:AssumeRole: the resources.
  std::vector<std::string> assumable;

  bool is_role() const { return entity.kind == EntityKind::role; }
};

class IdentitySnapshot {
 public:
  using Parsed = std::unordered_map<std::string_view, ParsedPolicyPtr>;  // by document

  // What `before` (may be null) has parsed already is not parsed again.
  static Result<IdentitySnapshotPtr> make(Store::Contents contents, const IdentitySnapshot* before,
                                          Timestamp changed_at);

  const std::vector<Account>& accounts() const { return accounts_; }
  const Account* account(std::string_view id) const;

  const std::vector<KnownEntity>& entities() const { return entities_; }  // by account and name
  std::span<const KnownEntity> entities_of(std::string_view account) const;
  const KnownEntity* by_arn(std::string_view arn) const;
  const KnownEntity* by_id(std::string_view id) const;
  // Also for arn:aws:sts::111111111111:assumed-role/name/session.
  const KnownEntity* by_caller_arn(std::string_view arn) const;
  // In all accounts.
  std::vector<const KnownEntity*> roles_named(std::string_view name) const;

  // When permissions last changed; long ago where that was before the hub's start.
  Timestamp changed_at() const { return changed_at_; }

 private:
  Result<void> add(Entity entity, Store::Contents& contents, const IdentitySnapshot* before);
  Result<ParsedPolicyPtr> parse(const std::string& document, PolicyKind kind,
                                const IdentitySnapshot* before);
  void index();

  std::vector<Account> accounts_;
  std::vector<KnownEntity> entities_;
  std::unordered_map<std::string_view, std::size_t> by_arn_;
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::unordered_map<std::string, std::size_t> roles_by_account_and_name_;
  std::unordered_multimap<std::string_view, std::size_t> roles_by_name_;
  Parsed identity_policies_;
  Parsed trust_policies_;
  std::uint64_t content_hash_ = 0;
  Timestamp changed_at_{};
};

}  // namespace tributary::hub::identity
