#include "options.h"

#include <getopt.h>

#include <algorithm>
#include <cstdlib>

#include "base/duration.h"
#include "base/json_text.h"
#include "base/strings.h"

namespace tributary {
namespace {

enum Option : int {
  kData = 1000,
  kListen,
  kTlsCert,
  kTlsKey,
  kWorkers,
  kQueryWorkers,
  kLimits,
  kDashboards,
  kEnableFeature,
  kRetention,
  kLogLevel,
  kLogFormat,
  kId,
  kName,
  kOut,
  kMonitoring,
  kAccount,
  kUser,
  kRole,
  kValid,
  kSession,
  kUrl,
  kPath,
  kOutput,
  kEndpoint,
  kRegion,
  kTime,
  kStart,
  kEnd,
  kStep,
  kHelp,
  kVersion,
};

constexpr option kOptions[] = {
    {"data", required_argument, nullptr, kData},
    {"listen", required_argument, nullptr, kListen},
    {"tls-cert", required_argument, nullptr, kTlsCert},
    {"tls-key", required_argument, nullptr, kTlsKey},
    {"workers", required_argument, nullptr, kWorkers},
    {"query-workers", required_argument, nullptr, kQueryWorkers},
    {"limits", required_argument, nullptr, kLimits},
    {"dashboards", required_argument, nullptr, kDashboards},
    {"enable-feature", required_argument, nullptr, kEnableFeature},
    {"retention", required_argument, nullptr, kRetention},
    {"log-level", required_argument, nullptr, kLogLevel},
    {"log-format", required_argument, nullptr, kLogFormat},
    {"id", required_argument, nullptr, kId},
    {"name", required_argument, nullptr, kName},
    {"out", required_argument, nullptr, kOut},
    {"monitoring", optional_argument, nullptr, kMonitoring},
    {"account", required_argument, nullptr, kAccount},
    {"user", required_argument, nullptr, kUser},
    {"role", required_argument, nullptr, kRole},
    {"valid", required_argument, nullptr, kValid},
    {"session", required_argument, nullptr, kSession},
    {"url", required_argument, nullptr, kUrl},
    {"path", required_argument, nullptr, kPath},
    {"output", required_argument, nullptr, kOutput},
    {"endpoint", required_argument, nullptr, kEndpoint},
    {"region", required_argument, nullptr, kRegion},
    {"time", required_argument, nullptr, kTime},
    {"start", required_argument, nullptr, kStart},
    {"end", required_argument, nullptr, kEnd},
    {"step", required_argument, nullptr, kStep},
    {"help", no_argument, nullptr, kHelp},
    {"version", no_argument, nullptr, kVersion},
    {nullptr, 0, nullptr, 0},
};

Error bad(std::string_view flag, std::string_view got, std::string_view wanted) {
  return Error(Code::invalid_argument,
               std::string(flag) + " " + json_string(got) + ": must be " + std::string(wanted));
}

Result<LogLevel> log_level_of(std::string_view text) {
  if (text == "debug") return LogLevel::debug;
  if (text == "info") return LogLevel::info;
  if (text == "warn") return LogLevel::warn;
  if (text == "error") return LogLevel::error;
  return bad("--log-level", text, "debug, info, warn or error");
}

// A list of Prometheus' names, separated by commas.
Result<void> enable(std::string_view names, promql::Features& features) {
  using promql::Features;
  static const std::vector<std::pair<std::string, bool Features::*>> kFeatures = {
      {"promql-experimental-functions", &Features::experimental_functions},
      {"promql-duration-expr", &Features::duration_expressions},
      {"promql-extended-range-selectors", &Features::extended_range_selectors},
      {"promql-binop-fill-modifiers", &Features::binop_fill_modifiers},
      {"promql-delayed-name-removal", &Features::delayed_name_removal},
      {"type-and-unit-labels", &Features::type_and_unit_labels},
      {"use-start-timestamps", &Features::start_timestamps},
  };
  for (const std::string_view name : split(names, ',')) {
    const auto known = std::find_if(kFeatures.begin(), kFeatures.end(),
                                    [&](const auto& one) { return one.first == trim(name); });
    if (known == kFeatures.end()) {
      std::string all;
      for (const auto& one : kFeatures) all += (all.empty() ? "" : ", ") + one.first;
      return bad("--enable-feature", name, "one of " + all);
    }
    features.*known->second = true;
  }
  return {};
}

Result<std::size_t> thread_count(std::string_view flag, std::string_view value) {
  const std::uint64_t count = parse_uint64(value).value_or(0);
  if (count < 1 || count > 256) return bad(flag, value, "1 to 256");
  return static_cast<std::size_t>(count);
}

Result<void> apply_server(int flag, std::string_view value, HubOptions& options) {
  switch (flag) {
    case kListen: {
      TRIBUTARY_TRY(options.listen, net::parse_host_port(value));
      return {};
    }
    case kTlsCert:
    case kTlsKey: {
      if (!options.tls) options.tls.emplace();
      (flag == kTlsCert ? options.tls->cert_file : options.tls->key_file) = value;
      return {};
    }
    case kWorkers: {
      TRIBUTARY_TRY(options.workers, thread_count("--workers", value));
      return {};
    }
    case kQueryWorkers: {
      TRIBUTARY_TRY(options.query_workers, thread_count("--query-workers", value));
      return {};
    }
    case kLimits: options.limits_file = value; return {};
    case kDashboards: options.dashboards = value; return {};
    case kEnableFeature: return enable(value, options.features);
    case kRetention: {
      TRIBUTARY_TRY(options.retention, parse_prometheus_duration(value));
      return {};
    }
    case kLogLevel: {
      TRIBUTARY_TRY(options.log.level, log_level_of(value));
      return {};
    }
    case kLogFormat: {
      if (value != "console" && value != "json")
        return bad("--log-format", value, "console or json");
      options.log.encoding = value == "json" ? LogEncoding::json : LogEncoding::console;
      return {};
    }
    default: return Error(Code::internal, "option without a reader");
  }
}

Result<void> apply_console(int flag, std::string_view value, HubOptions& options) {
  switch (flag) {
    case kAccount: options.account = value; return {};
    case kUser: options.user = value; return {};
    case kRole: options.role = value; return {};
    case kValid: {
      TRIBUTARY_TRY(options.valid, parse_prometheus_duration(value));
      return {};
    }
    case kSession: {
      TRIBUTARY_TRY(options.session, parse_prometheus_duration(value));
      return {};
    }
    case kUrl: {
      if (auto url = net::parse_url(value); !url) return url.error();
      options.url = value;
      while (options.url.ends_with('/')) options.url.pop_back();
      return {};
    }
    case kPath: {
      if (!value.starts_with("/console/") || value.find('#') != value.npos)
        return bad("--path", value, "of a page, as /console/topology, without a fragment");
      options.path = value;
      return {};
    }
    case kMonitoring: {
      if (!value.empty() && value != "on" && value != "off")
        return bad("--monitoring", value, "on or off");
      options.monitoring = value != "off";
      return {};
    }
    default: return apply_server(flag, value, options);
  }
}

Result<void> apply(int flag, std::string_view value, HubOptions& options) {
  switch (flag) {
    case kData: options.data = value; return {};
    case kId: options.id = value; return {};
    case kName: options.name = value; return {};
    case kOut: options.out = value; return {};
    case kRegion: options.region = value; return {};
    case kTime: options.time = value; return {};
    case kStart: options.start = value; return {};
    case kEnd: options.end = value; return {};
    case kStep: options.step = value; return {};
    case kHelp: options.command = HubOptions::Command::help; return {};
    case kVersion: options.command = HubOptions::Command::version; return {};
    case kEndpoint: {
      TRIBUTARY_TRY(options.endpoint, net::parse_url(value));
      return {};
    }
    case kOutput: {
      if (value != "text" && value != "json") return bad("--output", value, "text or json");
      options.output = value == "json" ? HubOptions::Output::json : HubOptions::Output::text;
      return {};
    }
    default: return apply_console(flag, value, options);
  }
}

// One command: what it is called, and what it cannot do without.
struct CommandWords {
  std::string_view verb;
  std::string_view object;  // "" for none
  HubOptions::Command command;
};
constexpr CommandWords kCommands[] = {
    {"serve", "", HubOptions::Command::serve},
    {"accounts", "create", HubOptions::Command::accounts_create},
    {"accounts", "list", HubOptions::Command::accounts_list},
    {"accounts", "update", HubOptions::Command::accounts_update},
    {"console-link", "", HubOptions::Command::console_link},
    {"service-key", "create", HubOptions::Command::service_key_create},
    {"service-key", "list", HubOptions::Command::service_key_list},
    {"service-key", "delete", HubOptions::Command::service_key_delete},
    {"query", "", HubOptions::Command::query},
};

std::string name_of(const CommandWords& command) {
  return std::string(command.verb) + (command.object.empty() ? "" : " ") +
         std::string(command.object);
}

Result<void> complete_query(const HubOptions& options) {
  if (options.expression.empty()) return Error(Code::invalid_argument, "query: no expression");
  if (options.endpoint.host.empty())
    return Error(Code::invalid_argument, "query: no --endpoint URL of a workspace");
  if (options.start.empty() != options.end.empty())
    return Error(Code::invalid_argument, "query: --start and --end go together");
  return {};
}

Result<void> complete_console_link(const HubOptions& options) {
  if (options.account.empty())
    return Error(Code::invalid_argument, "console-link: no --account (12 digits)");
  if (!options.user.empty() && !options.role.empty())
    return Error(Code::invalid_argument, "console-link: --user or --role, not both");
  return {};
}

// What works on the control state's file.
Result<void> complete_control(const HubOptions& options, const std::string& name) {
  using enum HubOptions::Command;
  const auto missing = [&](std::string_view what) {
    return Error(Code::invalid_argument, name + ": no " + std::string(what));
  };
  switch (options.command) {
    case accounts_create: return options.id.empty() ? missing("--id (12 digits)") : Result<void>();
    case accounts_update: {
      if (options.id.empty()) return missing("--id (12 digits)");
      return !options.monitoring ? missing("--monitoring on or off") : Result<void>();
    }
    case service_key_create: return options.out.empty() ? missing("--out FILE") : Result<void>();
    case service_key_delete: return options.id.empty() ? missing("--id of a key") : Result<void>();
    case console_link: return complete_console_link(options);
    default: return {};
  }
}

Result<void> complete(HubOptions& options, const std::vector<std::string>& words) {
  using enum HubOptions::Command;
  const std::string verb = words.empty() ? "" : words[0];
  const std::string object = words.size() > 1 ? words[1] : "";
  const auto* const found =
      std::find_if(std::begin(kCommands), std::end(kCommands), [&](const CommandWords& command) {
        return command.verb == verb && (command.object.empty() || command.object == object);
      });
  if (found == std::end(kCommands)) {
    std::string all;
    for (const CommandWords& command : kCommands) all += name_of(command) + ", ";
    return Error(Code::invalid_argument,
                 "command " + json_string(verb + (object.empty() ? "" : " " + object)) +
                     ": must be one of " + all + "see tributary-hub --help");
  }
  options.command = found->command;
  const std::string name = name_of(*found);
  if (found->command == query) options.expression = object;
  const std::size_t used = found->command == query || !found->object.empty() ? 2 : 1;
  if (words.size() > used)
    return Error(Code::invalid_argument, "argument " + json_string(words[used]) + ": not expected");
  if (found->command == query) return complete_query(options);
  if (options.data.empty()) return Error(Code::invalid_argument, name + ": no --data DIRECTORY");
  if (options.tls && (options.tls->cert_file.empty() || options.tls->key_file.empty()))
    return Error(Code::invalid_argument, "--tls-cert and --tls-key go together");
  return complete_control(options, name);
}

}  // namespace

const char kHubUsage[] =
    R"(tributary-hub: the central account of a system of metrics.

usage: tributary-hub serve --data DIR [OPTION]...
       tributary-hub accounts create --data DIR --id 111111111111 [--name NAME] [--monitoring]
                                     [--output json]
       tributary-hub accounts update --data DIR --id 111111111111 --monitoring on|off
       tributary-hub accounts list --data DIR [--output json]
       tributary-hub console-link --data DIR --account 111111111111 [OPTION]...
       tributary-hub service-key create --data DIR --out FILE
       tributary-hub service-key list --data DIR [--output json]
       tributary-hub service-key delete --data DIR --id KEY
       tributary-hub query --endpoint URL [OPTION]... EXPRESSION

serve
  --data DIR             everything the hub keeps: identity.db and its key, workspaces.db,
                         workspaces/<id>/, dashboards/
  --listen HOST:PORT     127.0.0.1:9009; ":9009" is every interface
  --tls-cert FILE, --tls-key FILE   serve HTTPS with this certificate (PEM)
  --retention DURATION   older samples are dropped, as in 15d; default: everything is kept
  --limits FILE          what workspaces may take and hold (YAML, docs/hub.md); read again on SIGHUP
  --dashboards DIR       dashboards of the console for all accounts: Grafana's JSON, one file each
  --enable-feature NAMES experimental parts of PromQL, named as in Prometheus, separated by commas
  --workers N            threads for what blocks: disk, policies (4)
  --query-workers N      queries that run at the same time (16)
  --log-level LEVEL      debug, info, warn, error (info)
  --log-format FORMAT    console or json (console)

accounts create          makes an account (its name is its id unless given) and prints its
                         administrator's access key, this once; works while the hub runs
  --monitoring           (and in accounts update: on or off) the account is a monitoring account:
                         who is permitted to in it sees policies, denials and topology of all
                         accounts in the console

console-link             prints a link that signs in to the console, once, as a user or a role
  --user NAME            default: administrator
  --role NAME            a session of this role instead, named "console"
  --valid DURATION       the link must be opened within this time: 10s to 24h (5m)
  --session DURATION     the session ends after this time: 15m to 36h (12h); of a role, 15m to what
                         the role allows
  --url URL              of the hub, as the browser reaches it (http://127.0.0.1:9009)
  --path PATH            the page that it leads to (/console/)
  --output FORMAT        text or json (text)

service-key create       makes a key for a service such as tributary-lab and writes it to FILE, that
                         only its owner can read: with it, one may ask who signed a request and
                         what he may do, and issue credentials of task roles, in every account

query                    a signed query by the Prometheus HTTP API
  --endpoint URL         of the workspace: http://127.0.0.1:9009/workspaces/ws-.../
  --time TIME            RFC 3339 or Unix seconds (now)
  --start TIME, --end TIME, --step DURATION   a range query instead
  --region NAME          of the workspace; default: AWS_REGION
  --output FORMAT        text or json (text)
                         Credentials are found as the AWS SDKs find them: environment, profiles,
                         container, instance. AWS_CA_BUNDLE names certificates to trust.

Exit codes: 0 done, 1 failure, 2 wrong usage.
)";

Result<HubOptions> parse_hub_options(int argc, char** argv) {
  HubOptions options;
  bool asked = false;  // --help or --version
  opterr = 0;
  int flag = 0;
  while ((flag = getopt_long(argc, argv, "", kOptions, nullptr)) != -1) {
    if (flag == '?')
      return Error(Code::invalid_argument,
                   "option " + json_string(argv[optind - 1]) +
                       ": unknown or without its value; see tributary-hub --help");
    // "--monitoring on" as well as "--monitoring=on".
    if (flag == kMonitoring && optarg == nullptr && optind < argc &&
        (std::string_view(argv[optind]) == "on" || std::string_view(argv[optind]) == "off"))
      optarg = argv[optind++];
    asked |= flag == kHelp || flag == kVersion;
    if (auto done = apply(flag, optarg != nullptr ? optarg : "", options); !done)
      return done.error();
  }
  if (asked || argc == 1) return options;
  if (auto done = complete(options, {argv + optind, argv + argc}); !done) return done.error();
  return options;
}

}  // namespace tributary
