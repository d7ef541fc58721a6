// tributary-hub console-link: works on the control state's file, while the hub runs and while it
// does not. Whoever may read that file may be anybody here, so the link takes nothing that he
// could not take himself.
#include <cstdio>

#include "base/json_text.h"
#include "base/time_text.h"
#include "hub/identity/console_links.h"
#include "hub/identity/store.h"
#include "options.h"

namespace tributary {
namespace {

int failed(const Error& error) {
  std::fprintf(stderr, "tributary-hub: console-link: %s\n", error.message().c_str());
  return error.code() == Code::invalid_argument ? 2 : 1;
}

hub::identity::LinkRequest request_of(const HubOptions& options) {
  using hub::identity::EntityKind;
  const bool role = !options.role.empty();
  const std::string user = options.user.empty() ? "administrator" : options.user;
  return {.account = options.account,
          .kind = role ? EntityKind::role : EntityKind::user,
          .name = role ? options.role : user,
          .valid = options.valid,
          .session = options.session};
}

}  // namespace

int create_console_link(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const auto link = hub::identity::create_console_link(**store, request_of(options));
  if (!link) return failed(link.error());
  const std::string url = options.url + options.path + "#link=" + link->token;
  if (options.output == HubOptions::Output::text) {
    std::printf("%s\n", url.c_str());
    return 0;
  }
  const std::string json = "{\"url\": " + json_string(url) +
                           ", \"arn\": " + json_string(link->arn) +
                           ", \"validUntil\": " + json_string(iso8601(link->expires)) + "}";
  std::printf("%s\n", json.c_str());
  return 0;
}

}  // namespace tributary
