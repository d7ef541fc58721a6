#include "hub/identity/store.h"

#include "base/strings.h"
#include "base/time_text.h"
#include "hub/identity/arn.h"
#include "hub/identity/managed_policies.h"

namespace tributary::hub::identity {
namespace {

constexpr std::int64_t kSchemaVersion = 3;

constexpr std::string_view kSchema = R"(
CREATE TABLE accounts(
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE entities(
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts(id),
  kind TEXT NOT NULL CHECK(kind IN ('user', 'role')),
  path TEXT NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  boundary_arn TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  description TEXT NOT NULL,
  max_session_seconds INTEGER NOT NULL,
  trust_policy TEXT NOT NULL,
  UNIQUE(account, kind, name)
) STRICT;
CREATE TABLE policies(
  arn TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT REFERENCES accounts(id),
  path TEXT NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  description TEXT NOT NULL,
  default_version INTEGER NOT NULL,
  latest_version INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  UNIQUE(account, name)
) STRICT;
CREATE TABLE policy_versions(
  policy TEXT NOT NULL REFERENCES policies(arn) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY(policy, version)
) STRICT;
CREATE TABLE attachments(
  entity TEXT NOT NULL REFERENCES entities(id) ON DELETE CASCADE,
  policy TEXT NOT NULL REFERENCES policies(arn),
  PRIMARY KEY(entity, policy)
) STRICT;
CREATE INDEX attachments_by_policy ON attachments(policy);
CREATE TABLE inline_policies(
  entity TEXT NOT NULL REFERENCES entities(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY(entity, name)
) STRICT;
CREATE TABLE tags(
  owner TEXT NOT NULL,
  key TEXT NOT NULL COLLATE NOCASE,
  value TEXT NOT NULL,
  PRIMARY KEY(owner, key)
) STRICT;
CREATE TABLE access_keys(
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES entities(id) ON DELETE CASCADE,
  active INTEGER NOT NULL,
  sealed_secret BLOB NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX access_keys_by_user ON access_keys(user);
)";

// Since version 2.
constexpr std::string_view kServiceKeys = R"(
CREATE TABLE service_keys(
  id TEXT PRIMARY KEY,
  service TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
)";

// Since version 3.
constexpr std::string_view kConsole = R"(
ALTER TABLE accounts ADD COLUMN monitoring INTEGER NOT NULL DEFAULT 0;
CREATE TABLE console_links(
  token_sha256 BLOB PRIMARY KEY,
  entity TEXT NOT NULL REFERENCES entities(id) ON DELETE CASCADE,
  session_seconds INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;
)";

Account read_account(const Row& row) {
  return {row.text(0), row.text(1), timestamp_from_ms(row.integer(2)), row.integer(3) != 0};
}

ServiceKey read_service_key(const Row& row) {
  return {row.text(0), row.text(1), timestamp_from_ms(row.integer(2))};
}

AccessKey read_access_key(const Row& row) {
  return {row.text(0), row.text(1), row.integer(2) != 0, timestamp_from_ms(row.integer(3))};
}

}  // namespace

std::string_view to_string(EntityKind kind) { return kind == EntityKind::user ? "user" : "role"; }

std::string Entity::arn() const {
  return iam_arn(account, std::string(to_string(kind)) + path + name);
}

std::string ManagedPolicy::arn() const {
  return iam_arn(account.empty() ? "aws" : account, "policy" + path + name);
}

std::string unique_id(std::string_view prefix, Random& random) {
  return std::string(prefix) + random_string(random, 17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

std::string access_key_id(std::string_view prefix, Random& random) {
  return std::string(prefix) + random_string(random, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

std::string secret_access_key(Random& random) {
  return random_string(random, 40,
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& directory,
                                           const Clock& clock, Random& random) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure)
    return Error(Code::internal, "directory " + directory.string() + ": " + failure.message());
  // The key comes first: a database without its key is one whose key was lost.
  const std::filesystem::path file = directory / "identity.db";
  const auto if_absent =
      std::filesystem::exists(file) ? SecretBox::IfAbsent::fail : SecretBox::IfAbsent::create;
  TRIBUTARY_TRY(const SecretBox box,
                SecretBox::load(directory / "identity.key", if_absent, random));
  TRIBUTARY_TRY(auto database, Database::open(file));
  std::unique_ptr<Store> store(new Store(std::move(database), box, clock, random));
  if (auto migrated = store->migrate(); !migrated)
    return migrated.error().within("database " + file.string());
  return store;
}

Result<void> Store::migrate() {
  TRIBUTARY_TRY(auto transaction, begin());
  TRIBUTARY_TRY(const auto version,
                database_->first("PRAGMA user_version", [](const Row& r) { return r.integer(0); }));
  if (version.value_or(0) > kSchemaVersion)
    return Error(Code::unsupported, "has schema version " + std::to_string(*version) +
                                        ", this program knows up to " +
                                        std::to_string(kSchemaVersion));
  std::string sql;
  if (version.value_or(0) < 1) sql += kSchema;
  if (version.value_or(0) < 2) sql += kServiceKeys;
  if (version.value_or(0) < 3) sql += kConsole;
  if (!sql.empty()) {
    sql += "PRAGMA user_version = " + std::to_string(kSchemaVersion) + ";";
    if (auto made = database_->execute(sql); !made) return made;
  }
  if (auto added = add_aws_policies(); !added) return added;
  return transaction.commit();
}

Result<void> Store::add_aws_policies() {
  for (const AwsManagedPolicy& known : aws_managed_policies()) {
    ManagedPolicy policy{.id = unique_id("ANPA", random_),
                         .path = std::string(known.path),
                         .name = std::string(known.name),
                         .default_version = known.version,
                         .created = parse_iso8601(known.created).value_or(Timestamp{}),
                         .updated = parse_iso8601(known.updated).value_or(Timestamp{})};
    TRIBUTARY_TRY(const auto present, find_policy(policy.arn()));
    if (present && present->default_version >= policy.default_version) continue;
    if (present) {
      TRIBUTARY_TRY(const PolicyVersion added, add_version(policy.arn(), known.document));
      if (auto set = set_default_version(policy.arn(), added.version); !set) return set;
    } else if (auto added = add_policy(policy, known.document); !added) {
      return added;
    }
  }
  return {};
}

Result<void> Store::add_account(const Account& account) {
  return database_->run("INSERT INTO accounts(id, name, created_ms, monitoring) VALUES(?, ?, ?, ?)",
                        account.id, account.name, to_ms(account.created),
                        std::int64_t{account.monitoring});
}

Result<std::optional<Account>> Store::find_account(std::string_view id) {
  return database_->first("SELECT id, name, created_ms, monitoring FROM accounts WHERE id = ?",
                          read_account, id);
}

Result<std::vector<Account>> Store::accounts() {
  return database_->collect("SELECT id, name, created_ms, monitoring FROM accounts ORDER BY id",
                            read_account);
}

Result<bool> Store::set_monitoring(std::string_view id, bool monitoring) {
  TRIBUTARY_TRY(const std::int64_t changed,
                database_->run_counting("UPDATE accounts SET monitoring = ? WHERE id = ?",
                                        std::int64_t{monitoring}, id));
  return changed > 0;
}

Result<Store::NewAccessKey> Store::add_access_key(std::string_view user_id) {
  NewAccessKey made{.key = {.id = access_key_id("AKIA", random_),
                            .user_id = std::string(user_id),
                            .created = clock_.now()},
                    .secret = secret_access_key(random_)};
  const std::string sealed = box_.seal(made.secret, made.key.id, random_);
  auto added = database_->run(
      "INSERT INTO access_keys(id, user, active, sealed_secret, created_ms) VALUES(?, ?, 1, ?, ?)",
      made.key.id, user_id, Blob{sealed}, to_ms(made.key.created));
  if (!added) return added.error();
  return made;
}

Result<std::optional<Store::KeyWithSecret>> Store::find_access_key(std::string_view id) {
  struct Sealed {
    AccessKey key;
    std::string secret;
  };
  TRIBUTARY_TRY(const auto found,
                database_->first(
                    "SELECT id, user, active, created_ms, sealed_secret FROM access_keys "
                    "WHERE id = ?",
                    [](const Row& row) { return Sealed{read_access_key(row), row.text(4)}; }, id));
  std::optional<KeyWithSecret> out;
  if (!found) return out;
  const auto secret = box_.open(found->secret, found->key.id);
  if (!secret)
    return Error(Code::corruption,
                 "access key " + found->key.id + ": its secret was sealed with another key file");
  out = KeyWithSecret{found->key, *secret};
  return out;
}

Result<std::vector<AccessKey>> Store::access_keys(std::string_view user_id) {
  return database_->collect(
      "SELECT id, user, active, created_ms FROM access_keys WHERE user = ? ORDER BY created_ms, id",
      read_access_key, user_id);
}

Result<void> Store::set_active(std::string_view key_id, bool active) {
  return database_->run("UPDATE access_keys SET active = ? WHERE id = ?", std::int64_t{active},
                        key_id);
}

Result<void> Store::remove_access_key(std::string_view key_id) {
  return database_->run("DELETE FROM access_keys WHERE id = ?", key_id);
}

Result<Store::NewServiceKey> Store::add_service_key(std::string_view service) {
  NewServiceKey made{.key = {.id = access_key_id("AKIA", random_),
                             .service = std::string(service),
                             .created = clock_.now()},
                     .secret = secret_access_key(random_)};
  const std::string sealed = box_.seal(made.secret, made.key.id, random_);
  auto added = database_->run(
      "INSERT INTO service_keys(id, service, sealed_secret, created_ms) VALUES(?, ?, ?, ?)",
      made.key.id, service, Blob{sealed}, to_ms(made.key.created));
  if (!added) return added.error();
  return made;
}

Result<std::optional<Store::NewServiceKey>> Store::find_service_key(std::string_view id) {
  TRIBUTARY_TRY(
      auto found,
      database_->first(
          "SELECT id, service, created_ms, sealed_secret FROM service_keys WHERE id = ?",
          [](const Row& row) { return NewServiceKey{read_service_key(row), row.text(3)}; }, id));
  if (!found) return found;
  auto secret = box_.open(found->secret, found->key.id);
  if (!secret)
    return Error(Code::corruption,
                 "service key " + found->key.id + ": its secret was sealed with another key file");
  found->secret = std::move(*secret);
  return found;
}

Result<std::vector<ServiceKey>> Store::service_keys() {
  return database_->collect(
      "SELECT id, service, created_ms FROM service_keys ORDER BY created_ms, id", read_service_key);
}

Result<bool> Store::remove_service_key(std::string_view id) {
  TRIBUTARY_TRY(const auto gone, database_->collect(
                                     "DELETE FROM service_keys WHERE id = ? RETURNING id",
                                     [](const Row& row) { return row.text(0); }, id));
  return !gone.empty();
}

}  // namespace tributary::hub::identity
