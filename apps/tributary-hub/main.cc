// tributary-hub: identity, workspaces and queries of the central account.
#include <cstdio>

#include "options.h"

int main(int argc, char** argv) {
  using Command = tributary::HubOptions::Command;
  const auto options = tributary::parse_hub_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "tributary-hub: %s\n", options.error().message().c_str());
    return 2;
  }
  switch (options->command) {
    case Command::help: std::fputs(tributary::kHubUsage, stdout); return argc == 1 ? 2 : 0;
    case Command::version: std::printf("tributary-hub %s\n", TRIBUTARY_VERSION); return 0;
    case Command::serve: return tributary::serve(*options);
    case Command::accounts_create: return tributary::create_account(*options);
    case Command::accounts_list: return tributary::list_accounts(*options);
    case Command::accounts_update: return tributary::update_account(*options);
    case Command::console_link: return tributary::create_console_link(*options);
    case Command::service_key_create: return tributary::create_service_key(*options);
    case Command::service_key_list: return tributary::list_service_keys(*options);
    case Command::service_key_delete: return tributary::delete_service_key(*options);
    case Command::query: return tributary::query(*options);
  }
}
