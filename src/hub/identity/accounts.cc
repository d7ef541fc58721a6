#include "hub/identity/accounts.h"

#include "hub/identity/arn.h"
#include "hub/identity/managed_policies.h"

namespace tributary::hub::identity {

Result<NewAccount> create_account(Store& store, std::string_view id, std::string_view name,
                                  Monitoring monitoring) {
  if (!is_account_id(id))
    return Error(Code::invalid_argument,
                 "account id \"" + std::string(id) + "\": must be twelve digits");
  if (name.empty() || name.size() > 50)
    return Error(Code::invalid_argument,
                 "account name \"" + std::string(name) + "\": must have 1 to 50 characters");
  TRIBUTARY_TRY(auto transaction, store.begin());
  TRIBUTARY_TRY(const auto present, store.find_account(id));
  if (present)
    return Error(Code::already_exists,
                 "account " + std::string(id) + " exists already, named \"" + present->name + "\"");
  const Timestamp now = store.clock().now();
  const Account account{.id = std::string(id),
                        .name = std::string(name),
                        .created = now,
                        .monitoring = monitoring == Monitoring::on};
  if (auto added = store.add_account(account); !added) return added.error();
  const Entity user{.kind = EntityKind::user,
                    .id = unique_id("AIDA", store.random()),
                    .account = account.id,
                    .name = "administrator",
                    .created = now};
  if (auto added = store.add_entity(user); !added) return added.error();
  TRIBUTARY_TRY([[maybe_unused]] const bool attached, store.attach(user.id, kAdministratorAccess));
  TRIBUTARY_TRY(Store::NewAccessKey key, store.add_access_key(user.id));
  if (auto committed = transaction.commit(); !committed) return committed.error();
  return NewAccount{account.id, std::move(key.key.id), std::move(key.secret)};
}

}  // namespace tributary::hub::identity
