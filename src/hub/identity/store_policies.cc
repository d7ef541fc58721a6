// The part of Store about managed policies and their versions.
#include "hub/identity/store.h"

namespace tributary::hub::identity {
namespace {

constexpr std::string_view kSelectPolicy =
    "SELECT p.id, p.account, p.path, p.name, p.description, p.default_version, p.created_ms, "
    "p.updated_ms FROM policies p ";

std::string select_policy(std::string_view rest) { return std::string(kSelectPolicy).append(rest); }

ManagedPolicy read_policy(const Row& row) {
  return {.id = row.text(0),
          .account = row.text(1),
          .path = row.text(2),
          .name = row.text(3),
          .description = row.text(4),
          .default_version = row.integer(5),
          .created = timestamp_from_ms(row.integer(6)),
          .updated = timestamp_from_ms(row.integer(7))};
}

PolicyVersion read_version(const Row& row) {
  return {row.integer(0), row.text(1), timestamp_from_ms(row.integer(2))};
}

}  // namespace

Result<void> Store::add_policy(const ManagedPolicy& policy, std::string_view document) {
  constexpr std::string_view kSql =
      "INSERT INTO policies(arn, id, account, path, name, description, default_version, "
      "latest_version, created_ms, updated_ms) "
      "VALUES(?1, ?2, nullif(?3, ''), ?4, ?5, ?6, ?7, ?7, ?8, ?9)";
  auto added = database_->run(kSql, policy.arn(), policy.id, policy.account, policy.path,
                              policy.name, policy.description, policy.default_version,
                              to_ms(policy.created), to_ms(policy.updated));
  if (!added) return added;
  return database_->run(
      "INSERT INTO policy_versions(policy, version, document, created_ms) VALUES(?, ?, ?, ?)",
      policy.arn(), policy.default_version, document, to_ms(policy.updated));
}

Result<std::optional<ManagedPolicy>> Store::find_policy(std::string_view arn) {
  static const std::string kSql = select_policy("WHERE p.arn = ?");
  return database_->first(kSql, read_policy, arn);
}

Result<std::vector<ManagedPolicy>> Store::policies(std::string_view account) {
  static const std::string kSql = select_policy("WHERE ifnull(p.account, '') = ? ORDER BY p.name");
  return database_->collect(kSql, read_policy, account);
}

Result<std::vector<ManagedPolicy>> Store::attached(std::string_view entity_id) {
  static const std::string kSql =
      select_policy("JOIN attachments a ON a.policy = p.arn WHERE a.entity = ? ORDER BY p.name");
  return database_->collect(kSql, read_policy, entity_id);
}

Result<void> Store::remove_policy(const ManagedPolicy& policy) {
  if (auto untagged = database_->run("DELETE FROM tags WHERE owner = ?", policy.id); !untagged)
    return untagged;
  return database_->run("DELETE FROM policies WHERE arn = ?", policy.arn());
}

Result<std::vector<PolicyVersion>> Store::versions(std::string_view policy_arn) {
  return database_->collect(
      "SELECT version, document, created_ms FROM policy_versions WHERE policy = ? "
      "ORDER BY version DESC",
      read_version, policy_arn);
}

Result<std::optional<PolicyVersion>> Store::find_version(std::string_view policy_arn,
                                                         std::int64_t version) {
  return database_->first(
      "SELECT version, document, created_ms FROM policy_versions WHERE policy = ? AND version = ?",
      read_version, policy_arn, version);
}

Result<PolicyVersion> Store::add_version(std::string_view policy_arn, std::string_view document) {
  const Timestamp now = clock_.now();
  TRIBUTARY_TRY(const auto number,
                database_->first(
                    "UPDATE policies SET latest_version = latest_version + 1, updated_ms = ?2 "
                    "WHERE arn = ?1 RETURNING latest_version",
                    [](const Row& row) { return row.integer(0); }, policy_arn, to_ms(now)));
  if (!number) return Error(Code::not_found, "policy " + std::string(policy_arn));
  const PolicyVersion version{*number, std::string(document), now};
  auto added = database_->run(
      "INSERT INTO policy_versions(policy, version, document, created_ms) VALUES(?, ?, ?, ?)",
      policy_arn, version.version, document, to_ms(now));
  if (!added) return added.error();
  return version;
}

Result<void> Store::remove_version(std::string_view policy_arn, std::int64_t version) {
  return database_->run("DELETE FROM policy_versions WHERE policy = ? AND version = ?", policy_arn,
                        version);
}

Result<void> Store::set_default_version(std::string_view policy_arn, std::int64_t version) {
  return database_->run("UPDATE policies SET default_version = ?2, updated_ms = ?3 WHERE arn = ?1",
                        policy_arn, version, to_ms(clock_.now()));
}

}  // namespace tributary::hub::identity
