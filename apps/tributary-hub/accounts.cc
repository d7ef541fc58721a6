// tributary-hub accounts: works on the control state's file, while the hub runs and while it does
// not.
#include "hub/identity/accounts.h"

#include <cstdio>

#include "base/json_text.h"
#include "hub/identity/store.h"
#include "options.h"

namespace tributary {
namespace {

int failed(const Error& error) {
  std::fprintf(stderr, "tributary-hub: %s\n", error.message().c_str());
  return error.code() == Code::invalid_argument ? 2 : 1;
}

}  // namespace

using hub::identity::Monitoring;

int create_account(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const std::string& name = options.name.empty() ? options.id : options.name;
  const auto made = hub::identity::create_account(
      **store, options.id, name,
      options.monitoring.value_or(false) ? Monitoring::on : Monitoring::off);
  if (!made) return failed(made.error());
  if (options.output == HubOptions::Output::json) {
    const std::string json = "{\"accountId\": " + json_string(made->account_id) +
                             ", \"accessKeyId\": " + json_string(made->access_key_id) +
                             ", \"secretAccessKey\": " + json_string(made->secret_access_key) + "}";
    std::printf("%s\n", json.c_str());
    return 0;
  }
  std::printf(
      "Account %s, with its user \"administrator\". The secret is shown this once:\n\n"
      "  export AWS_ACCESS_KEY_ID=%s\n  export AWS_SECRET_ACCESS_KEY=%s\n",
      made->account_id.c_str(), made->access_key_id.c_str(), made->secret_access_key.c_str());
  return 0;
}

int list_accounts(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const auto accounts = (*store)->accounts();
  if (!accounts) return failed(accounts.error());
  std::string json;
  for (const hub::identity::Account& account : *accounts) {
    if (options.output == HubOptions::Output::json) {
      json += json.empty() ? "" : ", ";
      json += "{\"accountId\": " + json_string(account.id) +
              ", \"name\": " + json_string(account.name) +
              ", \"monitoring\": " + (account.monitoring ? "true" : "false") + "}";
    } else {
      std::printf("%s  %s%s\n", account.id.c_str(), account.name.c_str(),
                  account.monitoring ? "  (monitoring)" : "");
    }
  }
  if (options.output == HubOptions::Output::json) std::printf("[%s]\n", json.c_str());
  return 0;
}

int update_account(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const auto found = (*store)->set_monitoring(options.id, *options.monitoring);
  if (!found) return failed(found.error());
  if (!*found)
    return failed(
        Error(Code::not_found, "account \"" + options.id + "\": there is none of this id"));
  return 0;
}

}  // namespace tributary
