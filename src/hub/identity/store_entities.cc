// The part of Store about users and roles: themselves, what is attached to them, their tags.
#include "hub/identity/store.h"

namespace tributary::hub::identity {
namespace {

constexpr std::string_view kSelectEntity =
    "SELECT e.id, e.account, e.kind, e.path, e.name, e.boundary_arn, e.created_ms, e.description, "
    "e.max_session_seconds, e.trust_policy FROM entities e ";

std::string select_entity(std::string_view rest) { return std::string(kSelectEntity).append(rest); }

Entity read_entity(const Row& row) {
  return {.kind = row.text(2) == "user" ? EntityKind::user : EntityKind::role,
          .id = row.text(0),
          .account = row.text(1),
          .path = row.text(3),
          .name = row.text(4),
          .boundary_arn = row.text(5),
          .created = timestamp_from_ms(row.integer(6)),
          .description = row.text(7),
          .max_session_seconds = row.integer(8),
          .trust_policy = row.text(9)};
}

Result<bool> changed(const Result<std::int64_t>& rows) {
  if (!rows) return rows.error();
  return *rows > 0;
}

}  // namespace

Result<void> Store::add_entity(const Entity& entity) {
  return database_->run(
      "INSERT INTO entities(id, account, kind, path, name, boundary_arn, created_ms, description, "
      "max_session_seconds, trust_policy) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      entity.id, entity.account, to_string(entity.kind), entity.path, entity.name,
      entity.boundary_arn, to_ms(entity.created), entity.description, entity.max_session_seconds,
      entity.trust_policy);
}

Result<std::optional<Entity>> Store::find_entity(std::string_view account, EntityKind kind,
                                                 std::string_view name) {
  static const std::string kSql =
      select_entity("WHERE e.account = ? AND e.kind = ? AND e.name = ?");
  return database_->first(kSql, read_entity, account, to_string(kind), name);
}

Result<std::optional<Entity>> Store::find_entity(std::string_view id) {
  static const std::string kSql = select_entity("WHERE e.id = ?");
  return database_->first(kSql, read_entity, id);
}

Result<std::vector<Entity>> Store::entities(std::string_view account, EntityKind kind) {
  static const std::string kSql =
      select_entity("WHERE e.account = ? AND e.kind = ? ORDER BY e.name");
  return database_->collect(kSql, read_entity, account, to_string(kind));
}

Result<void> Store::update_entity(const Entity& entity) {
  return database_->run(
      "UPDATE entities SET boundary_arn = ?, description = ?, "
      "max_session_seconds = ?, trust_policy = ? WHERE id = ?",
      entity.boundary_arn, entity.description, entity.max_session_seconds, entity.trust_policy,
      entity.id);
}

Result<void> Store::remove_entity(std::string_view id) {
  if (auto untagged = database_->run("DELETE FROM tags WHERE owner = ?", id); !untagged)
    return untagged;
  return database_->run("DELETE FROM entities WHERE id = ?", id);
}

Result<bool> Store::attach(std::string_view entity_id, std::string_view policy_arn) {
  return changed(database_->run_counting(
      "INSERT OR IGNORE INTO attachments(entity, policy) VALUES(?, ?)", entity_id, policy_arn));
}

Result<bool> Store::detach(std::string_view entity_id, std::string_view policy_arn) {
  return changed(database_->run_counting("DELETE FROM attachments WHERE entity = ? AND policy = ?",
                                         entity_id, policy_arn));
}

Result<std::vector<Entity>> Store::attached_to(std::string_view policy_arn,
                                               std::string_view account) {
  static const std::string kSql = select_entity(
      "JOIN attachments a ON a.entity = e.id WHERE a.policy = ? AND e.account = ? "
      "ORDER BY e.kind, e.name");
  return database_->collect(kSql, read_entity, policy_arn, account);
}

Result<std::int64_t> Store::count_boundary_use(std::string_view policy_arn,
                                               std::string_view account) {
  TRIBUTARY_TRY(const auto count,
                database_->first(
                    "SELECT count(*) FROM entities WHERE boundary_arn = ? AND account = ?",
                    [](const Row& row) { return row.integer(0); }, policy_arn, account));
  return count.value_or(0);
}

Result<void> Store::put_inline(std::string_view entity_id, const InlinePolicy& policy) {
  return database_->run(
      "INSERT INTO inline_policies(entity, name, document) VALUES(?, ?, ?) "
      "ON CONFLICT DO UPDATE SET document = excluded.document",
      entity_id, policy.name, policy.document);
}

Result<bool> Store::remove_inline(std::string_view entity_id, std::string_view name) {
  return changed(database_->run_counting(
      "DELETE FROM inline_policies WHERE entity = ? AND name = ?", entity_id, name));
}

Result<std::vector<InlinePolicy>> Store::inline_policies(std::string_view entity_id) {
  return database_->collect(
      "SELECT name, document FROM inline_policies WHERE entity = ? ORDER BY name",
      [](const Row& row) { return InlinePolicy{row.text(0), row.text(1)}; }, entity_id);
}

Result<Store::Contents> Store::contents() {
  Contents all;
  TRIBUTARY_TRY(all.accounts, accounts());
  static const std::string kEntities = select_entity("ORDER BY e.account, e.name, e.kind");
  TRIBUTARY_TRY(all.entities, database_->collect(kEntities, read_entity));
  const auto each = [this](std::string_view sql, auto put) -> Result<void> {
    const auto rows = database_->collect(sql, [&](const Row& row) {
      put(row);
      return true;
    });
    return rows ? Result<void>() : rows.error();
  };
  auto read = each(
      "SELECT a.entity, a.policy FROM attachments a JOIN policies p ON p.arn = a.policy "
      "ORDER BY p.name",
      [&](const Row& row) { all.attached[row.text(0)].push_back(row.text(1)); });
  if (!read) return read.error();
  read =
      each("SELECT entity, name, document FROM inline_policies ORDER BY name",
           [&](const Row& row) { all.inlined[row.text(0)].push_back({row.text(1), row.text(2)}); });
  if (!read) return read.error();
  read = each("SELECT owner, key, value FROM tags ORDER BY key",
              [&](const Row& row) { all.tags[row.text(0)].push_back({row.text(1), row.text(2)}); });
  if (!read) return read.error();
  read = each(
      "SELECT p.arn, v.document FROM policies p JOIN policy_versions v "
      "ON v.policy = p.arn AND v.version = p.default_version",
      [&](const Row& row) { all.documents.emplace(row.text(0), row.text(1)); });
  if (!read) return read.error();
  return all;
}

Result<std::vector<Tag>> Store::tags(std::string_view owner) {
  return database_->collect(
      "SELECT key, value FROM tags WHERE owner = ? ORDER BY key",
      [](const Row& row) { return Tag{row.text(0), row.text(1)}; }, owner);
}

Result<void> Store::put_tags(std::string_view owner, const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    auto put = database_->run("INSERT OR REPLACE INTO tags(owner, key, value) VALUES(?, ?, ?)",
                              owner, tag.key, tag.value);
    if (!put) return put;
  }
  return {};
}

Result<void> Store::remove_tags(std::string_view owner, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    auto removed = database_->run("DELETE FROM tags WHERE owner = ? AND key = ?", owner, key);
    if (!removed) return removed;
  }
  return {};
}

}  // namespace tributary::hub::identity
