#include "options.h"

#include <getopt.h>

#include <charconv>

#include "aws/arn.h"
#include "base/duration.h"
#include "base/json_text.h"
#include "base/strings.h"

namespace tributary {
namespace {

enum Option : int {
  kEndpoint = 1000,
  kRole,
  kContainer,
  kEnvironment,
  kCluster,
  kFamily,
  kRegion,
  kAccount,
  kCpu,
  kMemory,
  kStopTimeout,
  kSessionDuration,
  kPort,
  kLogs,
  kHelp,
  kVersion,
};

constexpr option kOptions[] = {
    {"endpoint", required_argument, nullptr, kEndpoint},
    {"task-role-arn", required_argument, nullptr, kRole},
    {"container", required_argument, nullptr, kContainer},
    {"env", required_argument, nullptr, kEnvironment},
    {"cluster", required_argument, nullptr, kCluster},
    {"family", required_argument, nullptr, kFamily},
    {"region", required_argument, nullptr, kRegion},
    {"account", required_argument, nullptr, kAccount},
    {"cpu", required_argument, nullptr, kCpu},
    {"memory", required_argument, nullptr, kMemory},
    {"stop-timeout", required_argument, nullptr, kStopTimeout},
    {"credentials-duration", required_argument, nullptr, kSessionDuration},
    {"port", required_argument, nullptr, kPort},
    {"logs", required_argument, nullptr, kLogs},
    {"help", no_argument, nullptr, kHelp},
    {"version", no_argument, nullptr, kVersion},
    {nullptr, 0, nullptr, 0},
};

Error bad(std::string_view flag, std::string_view got, std::string_view wanted) {
  return Error(Code::invalid_argument,
               std::string(flag) + " " + json_string(got) + ": must be " + std::string(wanted));
}

// NAME=VALUE
Result<std::pair<std::string, std::string>> pair_of(std::string_view flag, std::string_view text) {
  const std::size_t at = text.find('=');
  if (at == std::string_view::npos || at == 0) return bad(flag, text, "NAME=VALUE");
  return std::pair(std::string(text.substr(0, at)), std::string(text.substr(at + 1)));
}

// NAME=PROGRAM ARGUMENT...
Result<lab::ContainerSpec> container_of(std::string_view text) {
  TRIBUTARY_TRY(auto named, pair_of("--container", text));
  lab::ContainerSpec container{.name = named.first};
  for (const std::string_view word : split(named.second, ' '))
    if (!word.empty()) container.command.emplace_back(word);
  if (container.command.empty()) return bad("--container", text, "NAME=PROGRAM [ARGUMENT]...");
  const std::string& program = container.command.front();
  container.image = program.substr(program.rfind('/') + 1);
  return container;
}

template <class Number>
Result<Number> number_of(std::string_view flag, std::string_view text, std::string_view wanted) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, number);
  if (ec != std::errc() || stop != end || number < Number{0}) return bad(flag, text, wanted);
  return number;
}

Result<void> apply(int flag, std::string_view value, LabOptions& options) {
  lab::TaskSpec& spec = options.spec;
  switch (flag) {
    case kEndpoint: {
      TRIBUTARY_TRY(options.hub, net::parse_url(value));
      break;
    }
    case kContainer: {
      TRIBUTARY_TRY(auto container, container_of(value));
      spec.containers.push_back(std::move(container));
      break;
    }
    case kEnvironment: {
      TRIBUTARY_TRY(auto variable, pair_of("--env", value));
      options.environment.insert_or_assign(std::move(variable.first), std::move(variable.second));
      break;
    }
    case kRole: spec.task_role_arn = value; break;
    case kCluster: spec.cluster = value; break;
    case kFamily: spec.family = value; break;
    case kRegion: spec.region = value; break;
    case kAccount: spec.account = value; break;
    case kCpu: {
      TRIBUTARY_TRY(spec.cpu, number_of<double>("--cpu", value, "a number of vCPUs, as in 0.5"));
      break;
    }
    case kMemory: {
      TRIBUTARY_TRY(spec.memory_mib, number_of<std::uint64_t>("--memory", value, "MiB"));
      break;
    }
    case kPort: {
      TRIBUTARY_TRY(options.port, number_of<std::uint16_t>("--port", value, "0 to 65535"));
      break;
    }
    case kStopTimeout: {
      TRIBUTARY_TRY(spec.stop_timeout, parse_go_duration(value));
      break;
    }
    case kSessionDuration: {
      TRIBUTARY_TRY(const Duration duration, parse_go_duration(value));
      if (duration < 15min || duration > 12h)
        return bad("--credentials-duration", value, "15m to 12h");
      options.session_duration = std::chrono::duration_cast<std::chrono::seconds>(duration);
      break;
    }
    case kLogs: options.log_directory = value; break;
    case kHelp: options.command = LabOptions::Command::help; break;
    case kVersion: options.command = LabOptions::Command::version; break;
    default: return Error(Code::invalid_argument, "unknown option; see tributary-lab --help");
  }
  return {};
}

Result<void> complete(LabOptions& options) {
  lab::TaskSpec& spec = options.spec;
  if (spec.containers.empty())
    return Error(Code::invalid_argument, "no --container NAME=PROGRAM given: nothing to run");
  if (spec.task_role_arn.empty()) {
    if (spec.account.empty()) spec.account = "000000000000";
    return {};
  }
  const auto role = aws::parse_arn(spec.task_role_arn);
  if (!role || role->service != "iam" || !role->resource.starts_with("role/"))
    return bad("--task-role-arn", spec.task_role_arn, "arn:aws:iam::<account>:role/<name>");
  if (!spec.account.empty() && spec.account != role->account)
    return bad("--account", spec.account, "the role's account, " + std::string(role->account));
  spec.account = role->account;
  if (options.hub.host.empty())
    return Error(Code::invalid_argument,
                 "--task-role-arn needs --endpoint URL, the hub that issues the sessions");
  return {};
}

}  // namespace

const char kLabUsage[] =
    R"(tributary-lab: a local ECS. Runs a task of processes on this machine.

usage: tributary-lab task [OPTION]... --container NAME=PROGRAM...

  --container NAME=PROGRAM ARGUMENT...  a container; repeat for more (words end at spaces)
  --endpoint URL                the hub, which issues the task role's sessions
  --task-role-arn ARN           the task role; its account is the task's
  --env NAME=VALUE              for every container; repeat for more
  --cluster NAME, --family NAME names of the cluster and the task definition (default: both "lab")
  --region NAME                 default: AWS_REGION, else eu-west-1
  --account ID                  the task's account, where there is no task role
  --cpu N, --memory N           the task's size: vCPUs and MiB
  --stop-timeout DURATION       from SIGTERM to SIGKILL (30s)
  --credentials-duration DURATION  of a session of the task role (1h); renewed after two thirds
  --port N                      of the metadata and credentials endpoints on 127.0.0.1 (any)
  --logs DIRECTORY              a file per container instead of standard output
  --help, --version

The containers find ECS_CONTAINER_METADATA_URI_V4, AWS_CONTAINER_CREDENTIALS_FULL_URI and
AWS_CONTAINER_AUTHORIZATION_TOKEN in their environment, as on Fargate. Sessions of the task role are
asked for in the name of ECS, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of an administrator
of the task's account from this program's environment. The task ends with the first container that
ends, with that one's exit code, and on SIGTERM or SIGINT with 0. Exit code 2: wrong usage.
)";

Result<LabOptions> parse_lab_options(int argc, char** argv) {
  LabOptions options;
  const char* region = std::getenv("AWS_REGION");
  options.spec.region = region != nullptr ? region : "eu-west-1";
  options.spec.cluster = "lab";
  options.spec.family = "lab";
  opterr = 0;
  int flag = 0;
  while ((flag = getopt_long(argc, argv, "", kOptions, nullptr)) != -1) {
    if (flag == '?')
      return Error(Code::invalid_argument,
                   "option " + json_string(argv[optind - 1]) +
                       ": unknown or without its value; see tributary-lab --help");
    if (auto done = apply(flag, optarg != nullptr ? optarg : "", options); !done)
      return done.error();
  }
  if (options.command != LabOptions::Command::task) return options;
  const std::string command = optind < argc ? argv[optind] : "";
  if (command != "task" || optind + 1 < argc) {
    return Error(Code::invalid_argument,
                 "command " + json_string(optind + 1 < argc ? argv[optind + 1] : command) +
                     ": must be \"task\" alone; see tributary-lab --help");
  }
  if (auto done = complete(options); !done) return done.error();
  return options;
}

}  // namespace tributary
