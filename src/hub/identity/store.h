// The control state: accounts, users, roles, access keys and policies, in one SQLite file. Another
// process may change it at the same time (`tributary-hub accounts create` does); nothing is held
// here that could go stale.
//
// These are plain tables: what IAM allows and refuses is decided in iam_api.h. Absent things are
// nothing or false; an Error is a failure of the database.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "hub/identity/principal.h"
#include "hub/identity/secret_box.h"
#include "hub/identity/sqlite.h"

namespace tributary::hub::identity {

struct Account {
  std::string id;
  std::string name;
  Timestamp created{};
  bool monitoring = false;  // its principals may see the policies of all accounts
};

enum class EntityKind : std::uint8_t { user, role };

std::string_view to_string(EntityKind kind);  // "user", as in ARNs

// A user or a role.
struct Entity {
  EntityKind kind = EntityKind::user;
  std::string id;  // AIDA... or AROA...
  std::string account;
  std::string path = "/";
  std::string name;
  std::string boundary_arn;  // "" for none
  Timestamp created{};

  // Of a role only.
  std::string description;
  std::int64_t max_session_seconds = 3600;
  std::string trust_policy;  // principals of accounts held here are unique ids

  std::string arn() const;
};

struct ManagedPolicy {
  std::string id;       // ANPA...
  std::string account;  // "" for those of AWS
  std::string path = "/";
  std::string name;
  std::string description;
  std::int64_t default_version = 1;
  Timestamp created{};
  Timestamp updated{};

  std::string arn() const;
};

struct PolicyVersion {
  std::int64_t version = 1;
  std::string document;
  Timestamp created{};
};

struct InlinePolicy {
  std::string name;
  std::string document;
};

struct AccessKey {
  std::string id;  // AKIA...
  std::string user_id;
  bool active = true;
  Timestamp created{};
};

// Of a service of Tributary's own, which belongs to no account.
struct ServiceKey {
  std::string id;       // AKIA...
  std::string service;  // "lab.tributary"
  Timestamp created{};
};

// One sign-in to the console as a user or role, for who has the token.
struct ConsoleLink {
  std::string token_sha256;  // 32 bytes
  std::string entity_id;
  std::int64_t session_seconds = 0;
  Timestamp expires{};
};

class Store {
 public:
  // Opens or creates `directory`/identity.db and identity.key.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& directory,
                                             const Clock& clock, Random& random);

  Result<Database::Transaction> begin() { return database_->begin(); }
  Result<std::uint64_t> generation() { return database_->generation(); }
  // When an operation of IAM last changed something here, in this process; long ago where none has.
  Timestamp changed_at() const { return changed_at_; }
  void note_change() { changed_at_ = clock_.now(); }

  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }
  const SecretBox& box() const { return box_; }

  Result<void> add_account(const Account& account);
  Result<std::optional<Account>> find_account(std::string_view id);
  Result<std::vector<Account>> accounts();
  Result<bool> set_monitoring(std::string_view id, bool monitoring);  // false if there is none

  Result<void> add_entity(const Entity& entity);
  Result<std::optional<Entity>> find_entity(std::string_view account, EntityKind kind,
                                            std::string_view name);  // any case
  Result<std::optional<Entity>> find_entity(std::string_view id);
  Result<std::vector<Entity>> entities(std::string_view account, EntityKind kind);  // by name
  Result<void> update_entity(const Entity& entity);  // path and names stay
  Result<void> remove_entity(std::string_view id);

  // False if it was so already.
  Result<bool> attach(std::string_view entity_id, std::string_view policy_arn);
  Result<bool> detach(std::string_view entity_id, std::string_view policy_arn);
  Result<std::vector<ManagedPolicy>> attached(std::string_view entity_id);  // by name
  Result<std::vector<Entity>> attached_to(std::string_view policy_arn, std::string_view account);
  Result<std::int64_t> count_boundary_use(std::string_view policy_arn, std::string_view account);

  Result<void> put_inline(std::string_view entity_id, const InlinePolicy& policy);
  Result<bool> remove_inline(std::string_view entity_id, std::string_view name);
  Result<std::vector<InlinePolicy>> inline_policies(std::string_view entity_id);  // by name

  Result<void> add_policy(const ManagedPolicy& policy, std::string_view document);
  Result<std::optional<ManagedPolicy>> find_policy(std::string_view arn);
  Result<std::vector<ManagedPolicy>> policies(std::string_view account);  // "": those of AWS
  Result<void> remove_policy(const ManagedPolicy& policy);

  Result<std::vector<PolicyVersion>> versions(std::string_view policy_arn);  // newest first
  Result<std::optional<PolicyVersion>> find_version(std::string_view policy_arn,
                                                    std::int64_t version);
  Result<PolicyVersion> add_version(std::string_view policy_arn, std::string_view document);
  Result<void> remove_version(std::string_view policy_arn, std::int64_t version);
  Result<void> set_default_version(std::string_view policy_arn, std::int64_t version);

  // `owner` is the id of a user, role or policy. Keys are told apart without case.
  Result<std::vector<Tag>> tags(std::string_view owner);
  Result<void> put_tags(std::string_view owner, const std::vector<Tag>& tags);
  Result<void> remove_tags(std::string_view owner, const std::vector<std::string>& keys);

  // The secret is answered once and rests sealed.
  struct NewAccessKey {
    AccessKey key;
    std::string secret;
  };
  Result<NewAccessKey> add_access_key(std::string_view user_id);
  struct KeyWithSecret {
    AccessKey key;
    std::string secret;
  };
  Result<std::optional<KeyWithSecret>> find_access_key(std::string_view id);
  Result<std::vector<AccessKey>> access_keys(std::string_view user_id);
  Result<void> set_active(std::string_view key_id, bool active);
  Result<void> remove_access_key(std::string_view key_id);

  // Their secrets, too, are answered once and rest sealed.
  struct NewServiceKey {
    ServiceKey key;
    std::string secret;
  };
  Result<NewServiceKey> add_service_key(std::string_view service);
  Result<std::optional<NewServiceKey>> find_service_key(std::string_view id);
  Result<std::vector<ServiceKey>> service_keys();
  Result<bool> remove_service_key(std::string_view id);  // false if there is none

  // Everything of all accounts that permissions come from.
  struct Contents {
    std::vector<Account> accounts;
    std::vector<Entity> entities;  // by account and name
    // By the id of the user or role.
    std::unordered_map<std::string, std::vector<std::string>> attached;  // ARNs, by name
    std::unordered_map<std::string, std::vector<InlinePolicy>> inlined;
    std::unordered_map<std::string, std::vector<Tag>> tags;
    // By the ARN of a managed policy: its default version.
    std::unordered_map<std::string, std::string> documents;
  };
  Result<Contents> contents();

  // Only the hash of a link's token is kept. Adding one drops those that have expired.
  Result<void> add_console_link(const ConsoleLink& link);
  Result<std::optional<ConsoleLink>> find_console_link(std::string_view token_sha256);
  Result<bool> remove_console_link(std::string_view token_sha256);  // false if there is none

 private:
  Store(std::unique_ptr<Database> database, SecretBox box, const Clock& clock, Random& random)
      : database_(std::move(database)), box_(box), clock_(clock), random_(random) {}

  Result<void> migrate();
  Result<void> add_aws_policies();

  std::unique_ptr<Database> database_;
  SecretBox box_;
  const Clock& clock_;
  Random& random_;
  Timestamp changed_at_{};
};

// AIDA, AROA, ANPA and the like with 17 more characters.
std::string unique_id(std::string_view prefix, Random& random);
// AKIA or ASIA with 16 more characters.
std::string access_key_id(std::string_view prefix, Random& random);
// 40 characters of base64.
std::string secret_access_key(Random& random);

}  // namespace tributary::hub::identity
