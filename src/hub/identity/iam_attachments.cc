// Policies of users and roles: managed ones attached, and inline ones.
#include "hub/identity/iam_operations.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kAttachedMax = 10;
constexpr std::size_t kInlineSizeRole = 10'240;
constexpr std::size_t kInlineSizeUser = 2'048;

Fault find_inline(Call& call, Entity& entity, InlinePolicy& out) {
  if (Fault fault = find_entity(call, entity)) return fault;
  TRIBUTARY_TRY(const auto policies, call.store.inline_policies(entity.id));
  for (const InlinePolicy& policy : policies) {
    if (policy.name != call.text("PolicyName")) continue;
    out = policy;
    return {};
  }
  return no_such_entity("The " + std::string(to_string(call.kind)) + " policy with name " +
                        std::string(call.text("PolicyName")) + " cannot be found.");
}

}  // namespace

Fault attach_policy(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  ManagedPolicy policy;
  if (Fault fault = find_policy(call, policy)) {
    if (fault->code == "NoSuchEntity")
      fault->message =
          "Policy " + std::string(call.text("PolicyArn")) + " does not exist or is not attachable.";
    return fault;
  }
  TRIBUTARY_TRY(const bool attached, call.store.attach(entity.id, policy.arn()));
  if (!attached) return {};
  TRIBUTARY_TRY(const auto all, call.store.attached(entity.id));
  if (all.size() > kAttachedMax)
    return limit_exceeded("PoliciesPer" + std::string(type_name(call.kind)), kAttachedMax);
  return {};
}

Fault detach_policy(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  const std::string_view arn = call.text("PolicyArn");
  TRIBUTARY_TRY(const bool detached, call.store.detach(entity.id, arn));
  if (!detached) return no_such_entity("Policy " + std::string(arn) + " was not found.");
  return {};
}

Fault list_attached_policies(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  TRIBUTARY_TRY(auto policies, call.store.attached(entity.id));
  const std::string_view prefix = call.text("PathPrefix");
  std::erase_if(policies,
                [&](const ManagedPolicy& each) { return !each.path.starts_with(prefix); });
  return write_page(
      call, "AttachedPolicies", std::move(policies),
      [](const ManagedPolicy& each) { return each.name + " " + each.arn(); },
      [&](const ManagedPolicy& each) -> Fault {
        call.out.element("PolicyName", each.name).element("PolicyArn", each.arn());
        return {};
      });
}

Fault put_inline_policy(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  const InlinePolicy policy{std::string(call.text("PolicyName")),
                            std::string(call.text("PolicyDocument"))};
  if (Fault fault = check_policy_document(policy.document)) return fault;
  if (auto put = call.store.put_inline(entity.id, policy); !put) return put.error();
  TRIBUTARY_TRY(const auto all, call.store.inline_policies(entity.id));
  std::size_t size = 0;
  for (const InlinePolicy& each : all) size += policy_size(each.document);
  const std::size_t limit = call.kind == EntityKind::role ? kInlineSizeRole : kInlineSizeUser;
  if (size > limit)
    return ApiError(409, "LimitExceeded",
                    "Maximum policy size of " + std::to_string(limit) + " bytes exceeded for " +
                        std::string(to_string(call.kind)) + " " + entity.name);
  return {};
}

Fault get_inline_policy(Call& call) {
  Entity entity;
  InlinePolicy policy;
  if (Fault fault = find_inline(call, entity, policy)) return fault;
  call.out.element(name_parameter(call.kind), entity.name)
      .element("PolicyName", policy.name)
      .element("PolicyDocument", percent_encode(policy.document));
  return {};
}

Fault list_inline_policies(Call& call) {
  Entity entity;
  if (Fault fault = find_entity(call, entity)) return fault;
  TRIBUTARY_TRY(const auto policies, call.store.inline_policies(entity.id));
  return write_page(
      call, "PolicyNames", policies, [](const InlinePolicy& each) { return each.name; },
      [&](const InlinePolicy& each) -> Fault {
        call.out.raw(each.name);  // made of letters, digits and +=,.@_-
        return {};
      });
}

Fault delete_inline_policy(Call& call) {
  Entity entity;
  InlinePolicy policy;
  if (Fault fault = find_inline(call, entity, policy)) return fault;
  TRIBUTARY_TRY([[maybe_unused]] const bool removed,
                call.store.remove_inline(entity.id, policy.name));
  return {};
}

}  // namespace tributary::hub::identity
