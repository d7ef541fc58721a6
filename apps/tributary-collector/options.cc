#include "options.h"

#include <getopt.h>

#include <array>
#include <optional>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector {
namespace {

enum OptionCode : int {
  kConfig = 1,
  kSet,
  kPrintConfig,
  kVersion,
  kHelp,
  kPort,
  kFeatureGates,
  kEndpoint,
  kOfOldCollectors,
};

constexpr std::array<option, 13> kOptions = {{
    {"config", required_argument, nullptr, kConfig},
    {"set", required_argument, nullptr, kSet},
    {"print-config", no_argument, nullptr, kPrintConfig},
    {"version", no_argument, nullptr, kVersion},
    {"help", no_argument, nullptr, kHelp},
    {"port", required_argument, nullptr, kPort},
    {"endpoint", required_argument, nullptr, kEndpoint},
    {"feature-gates", required_argument, nullptr, kFeatureGates},
    {"log-level", required_argument, nullptr, kOfOldCollectors},
    {"metrics-addr", required_argument, nullptr, kOfOldCollectors},
    {"metrics-level", required_argument, nullptr, kOfOldCollectors},
    {"mem-ballast-size-mib", required_argument, nullptr, kOfOldCollectors},
    {nullptr, 0, nullptr, 0},
}};

std::optional<Command> find_command(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Command>, 5> kCommands = {
      {{"validate", Command::validate},
       {"print-config", Command::print_config},
       {"components", Command::components},
       {"reference", Command::reference},
       {"healthcheck", Command::healthcheck}}};
  for (const auto& [word, command] : kCommands)
    if (word == name) return command;
  return {};
}

Error wrong(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

Result<void> take_option(int code, const std::string& name, const char* value, Options& options) {
  switch (code) {
    case kConfig: options.sources.configs.emplace_back(value); return {};
    case kSet: options.sources.sets.emplace_back(value); return {};
    case kPrintConfig: options.command = Command::print_config; return {};
    case kVersion: options.command = Command::version; return {};
    case kHelp: options.command = Command::help; return {};
    case kPort: {
      const auto port = parse_uint64(value);
      if (!port || *port == 0 || *port > 65535)
        return wrong("--port must be from 1 to 65535, got " + json_string(value));
      options.healthcheck_port = static_cast<std::uint16_t>(*port);
      return {};
    }
    case kEndpoint: options.spool.endpoint = value; return {};
    case kFeatureGates:
      options.warnings.push_back("--feature-gates has no effect: there are no gates");
      return {};
    default:
      options.warnings.push_back(name + " has no effect: set it under service::telemetry");
      return {};
  }
}

// What stands behind `spool`.
Result<void> take_spool_words(const std::vector<std::string>& words, SpoolOptions& spool) {
  constexpr std::string_view kUsage =
      "want spool ls <directory>, spool verify <directory> or spool replay <directory> "
      "--endpoint=<URL>";
  if (words.size() != 2) return wrong(std::string(kUsage));
  if (words[0] == "ls") {
    spool.action = SpoolOptions::Action::list;
  } else if (words[0] == "verify") {
    spool.action = SpoolOptions::Action::verify;
  } else if (words[0] == "replay") {
    spool.action = SpoolOptions::Action::replay;
    if (spool.endpoint.empty()) return wrong("spool replay: needs --endpoint=<URL>");
  } else {
    return wrong("spool: unknown command " + json_string(words[0]) + "; " + std::string(kUsage));
  }
  spool.directory = words[1];
  return {};
}

}  // namespace

Result<Options> parse_options(std::vector<std::string> arguments) {
  Options options;
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  const int count = static_cast<int>(raw.size());
  raw.push_back(nullptr);
  if (arguments[0] == "healthcheck" || arguments[0].ends_with("/healthcheck"))
    options.command = Command::healthcheck;
  optind = 0;  // getopt keeps its place in a global
  opterr = 0;
  while (true) {
    const int at = optind == 0 ? 1 : optind;
    // One dash is enough, as for programs in Go.
    const int code = getopt_long_only(count, raw.data(), "", kOptions.data(), nullptr);
    if (code == -1) break;
    const std::string name = raw[static_cast<std::size_t>(optind > at ? optind - 1 : at)];
    if (code == '?') return wrong("unknown option, or one without its value: " + name);
    if (auto taken = take_option(code, name, optarg, options); !taken) return taken.error();
  }
  if (options.command == Command::help) return options;  // whatever the command
  // getopt has moved what is no option to the end.
  for (int i = optind; i < count; ++i) {
    const std::string_view word = raw[static_cast<std::size_t>(i)];
    if (i == optind && word == "spool") {
      options.command = Command::spool;
      const std::vector<std::string> words(raw.begin() + i + 1, raw.begin() + count);
      if (auto taken = take_spool_words(words, options.spool); !taken) return taken.error();
      break;
    }
    const auto command = find_command(word);
    if (!command) return wrong("unknown command " + json_string(word));
    if (i > optind) return wrong("one command at a time");
    options.command = *command;
  }
  return options;
}

std::string_view usage() {
  return "usage: tributary-collector [--config=<location>]... [--set=<key>.<key>=<value>]...\n"
         "       tributary-collector <command> [options]\n"
         "\n"
         "Scrapes and forwards metrics as the configuration says, until SIGTERM. SIGHUP reads the\n"
         "configuration again.\n"
         "\n"
         "commands:\n"
         "  validate       check the configuration, offline\n"
         "  print-config   print every setting in effect, secrets masked\n"
         "  components     list the components that this program has\n"
         "  reference      print the configuration reference, in Markdown\n"
         "  spool ls <directory>       show what waits for delivery on disk\n"
         "  spool verify <directory>   check every checksum and decode every request\n"
         "  spool replay <directory> --endpoint=<URL>\n"
         "                 send it there, unsigned and in order; refused while a collector uses "
         "it\n"
         "  healthcheck    ask a running collector on this machine whether it is healthy\n"
         "\n"
         "options:\n"
         "  --config=<location>   a file, or file:<path>, env:<variable>, yaml:<text>; with "
         "several,\n"
         "                        a later one wins, key by key\n"
         "  --set=<key>=<value>   one setting on top, as in --set=processors.batch.timeout=2s\n"
         "  --port=<number>       of the health_check extension, for healthcheck (13133)\n"
         "  --endpoint=<URL>      of remote write, for spool replay\n"
         "  --feature-gates=...   accepted, without effect\n"
         "  --print-config --version --help\n"
         "\n"
         "Where the variable AOT_CONFIG_CONTENT is set, it is the whole configuration.\n"
         "Exit status: 0 after a clean stop, 1 on a failure at run time, 2 on a wrong "
         "configuration\n"
         "or command line.\n";
}

}  // namespace tributary::collector
