#include <arpa/inet.h>
#include <getopt.h>

#include "base/json_text.h"
#include "serve.h"

namespace tributary {
namespace {

enum Option : int {
  kData = 1000,
  kHub,
  kServiceKey,
  kListen,
  kDriver,
  kSocket,
  kPrograms,
  kLeadOut,
  kLogLevel,
  kLogFormat,
};

constexpr option kOptions[] = {
    {"data", required_argument, nullptr, kData},
    {"hub", required_argument, nullptr, kHub},
    {"service-key", required_argument, nullptr, kServiceKey},
    {"listen", required_argument, nullptr, kListen},
    {"driver", required_argument, nullptr, kDriver},
    {"container-socket", required_argument, nullptr, kSocket},
    {"programs", required_argument, nullptr, kPrograms},
    {"lead-out", required_argument, nullptr, kLeadOut},
    {"log-level", required_argument, nullptr, kLogLevel},
    {"log-format", required_argument, nullptr, kLogFormat},
    {nullptr, 0, nullptr, 0},
};

Error bad(std::string_view flag, std::string_view got, std::string_view wanted) {
  return Error(Code::invalid_argument,
               std::string(flag) + " " + json_string(got) + ": must be " + std::string(wanted));
}

// Of a name and its value among a few.
template <class Value>
Result<void> choose(std::string_view flag, std::string_view got,
                    std::initializer_list<std::pair<std::string_view, Value>> choices,
                    Value& value) {
  std::string names;
  for (const auto& [name, choice] : choices) {
    if (name == got) {
      value = choice;
      return {};
    }
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return bad(flag, got, "one of " + names);
}

Result<void> apply(int flag, std::string_view value, ServeOptions& options) {
  switch (flag) {
    case kData: options.data = value; return {};
    case kServiceKey: options.service_key = value; return {};
    case kPrograms: options.programs = value; return {};
    case kHub: {
      TRIBUTARY_TRY(options.hub, net::parse_url(value));
      return {};
    }
    case kListen: {
      TRIBUTARY_TRY(options.listen, net::parse_host_port(value));
      return {};
    }
    case kLeadOut: {
      TRIBUTARY_TRY(auto outside, net::parse_host_port(value));
      options.lead_out.push_back(std::move(outside));
      return {};
    }
    case kSocket: {
      constexpr std::string_view kScheme = "unix://";
      options.container_socket = value.starts_with(kScheme) ? value.substr(kScheme.size()) : value;
      if (!options.container_socket.starts_with('/'))
        return bad("--container-socket", value, "unix:///path or an absolute path");
      return {};
    }
    case kDriver:
      return choose("--driver", value,
                    {{"containers", ServeOptions::DriverKind::containers},
                     {"processes", ServeOptions::DriverKind::processes}},
                    options.driver);
    case kLogLevel:
      return choose("--log-level", value,
                    {{"debug", LogLevel::debug},
                     {"info", LogLevel::info},
                     {"warn", LogLevel::warn},
                     {"error", LogLevel::error}},
                    options.log.level);
    case kLogFormat:
      return choose("--log-format", value,
                    {{"console", LogEncoding::console}, {"json", LogEncoding::json}},
                    options.log.encoding);
    default: return Error(Code::invalid_argument, "unknown option");
  }
}

// What a task can reach: its network has no DNS.
bool is_reachable(const std::string& host) {
  in_addr address{};
  return host == "localhost" || host == "::1" || ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

Result<void> complete(const ServeOptions& options) {
  const auto need = [](std::string_view flag, std::string_view what) {
    return Error(Code::invalid_argument, std::string(flag) + " is needed: " + std::string(what));
  };
  if (options.data.empty()) return need("--data DIR", "where images and logs are kept");
  if (options.hub.host.empty()) return need("--hub URL", "whose identities the lab asks for");
  if (options.service_key.empty())
    return need("--service-key FILE", "made by tributary-hub service-key create --out FILE");
  if (options.listen.port == 0) return bad("--listen", "port 0", "a port: image names contain it");
  constexpr std::string_view kWanted =
      "at an IPv4 address, localhost or ::1: a task's network has no DNS";
  if (!is_reachable(options.hub.host)) return bad("--hub", options.hub.to_string(), kWanted);
  for (const net::HostPort& outside : options.lead_out)
    if (!is_reachable(outside.host)) return bad("--lead-out", outside.host, kWanted);
  if (options.driver == ServeOptions::DriverKind::processes && options.programs.empty())
    return need("--programs FILE", "which program stands for which image");
  return {};
}

}  // namespace

Result<ServeOptions> parse_serve_options(std::vector<std::string> arguments) {
  ServeOptions options;
  std::string name = "tributary-lab serve";
  std::vector<char*> argv = {name.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  opterr = 0;
  optind = 0;
  int flag = 0;
  while ((flag = getopt_long(argc, argv.data(), "+", kOptions, nullptr)) != -1) {
    if (flag == '?')
      return Error(Code::invalid_argument,
                   "option " + json_string(argv[optind - 1]) + ": unknown or without its value");
    if (auto done = apply(flag, optarg != nullptr ? optarg : "", options); !done)
      return done.error();
  }
  if (optind < argc)
    return Error(Code::invalid_argument, "unexpected argument " + json_string(argv[optind]));
  if (auto done = complete(options); !done) return done.error();
  return options;
}

}  // namespace tributary
