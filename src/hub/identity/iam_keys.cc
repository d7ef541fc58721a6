// Access keys of users.
#include "base/time_text.h"
#include "hub/identity/iam_operations.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kKeysMax = 2;

std::string_view status_of(const AccessKey& key) { return key.active ? "Active" : "Inactive"; }

// The named key, if it is this user's.
Fault find_key(Call& call, AccessKey& out) {
  Entity user;
  if (Fault fault = find_entity(call, user)) return fault;
  TRIBUTARY_TRY(const auto keys, call.store.access_keys(user.id));
  for (const AccessKey& key : keys) {
    if (key.id != call.text("AccessKeyId")) continue;
    out = key;
    return {};
  }
  return no_such_entity("The Access Key with id " + std::string(call.text("AccessKeyId")) +
                        " cannot be found.");
}

}  // namespace

Fault create_access_key(Call& call) {
  Entity user;
  if (Fault fault = find_entity(call, user)) return fault;
  TRIBUTARY_TRY(const auto keys, call.store.access_keys(user.id));
  if (keys.size() >= kKeysMax) return limit_exceeded("AccessKeysPerUser", kKeysMax);
  TRIBUTARY_TRY(const Store::NewAccessKey made, call.store.add_access_key(user.id));
  call.out.open("AccessKey")
      .element("UserName", user.name)
      .element("AccessKeyId", made.key.id)
      .element("Status", status_of(made.key))
      .element("SecretAccessKey", made.secret)
      .element("CreateDate", iso8601(made.key.created))
      .close("AccessKey");
  return {};
}

Fault list_access_keys(Call& call) {
  Entity user;
  if (Fault fault = find_entity(call, user)) return fault;
  TRIBUTARY_TRY(const auto keys, call.store.access_keys(user.id));
  return write_page(
      call, "AccessKeyMetadata", keys, [](const AccessKey& key) { return key.id; },
      [&](const AccessKey& key) -> Fault {
        call.out.element("UserName", user.name)
            .element("AccessKeyId", key.id)
            .element("Status", status_of(key))
            .element("CreateDate", iso8601(key.created));
        return {};
      });
}

Fault update_access_key(Call& call) {
  const std::string_view status = call.text("Status");
  if (status != "Active" && status != "Inactive")
    return validation_error("1 validation error detected: Value '" + std::string(status) +
                            "' at 'status' failed to satisfy constraint: Member must satisfy enum "
                            "value set: [Active, Inactive]");
  AccessKey key;
  if (Fault fault = find_key(call, key)) return fault;
  if (auto set = call.store.set_active(key.id, status == "Active"); !set) return set.error();
  return {};
}

Fault delete_access_key(Call& call) {
  AccessKey key;
  if (Fault fault = find_key(call, key)) return fault;
  if (auto removed = call.store.remove_access_key(key.id); !removed) return removed.error();
  return {};
}

}  // namespace tributary::hub::identity
