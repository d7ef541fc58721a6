// tributary-hub service-key: works on the control state's file, while the hub runs and while it
// does not.
#include <cstdio>

#include "base/disk.h"
#include "base/json_text.h"
#include "base/time_text.h"
#include "hub/identity/service_api.h"
#include "hub/identity/store.h"
#include "options.h"

namespace tributary {
namespace {

int failed(const Error& error) {
  std::fprintf(stderr, "tributary-hub: %s\n", error.message().c_str());
  return error.code() == Code::invalid_argument ? 2 : 1;
}

// The key is kept only if its file was written. A file that is there may hold a key that somebody
// uses, so it stays.
Result<std::string> create(hub::identity::Store& store, const std::string& file) {
  RealDisk disk({.file = 0600});
  if (disk.exists(file))
    return Error(Code::already_exists, "file " + file + ": exists already; delete it first");
  TRIBUTARY_TRY(auto transaction, store.begin());
  TRIBUTARY_TRY(const auto made, store.add_service_key(hub::identity::kLabService));
  const std::string json = "{\"accessKeyId\": " + json_string(made.key.id) +
                           ", \"secretAccessKey\": " + json_string(made.secret) + "}\n";
  if (auto written = disk.replace(file, json); !written) return written.error();
  if (auto committed = transaction.commit(); !committed) {
    (void)disk.remove(file);
    return committed.error();
  }
  return made.key.id;
}

}  // namespace

int create_service_key(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const auto id = create(**store, options.out);
  if (!id) return failed(id.error());
  std::printf("Service key %s of %s is in %s\n", id->c_str(),
              std::string(hub::identity::kLabService).c_str(), options.out.c_str());
  return 0;
}

int list_service_keys(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const auto keys = (*store)->service_keys();
  if (!keys) return failed(keys.error());
  std::string json;
  for (const hub::identity::ServiceKey& key : *keys) {
    const std::string created = iso8601(key.created);
    if (options.output == HubOptions::Output::json) {
      json += json.empty() ? "" : ", ";
      json += "{\"accessKeyId\": " + json_string(key.id) +
              ", \"service\": " + json_string(key.service) +
              ", \"created\": " + json_string(created) + "}";
    } else {
      std::printf("%s  %s  %s\n", key.id.c_str(), key.service.c_str(), created.c_str());
    }
  }
  if (options.output == HubOptions::Output::json) std::printf("[%s]\n", json.c_str());
  return 0;
}

int delete_service_key(const HubOptions& options) {
  const SystemClock clock;
  SystemRandom random;
  auto store = hub::identity::Store::open(options.data, clock, random);
  if (!store) return failed(store.error());
  const auto removed = (*store)->remove_service_key(options.id);
  if (!removed) return failed(removed.error());
  if (!*removed) return failed(Error(Code::not_found, "there is no service key " + options.id));
  return 0;
}

}  // namespace tributary
