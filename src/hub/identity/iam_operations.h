// The operations behind IamApi, and what they share. `kind` of the Call tells whether an operation
// on "entities" is about users or roles.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "hub/identity/operation.h"

namespace tributary::hub::identity {

// Users and roles.
Fault create_role(Call& call);
Fault create_user(Call& call);
Fault get_entity(Call& call);
Fault list_entities(Call& call);
Fault delete_entity(Call& call);
Fault update_role(Call& call);
Fault update_trust_policy(Call& call);
Fault put_boundary(Call& call);
Fault delete_boundary(Call& call);
Fault tag_entity(Call& call);
Fault untag_entity(Call& call);
Fault list_entity_tags(Call& call);
Fault list_nothing(Call& call);  // instance profiles, groups: there are none

// What is attached to them, and inline policies.
Fault attach_policy(Call& call);
Fault detach_policy(Call& call);
Fault list_attached_policies(Call& call);
Fault put_inline_policy(Call& call);
Fault get_inline_policy(Call& call);
Fault list_inline_policies(Call& call);
Fault delete_inline_policy(Call& call);

// Managed policies.
Fault create_policy(Call& call);
Fault get_policy(Call& call);
Fault list_policies(Call& call);
Fault delete_policy(Call& call);
Fault create_policy_version(Call& call);
Fault get_policy_version(Call& call);
Fault list_policy_versions(Call& call);
Fault delete_policy_version(Call& call);
Fault set_default_policy_version(Call& call);
Fault list_entities_for_policy(Call& call);
Fault tag_policy(Call& call);
Fault untag_policy(Call& call);
Fault list_policy_tags(Call& call);

// Access keys of users.
Fault create_access_key(Call& call);
Fault list_access_keys(Call& call);
Fault update_access_key(Call& call);
Fault delete_access_key(Call& call);

Fault simulate_principal_policy(Call& call);

// What is authorised.
Fault target_entity(Call& call, Target& target);       // the user or role that is named
Fault target_new_entity(Call& call, Target& target);   // the one to be made
Fault target_entity_list(Call& call, Target& target);  // role/ or user/ and the path prefix
Fault target_policy(Call& call, Target& target);       // PolicyArn
Fault target_new_policy(Call& call, Target& target);
Fault target_policy_list(Call& call, Target& target);
Fault target_simulated(Call& call, Target& target);  // PolicySourceArn

// "RoleName" or "UserName".
std::string_view name_parameter(EntityKind kind);
// "Role" or "User".
std::string_view type_name(EntityKind kind);

// The user or role of that name in the caller's account, or NoSuchEntity. A user that is not named
// is the caller.
Fault find_entity(Call& call, Entity& out);
// The managed policy of that ARN, of the caller's account or of AWS, or NoSuchEntity.
Fault find_policy(Call& call, ManagedPolicy& out);

// A document as MalformedPolicyDocument would have it, not longer than the quota allows.
Fault check_policy_document(std::string_view document);
std::size_t policy_size(std::string_view document);  // white space does not count
ApiError malformed_policy(const Error& error);
ApiError limit_exceeded(std::string_view quota, std::size_t limit);

// A trust policy as it is kept: names of users and roles of accounts held here become their unique
// ids, so that a namesake made later is not trusted. And as it is shown, names again.
Fault resolve_trust_policy(Call& call, std::string_view document, std::string& out);
bool is_unique_id(std::string_view principal);
Result<std::string> display_trust_policy(Store& store, std::string_view document);

void write_tags(Xml& out, const std::vector<Tag>& tags);

// Writes one page of `items` as <tag><member>...</member></tag> with IsTruncated and Marker,
// ordered by `key`, following the parameters Marker and MaxItems.
template <class Item, class Key, class Write>
Fault write_page(Call& call, std::string_view tag, std::vector<Item> items, Key key, Write write) {
  const auto order = [&](const Item& item) { return to_lower(key(item)); };
  std::sort(items.begin(), items.end(),
            [&](const Item& a, const Item& b) { return order(a) < order(b); });
  auto next = items.begin();
  if (const auto marker = call.params.find("Marker")) {
    const auto after = base64_decode(*marker);
    if (!after) return validation_error("Invalid Marker.");
    next = std::find_if(items.begin(), items.end(),
                        [&](const Item& item) { return order(item) > *after; });
  }
  const auto left = items.end() - next;
  const auto size = std::min<std::ptrdiff_t>(left, call.integer("MaxItems", 100));
  call.out.open(tag);
  for (auto item = next; item != next + size; ++item) {
    call.out.open("member");
    if (Fault fault = write(*item)) return fault;
    call.out.close("member");
  }
  call.out.close(tag).boolean("IsTruncated", size < left);
  if (size < left) call.out.element("Marker", base64_encode(order(*(next + size - 1))));
  return {};
}

}  // namespace tributary::hub::identity
