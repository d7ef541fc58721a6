// Users and roles: making, showing, changing and deleting them.
#include "base/time_text.h"
#include "hub/identity/arn.h"
#include "hub/identity/iam_operations.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kRolesMax = 1'000;
constexpr std::size_t kUsersMax = 5'000;
constexpr std::size_t kTagsMax = 50;

enum class Detail : std::uint8_t { listed, full };

Fault write_entity(Call& call, const Entity& entity, Detail detail) {
  const std::string type(type_name(entity.kind));
  Xml& out = call.out;
  out.element("Path", entity.path)
      .element(type + "Name", entity.name)
      .element(type + "Id", entity.id)
      .element("Arn", entity.arn())
      .element("CreateDate", iso8601(entity.created));
  if (entity.kind == EntityKind::role) {
    TRIBUTARY_TRY(const std::string trust, display_trust_policy(call.store, entity.trust_policy));
    out.element("AssumeRolePolicyDocument", percent_encode(trust))
        .optional("Description", entity.description)
        .element("MaxSessionDuration", std::to_string(entity.max_session_seconds));
  }
  if (detail == Detail::listed) return {};
  if (!entity.boundary_arn.empty())
    out.open("PermissionsBoundary")
        .element("PermissionsBoundaryType", "Policy")
        .element("PermissionsBoundaryArn", entity.boundary_arn)
        .close("PermissionsBoundary");
  TRIBUTARY_TRY(const std::vector<Tag> tags, call.store.tags(entity.id));
  if (!tags.empty()) write_tags(out, tags);
  return {};
}

Fault check_boundary(Call& call) {
  const std::string_view arn = call.text("PermissionsBoundary");
  if (arn.empty()) return {};
  TRIBUTARY_TRY(const auto policy, call.store.find_policy(arn));
  const bool usable = policy && (policy->account.empty() || policy->account == call.caller.account);
  if (usable) return {};
  return no_such_entity("Scope ARN: " + std::string(arn) + " does not exist or is not attachable.");
}

// The part that is the same for both kinds.
Fault create_entity(Call& call, Entity& entity, std::size_t limit) {
  const std::string type(type_name(call.kind));
  entity.kind = call.kind;
  entity.account = call.caller.account;
  entity.name = std::string(call.text(name_parameter(call.kind)));
  entity.path = std::string(call.params.find("Path").value_or("/"));
  entity.boundary_arn = std::string(call.text("PermissionsBoundary"));
  entity.created = call.store.clock().now();
  std::vector<Tag> tags;
  if (Fault fault = read_tags(call.params, tags)) return fault;
  if (Fault fault = check_boundary(call)) return fault;
  TRIBUTARY_TRY(const auto present, call.store.find_entity(entity.account, call.kind, entity.name));
  if (present)
    return ApiError(409, "EntityAlreadyExists",
                    type + " with name " + entity.name + " already exists.");
  TRIBUTARY_TRY(const auto all, call.store.entities(entity.account, call.kind));
  if (all.size() >= limit) return limit_exceeded(type + "sPerAccount", limit);
  if (auto added = call.store.add_entity(entity); !added) return added.error();
  if (auto tagged = call.store.put_tags(entity.id, tags); !tagged) return tagged.error();
  call.out.open(type);
  if (Fault fault = write_entity(call, entity, Detail::full)) return fault;
  call.out.close(type);
  return {};
}

// What must be gone before a user or role can be.
Fault check_deletable(Call& call, const Entity& entity) {
  const auto conflict = [](std::string_view what) {
    return ApiError(409, "DeleteConflict", "Cannot delete entity, must " + std::string(what));
  };
  TRIBUTARY_TRY(const auto attached, call.store.attached(entity.id));
  if (!attached.empty()) return conflict("detach all policies first.");
  TRIBUTARY_TRY(const auto inlined, call.store.inline_policies(entity.id));
  if (!inlined.empty()) return conflict("delete policies first.");
  TRIBUTARY_TRY(const auto keys, call.store.access_keys(entity.id));
  if (!keys.empty()) return conflict("delete access keys first.");
  return {};
}

}  // namespace

std::string_view name_parameter(EntityKind kind) {
  return kind == EntityKind::role ? "RoleName" : "UserName";
}

std::string_view type_name(EntityKind kind) { return kind == EntityKind::role ? "Role" : "User"; }

Fault find_entity(Call& call, Entity& out) {
  auto name = call.params.find(name_parameter(call.kind));
  if (!name && call.caller.kind != PrincipalKind::user)
    return validation_error("Must specify userName when calling with non-User credentials");
  if (!name) name = call.caller.name;
  TRIBUTARY_TRY(auto found, call.store.find_entity(call.caller.account, call.kind, *name));
  if (!found)
    return no_such_entity("The " + std::string(to_string(call.kind)) + " with name " +
                          std::string(*name) + " cannot be found.");
  out = std::move(*found);
  return {};
}

Fault target_entity(Call& call, Target& target) {
  Entity entity;
  const Fault absent = find_entity(call, entity);
  if (absent && absent->code != "NoSuchEntity") return absent;
  if (absent) {
    // Who may not ask learns nothing; who may is told when the operation runs.
    const std::string_view name = call.text(name_parameter(call.kind));
    target.resource =
        iam_arn(call.caller.account, std::string(to_string(call.kind)).append("/").append(name));
    return {};
  }
  target.resource = entity.arn();
  TRIBUTARY_TRY(const std::vector<Tag> tags, call.store.tags(entity.id));
  for (const Tag& tag : tags) {
    target.context.set("aws:ResourceTag/" + tag.key, tag.value);
    target.context.set("iam:ResourceTag/" + tag.key, tag.value);
  }
  if (const auto arn = call.params.find("PolicyArn")) target.context.set("iam:PolicyARN", *arn);
  if (!entity.boundary_arn.empty())
    target.context.set("iam:PermissionsBoundary", entity.boundary_arn);
  return {};
}

Fault target_new_entity(Call& call, Target& target) {
  const std::string resource = std::string(to_string(call.kind))
                                   .append(call.params.find("Path").value_or("/"))
                                   .append(call.text(name_parameter(call.kind)));
  target.resource = iam_arn(call.caller.account, resource);
  if (const auto arn = call.params.find("PermissionsBoundary"))
    target.context.set("iam:PermissionsBoundary", *arn);
  std::vector<Tag> tags;
  if (Fault fault = read_tags(call.params, tags)) return fault;
  std::vector<std::string> keys;
  for (const Tag& tag : tags) {
    target.context.set("aws:RequestTag/" + tag.key, tag.value);
    keys.push_back(tag.key);
  }
  target.context.set_all("aws:TagKeys", std::move(keys));
  return {};
}

Fault target_entity_list(Call& call, Target& target) {
  target.resource = iam_arn(
      call.caller.account,
      std::string(to_string(call.kind)).append(call.params.find("PathPrefix").value_or("/")));
  return {};
}

Fault create_role(Call& call) {
  Entity role{.id = unique_id("AROA", call.store.random()),
              .description = std::string(call.text("Description")),
              .max_session_seconds = call.integer("MaxSessionDuration", 3600)};
  if (Fault fault =
          resolve_trust_policy(call, call.text("AssumeRolePolicyDocument"), role.trust_policy))
    return fault;
  return create_entity(call, role, kRolesMax);
}

Fault create_user(Call& call) {
  Entity user{.id = unique_id("AIDA", call.store.random())};
  return create_entity(call, user, kUsersMax);
}

Fault get_entity(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  call.out.open(type_name(call.kind));
  if (Fault fault = write_entity(call, entity, Detail::full)) return fault;
  call.out.close(type_name(call.kind));
  return {};
}

Fault list_entities(Call& call) {
  TRIBUTARY_TRY(auto entities, call.store.entities(call.caller.account, call.kind));
  const std::string_view prefix = call.text("PathPrefix");
  std::erase_if(entities, [&](const Entity& each) { return !each.path.starts_with(prefix); });
  return write_page(
      call, std::string(type_name(call.kind)) + "s", std::move(entities),
      [](const Entity& each) { return each.name; },
      [&](const Entity& each) { return write_entity(call, each, Detail::listed); });
}

Fault delete_entity(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  if (Fault fault = check_deletable(call, entity)) return fault;
  if (auto removed = call.store.remove_entity(entity.id); !removed) return removed.error();
  return {};
}

Fault update_role(Call& call) {
  Entity role;
  if (Fault fault = find_entity(call, role)) return fault;
  if (const auto description = call.params.find("Description"))
    role.description = std::string(*description);
  role.max_session_seconds = call.integer("MaxSessionDuration", role.max_session_seconds);
  if (auto updated = call.store.update_entity(role); !updated) return updated.error();
  return {};
}

Fault update_trust_policy(Call& call) {
  Entity role;
  if (Fault fault = find_entity(call, role)) return fault;
  if (Fault fault = resolve_trust_policy(call, call.text("PolicyDocument"), role.trust_policy))
    return fault;
  if (auto updated = call.store.update_entity(role); !updated) return updated.error();
  return {};
}

Fault put_boundary(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  if (Fault fault = check_boundary(call)) return fault;
  entity.boundary_arn = std::string(call.text("PermissionsBoundary"));
  if (auto updated = call.store.update_entity(entity); !updated) return updated.error();
  return {};
}

Fault delete_boundary(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  if (entity.boundary_arn.empty())
    return no_such_entity("There is no permissions boundary for " +
                          std::string(to_string(call.kind)) + " " + entity.name + ".");
  entity.boundary_arn.clear();
  if (auto updated = call.store.update_entity(entity); !updated) return updated.error();
  return {};
}

Fault tag_entity(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  std::vector<Tag> tags;
  if (Fault fault = read_tags(call.params, tags)) return fault;
  if (auto put = call.store.put_tags(entity.id, tags); !put) return put.error();
  TRIBUTARY_TRY(const std::vector<Tag> all, call.store.tags(entity.id));
  if (all.size() > kTagsMax)
    return limit_exceeded("TagsPer" + std::string(type_name(call.kind)), kTagsMax);
  return {};
}

Fault untag_entity(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  if (auto removed = call.store.remove_tags(entity.id, call.params.list("TagKeys")); !removed)
    return removed.error();
  return {};
}

Fault list_entity_tags(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  TRIBUTARY_TRY(std::vector<Tag> tags, call.store.tags(entity.id));
  return write_page(
      call, "Tags", std::move(tags), [](const Tag& tag) { return tag.key; },
      [&](const Tag& tag) -> Fault {
        call.out.element("Key", tag.key).element("Value", tag.value);
        return {};
      });
}

Fault list_nothing(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  const std::string_view tag = call.kind == EntityKind::role ? "InstanceProfiles" : "Groups";
  call.out.open(tag).close(tag).boolean("IsTruncated", false);
  return {};
}

void write_tags(Xml& out, const std::vector<Tag>& tags) {
  out.open("Tags");
  for (const Tag& tag : tags)
    out.open("member").element("Key", tag.key).element("Value", tag.value).close("member");
  out.close("Tags");
}

}  // namespace tributary::hub::identity
