// Making an account: with one IAM user, `administrator`, who may do everything in it, and an access
// key of hers. There is no root key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hub/identity/store.h"

namespace tributary::hub::identity {

struct NewAccount {
  std::string account_id;
  std::string access_key_id;
  std::string secret_access_key;  // told this once
};

// Whether its principals may see the policies of all accounts.
enum class Monitoring : std::uint8_t { off, on };

// Works while the hub runs. Refuses an id that is not twelve digits or is taken.
Result<NewAccount> create_account(Store& store, std::string_view id, std::string_view name,
                                  Monitoring monitoring = Monitoring::off);

}  // namespace tributary::hub::identity
