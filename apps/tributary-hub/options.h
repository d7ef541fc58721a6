// The command line of tributary-hub.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/http.h"
#include "promql/parser.h"

namespace tributary {

struct HubOptions {
  enum class Command {
    serve,
    accounts_create,
    accounts_list,
    accounts_update,
    console_link,
    service_key_create,
    service_key_list,
    service_key_delete,
    query,
    help,
    version
  };
  enum class Output { text, json };

  Command command = Command::help;
  Output output = Output::text;

  // serve, accounts, service-key and console-link
  std::string data;
  net::HostPort listen{.host = "127.0.0.1", .port = 9009};
  std::optional<net::TlsServerOptions> tls;
  std::size_t workers = 4;
  std::size_t query_workers = 16;
  Duration retention = Duration::zero();  // zero keeps everything
  std::string limits_file;                // "" for none
  std::string dashboards;                 // a folder of them for all accounts; "" for none
  promql::Features features;
  LogSink::Options log;
  std::string id;    // of an account or a service key
  std::string name;  // of an account
  std::string out;   // the file for a service key
  std::optional<bool> monitoring;

  // console-link
  std::string account;
  std::string user;  // "" where a role is named
  std::string role;
  Duration valid = std::chrono::minutes(5);
  Duration session = Duration::zero();  // zero is the default for the user or role
  std::string url = "http://127.0.0.1:9009";
  std::string path = "/console/";

  // query
  net::Url endpoint;  // of the workspace
  std::string region;
  std::string expression;
  std::string time;  // as the API takes it; "" is now
  std::string start, end, step;
};

Result<HubOptions> parse_hub_options(int argc, char** argv);
extern const char kHubUsage[];

// The commands: each returns the program's exit code.
int serve(const HubOptions& options);
int create_account(const HubOptions& options);
int list_accounts(const HubOptions& options);
int update_account(const HubOptions& options);
int create_console_link(const HubOptions& options);
int create_service_key(const HubOptions& options);
int list_service_keys(const HubOptions& options);
int delete_service_key(const HubOptions& options);
int query(const HubOptions& options);

}  // namespace tributary
