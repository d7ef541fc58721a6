// Managed policies and their versions.
#include "base/time_text.h"
#include "hub/identity/arn.h"
#include "hub/identity/iam_operations.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kPoliciesMax = 1'500;
constexpr std::size_t kPolicySizeMax = 6'144;
constexpr std::size_t kVersionsMax = 5;
constexpr std::size_t kTagsMax = 50;

enum class Detail : std::uint8_t { listed, full };

Fault write_policy(Call& call, const ManagedPolicy& policy, Detail detail) {
  const std::string& account = call.caller.account;
  TRIBUTARY_TRY(const auto holders, call.store.attached_to(policy.arn(), account));
  TRIBUTARY_TRY(const std::int64_t boundaries,
                call.store.count_boundary_use(policy.arn(), account));
  call.out.element("PolicyName", policy.name)
      .element("PolicyId", policy.id)
      .element("Arn", policy.arn())
      .element("Path", policy.path)
      .element("DefaultVersionId", "v" + std::to_string(policy.default_version))
      .element("AttachmentCount", std::to_string(holders.size()))
      .element("PermissionsBoundaryUsageCount", std::to_string(boundaries))
      .boolean("IsAttachable", true)
      .element("CreateDate", iso8601(policy.created))
      .element("UpdateDate", iso8601(policy.updated));
  if (detail == Detail::listed) return {};
  call.out.optional("Description", policy.description);
  TRIBUTARY_TRY(const std::vector<Tag> tags, call.store.tags(policy.id));
  if (!tags.empty()) write_tags(call.out, tags);
  return {};
}

void write_version(Call& call, const ManagedPolicy& policy, const PolicyVersion& version,
                   Detail detail) {
  if (detail == Detail::full) call.out.element("Document", percent_encode(version.document));
  call.out.element("VersionId", "v" + std::to_string(version.version))
      .boolean("IsDefaultVersion", version.version == policy.default_version)
      .element("CreateDate", iso8601(version.created));
}

// The policy, if it is one that the caller's account may change.
Fault find_own_policy(Call& call, ManagedPolicy& out) {
  if (Fault fault = find_policy(call, out)) return fault;
  if (out.account.empty())
    return ApiError(400, "InvalidInput", "Policy is outside your own account.");
  return {};
}

Fault check_managed_document(Call& call) {
  const std::string_view document = call.text("PolicyDocument");
  if (Fault fault = check_policy_document(document)) return fault;
  if (policy_size(document) > kPolicySizeMax) return limit_exceeded("PolicySize", kPolicySizeMax);
  return {};
}

// "v3" -> the third version, which must be there.
Fault find_version(Call& call, const ManagedPolicy& policy, PolicyVersion& out) {
  const std::string_view id = call.text("VersionId");
  const auto number =
      id.starts_with('v') ? parse_int64(id.substr(1)) : std::optional<std::int64_t>();
  if (!number || *number < 1)
    return validation_error("Value '" + std::string(id) +
                            "' at 'versionId' failed to satisfy constraint: Member must satisfy "
                            "regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?");
  TRIBUTARY_TRY(auto version, call.store.find_version(policy.arn(), *number));
  if (!version)
    return no_such_entity("Policy " + policy.arn() + " version " + std::string(id) +
                          " does not exist or is not attachable.");
  out = std::move(*version);
  return {};
}

}  // namespace

Fault find_policy(Call& call, ManagedPolicy& out) {
  const std::string_view arn = call.text("PolicyArn");
  const auto parts = split_arn(arn);
  if (!parts || parts->service != "iam" || !parts->resource.starts_with("policy/"))
    return ApiError(400, "InvalidInput", "ARN " + std::string(arn) + " is not valid.");
  TRIBUTARY_TRY(auto policy, call.store.find_policy(arn));
  if (!policy || (!policy->account.empty() && policy->account != call.caller.account))
    return no_such_entity("Policy " + std::string(arn) + " was not found.");
  out = std::move(*policy);
  return {};
}

Fault target_policy(Call& call, Target& target) {
  target.resource = std::string(call.text("PolicyArn"));
  const auto arn = split_arn(target.resource);
  if (!arn) return ApiError(400, "InvalidInput", "ARN " + target.resource + " is not valid.");
  if (is_account_id(arn->account)) target.account = std::string(arn->account);
  return {};
}

Fault target_new_policy(Call& call, Target& target) {
  target.resource = iam_arn(call.caller.account, std::string("policy")
                                                     .append(call.params.find("Path").value_or("/"))
                                                     .append(call.text("PolicyName")));
  return {};
}

Fault target_policy_list(Call& call, Target& target) {
  target.resource =
      iam_arn(call.caller.account,
              std::string("policy").append(call.params.find("PathPrefix").value_or("/")));
  return {};
}

Fault create_policy(Call& call) {
  const Timestamp now = call.store.clock().now();
  const ManagedPolicy policy{.id = unique_id("ANPA", call.store.random()),
                             .account = call.caller.account,
                             .path = std::string(call.params.find("Path").value_or("/")),
                             .name = std::string(call.text("PolicyName")),
                             .description = std::string(call.text("Description")),
                             .created = now,
                             .updated = now};
  std::vector<Tag> tags;
  if (Fault fault = read_tags(call.params, tags)) return fault;
  if (Fault fault = check_managed_document(call)) return fault;
  TRIBUTARY_TRY(const auto all, call.store.policies(policy.account));
  for (const ManagedPolicy& each : all)
    if (equals_ignore_case(each.name, policy.name))
      return ApiError(
          409, "EntityAlreadyExists",
          "A policy called " + policy.name + " already exists. Duplicate names are not allowed.");
  if (all.size() >= kPoliciesMax) return limit_exceeded("PoliciesPerAccount", kPoliciesMax);
  if (auto added = call.store.add_policy(policy, call.text("PolicyDocument")); !added)
    return added.error();
  if (auto tagged = call.store.put_tags(policy.id, tags); !tagged) return tagged.error();
  call.out.open("Policy");
  if (Fault fault = write_policy(call, policy, Detail::full)) return fault;
  call.out.close("Policy");
  return {};
}

Fault get_policy(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_policy(call, policy)) return fault;
  call.out.open("Policy");
  if (Fault fault = write_policy(call, policy, Detail::full)) return fault;
  call.out.close("Policy");
  return {};
}

Fault list_policies(Call& call) {
  const std::string_view scope = call.params.find("Scope").value_or("All");
  if (scope != "All" && scope != "AWS" && scope != "Local")
    return validation_error("Value '" + std::string(scope) +
                            "' at 'scope' failed to satisfy constraint: Member must satisfy enum "
                            "value set: [All, AWS, Local]");
  std::vector<ManagedPolicy> policies;
  for (const std::string& account : {std::string(), call.caller.account}) {
    if (scope == (account.empty() ? "Local" : "AWS")) continue;
    TRIBUTARY_TRY(const auto some, call.store.policies(account));
    policies.insert(policies.end(), some.begin(), some.end());
  }
  const std::string_view prefix = call.text("PathPrefix");
  std::erase_if(policies,
                [&](const ManagedPolicy& each) { return !each.path.starts_with(prefix); });
  if (call.text("OnlyAttached") == "true") {
    std::vector<ManagedPolicy> attached;
    for (ManagedPolicy& policy : policies) {
      TRIBUTARY_TRY(const auto holders, call.store.attached_to(policy.arn(), call.caller.account));
      if (!holders.empty()) attached.push_back(std::move(policy));
    }
    policies = std::move(attached);
  }
  return write_page(
      call, "Policies", std::move(policies),
      [](const ManagedPolicy& each) { return each.name + " " + each.arn(); },
      [&](const ManagedPolicy& each) { return write_policy(call, each, Detail::listed); });
}

Fault delete_policy(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_own_policy(call, policy)) return fault;
  TRIBUTARY_TRY(const auto holders, call.store.attached_to(policy.arn(), policy.account));
  TRIBUTARY_TRY(const std::int64_t boundaries,
                call.store.count_boundary_use(policy.arn(), policy.account));
  if (!holders.empty() || boundaries > 0)
    return ApiError(409, "DeleteConflict", "Cannot delete a policy attached to entities.");
  TRIBUTARY_TRY(const auto versions, call.store.versions(policy.arn()));
  if (versions.size() > 1)
    return ApiError(409, "DeleteConflict",
                    "This policy has more than one version. Before you delete a policy, you must "
                    "delete the policy's versions. The default version is deleted with the "
                    "policy.");
  if (auto removed = call.store.remove_policy(policy); !removed) return removed.error();
  return {};
}

Fault create_policy_version(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_own_policy(call, policy)) return fault;
  if (Fault fault = check_managed_document(call)) return fault;
  TRIBUTARY_TRY(const auto versions, call.store.versions(policy.arn()));
  if (versions.size() >= kVersionsMax)
    return ApiError(409, "LimitExceeded",
                    "A managed policy can have up to 5 versions. Before you create a new version, "
                    "you must delete an existing version.");
  TRIBUTARY_TRY(const PolicyVersion version,
                call.store.add_version(policy.arn(), call.text("PolicyDocument")));
  if (call.text("SetAsDefault") == "true") {
    policy.default_version = version.version;
    if (auto set = call.store.set_default_version(policy.arn(), version.version); !set)
      return set.error();
  }
  call.out.open("PolicyVersion");
  write_version(call, policy, version, Detail::listed);
  call.out.close("PolicyVersion");
  return {};
}

Fault get_policy_version(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_policy(call, policy)) return fault;
  PolicyVersion version;
  if (Fault fault = find_version(call, policy, version)) return fault;
  call.out.open("PolicyVersion");
  write_version(call, policy, version, Detail::full);
  call.out.close("PolicyVersion");
  return {};
}

Fault list_policy_versions(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_policy(call, policy)) return fault;
  TRIBUTARY_TRY(auto versions, call.store.versions(policy.arn()));
  // At most five at a time, but numbers go on: the width keeps their order, newest first.
  const auto key = [](const PolicyVersion& each) {
    const std::string digits = std::to_string(999'999'999 - each.version);
    return std::string(12 - std::min<std::size_t>(digits.size(), 12), '0') + digits;
  };
  return write_page(call, "Versions", std::move(versions), key,
                    [&](const PolicyVersion& each) -> Fault {
                      write_version(call, policy, each, Detail::listed);
                      return {};
                    });
}

Fault delete_policy_version(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_own_policy(call, policy)) return fault;
  PolicyVersion version;
  if (Fault fault = find_version(call, policy, version)) return fault;
  if (version.version == policy.default_version)
    return ApiError(409, "DeleteConflict", "Cannot delete the default version of a policy.");
  if (auto removed = call.store.remove_version(policy.arn(), version.version); !removed)
    return removed.error();
  return {};
}

Fault set_default_policy_version(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_own_policy(call, policy)) return fault;
  PolicyVersion version;
  if (Fault fault = find_version(call, policy, version)) return fault;
  if (auto set = call.store.set_default_version(policy.arn(), version.version); !set)
    return set.error();
  return {};
}

Fault list_entities_for_policy(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_policy(call, policy)) return fault;
  TRIBUTARY_TRY(const auto holders, call.store.attached_to(policy.arn(), call.caller.account));
  const std::string_view filter = call.text("EntityFilter");
  const std::string_view prefix = call.text("PathPrefix");
  call.out.open("PolicyGroups").close("PolicyGroups");
  for (const EntityKind kind : {EntityKind::user, EntityKind::role}) {
    const std::string type(type_name(kind));
    const std::string list = "Policy" + type + "s";
    call.out.open(list);
    for (const Entity& holder : holders) {
      if (holder.kind != kind || !holder.path.starts_with(prefix)) continue;
      if (!filter.empty() && filter != type) continue;
      call.out.open("member")
          .element(type + "Name", holder.name)
          .element(type + "Id", holder.id)
          .close("member");
    }
    call.out.close(list);
  }
  call.out.boolean("IsTruncated", false);
  return {};
}

Fault tag_policy(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_own_policy(call, policy)) return fault;
  std::vector<Tag> tags;
  if (Fault fault = read_tags(call.params, tags)) return fault;
  if (auto put = call.store.put_tags(policy.id, tags); !put) return put.error();
  TRIBUTARY_TRY(const std::vector<Tag> all, call.store.tags(policy.id));
  if (all.size() > kTagsMax) return limit_exceeded("TagsPerPolicy", kTagsMax);
  return {};
}

Fault untag_policy(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_own_policy(call, policy)) return fault;
  if (auto removed = call.store.remove_tags(policy.id, call.params.list("TagKeys")); !removed)
    return removed.error();
  return {};
}

Fault list_policy_tags(Call& call) {
  ManagedPolicy policy;
  if (Fault fault = find_policy(call, policy)) return fault;
  TRIBUTARY_TRY(std::vector<Tag> tags, call.store.tags(policy.id));
  return write_page(
      call, "Tags", std::move(tags), [](const Tag& tag) { return tag.key; },
      [&](const Tag& tag) -> Fault {
        call.out.element("Key", tag.key).element("Value", tag.value);
        return {};
      });
}

}  // namespace tributary::hub::identity
