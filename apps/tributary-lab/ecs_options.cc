#include "ecs_options.h"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/duration.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "base/time_text.h"

namespace tributary {
namespace {

using Command = EcsOptions::Command;

enum Flag : int {
  kFile = 'f',
  kProject = 'p',
  kCluster = 'c',
  kTimestamps = 't',
  kEndpoint = 1000,
  kRegion,
  kProfile,
  kParams,
  kTaskRole,
  kLaunchType,
  kCreateLogs,
  kForce,
  kCount,
  kTimeout,
  kStatus,
  kTaskId,
  kPattern,
  kSince,
  kStart,
  kEnd,
  kFollow,
  kHelp,
};

// Who takes a flag, a letter for each command: u(p), d(own), s(cale), p(s), l(ogs).
struct FlagOf {
  option flag;
  std::string_view commands;
};

constexpr std::array kFlags = {
    FlagOf{{"endpoint-url", required_argument, nullptr, kEndpoint}, "udspl"},
    FlagOf{{"region", required_argument, nullptr, kRegion}, "udspl"},
    FlagOf{{"profile", required_argument, nullptr, kProfile}, "udspl"},
    FlagOf{{"aws-profile", required_argument, nullptr, kProfile}, "udspl"},
    FlagOf{{"cluster", required_argument, nullptr, kCluster}, "udspl"},
    FlagOf{{"project-name", required_argument, nullptr, kProject}, "udspl"},
    FlagOf{{"file", required_argument, nullptr, kFile}, "udsp"},
    FlagOf{{"ecs-params", required_argument, nullptr, kParams}, "udsp"},
    FlagOf{{"task-role-arn", required_argument, nullptr, kTaskRole}, "u"},
    FlagOf{{"launch-type", required_argument, nullptr, kLaunchType}, "u"},
    FlagOf{{"create-log-groups", no_argument, nullptr, kCreateLogs}, "u"},
    FlagOf{{"force-deployment", no_argument, nullptr, kForce}, "u"},
    FlagOf{{"scale", required_argument, nullptr, kCount}, "u"},
    FlagOf{{"desired-count", required_argument, nullptr, kCount}, "u"},
    FlagOf{{"timeout", required_argument, nullptr, kTimeout}, "uds"},
    FlagOf{{"desired-status", required_argument, nullptr, kStatus}, "p"},
    FlagOf{{"task-id", required_argument, nullptr, kTaskId}, "l"},
    FlagOf{{"filter-pattern", required_argument, nullptr, kPattern}, "l"},
    FlagOf{{"since", required_argument, nullptr, kSince}, "l"},
    FlagOf{{"start-time", required_argument, nullptr, kStart}, "l"},
    FlagOf{{"end-time", required_argument, nullptr, kEnd}, "l"},
    FlagOf{{"timestamps", no_argument, nullptr, kTimestamps}, "l"},
    FlagOf{{"help", no_argument, nullptr, kHelp}, "udspl"},
    FlagOf{{"follow", no_argument, nullptr, kFollow}, "l"},
};

struct CommandName {
  const char* name;
  Command command;
  char letter;
  const char* short_flags;
};
constexpr std::array<CommandName, 5> kCommands = {{{"up", Command::up, 'u', "f:p:c:"},
                                                   {"down", Command::down, 'd', "f:p:c:"},
                                                   {"scale", Command::scale, 's', "f:p:c:"},
                                                   {"ps", Command::ps, 'p', "f:p:c:"},
                                                   {"logs", Command::logs, 'l', "ftp:c:"}}};

const CommandName* find_command(const std::string& name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&name](const CommandName& one) { return name == one.name; });
  return found == kCommands.end() ? nullptr : &*found;
}

Error bad(std::string_view flag, std::string_view got, std::string_view wanted) {
  return Error(Code::invalid_argument,
               std::string(flag) + " " + json_string(got) + ": must be " + std::string(wanted));
}

// Minutes as the ECS CLI counts them (0.5), or a duration (30s).
Result<Duration> minutes_or_duration(std::string_view flag, std::string_view text) {
  double minutes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  constexpr double kMinutesMax = 60 * 24 * 365;
  if (error == std::errc() && end == text.data() + text.size()) {
    if (!std::isfinite(minutes) || minutes < 0 || minutes > kMinutesMax)
      return bad(flag, text, "minutes, 0 or more");
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(minutes * 60));
  }
  const auto duration = parse_go_duration(text);
  if (!duration || *duration < Duration{}) return bad(flag, text, "minutes, or as 90s or 1m30s");
  return *duration;
}

Result<std::int64_t> count_of(std::string_view flag, std::string_view text) {
  const auto count = parse_uint64(text);
  if (!count || *count > 5000) return bad(flag, text, "a number of tasks from 0 to 5000");
  return static_cast<std::int64_t>(*count);
}

Result<Timestamp> moment_of(std::string_view flag, std::string_view text) {
  const auto time = parse_iso8601(text, IsoForm::shortened);
  if (!time) return bad(flag, text, "a time such as 2026-11-22T21:00:00Z");
  return *time;
}

template <class T>
Result<void> take(Result<T> from, auto& into) {
  if (!from) return from.error();
  into = *std::move(from);
  return {};
}

Result<void> choose(std::string_view flag, std::string_view got, std::string_view one,
                    std::string_view other, std::string& into) {
  if (got != one && got != other)
    return bad(flag, got, std::string(one) + " or " + std::string(other));
  into = got;
  return {};
}

Result<void> apply(int flag, const std::string& value, EcsOptions& options) {
  switch (flag) {
    case kFile:
      if (options.command == Command::logs) {
        options.follow = true;
      } else {
        options.compose_files.push_back(value);
      }
      return {};
    case kProject: options.place.project = value; return {};
    case kCluster: options.place.cluster = value; return {};
    case kEndpoint: options.endpoint_url = value; return {};
    case kRegion: options.region = value; return {};
    case kProfile: options.profile = value; return {};
    case kParams: options.ecs_params = value; return {};
    case kTaskRole: options.task_role = value; return {};
    case kLaunchType: return choose("--launch-type", value, "FARGATE", "EC2", options.launch_type);
    case kCreateLogs: options.create_log_groups = true; return {};
    case kForce: options.force_deployment = true; return {};
    case kCount: return take(count_of("--scale", value), options.desired_count);
    case kTimeout: return take(minutes_or_duration("--timeout", value), options.timeout);
    case kStatus:
      return choose("--desired-status", value, "RUNNING", "STOPPED", options.desired_status);
    case kTaskId: options.task_id = value; return {};
    case kPattern: options.filter_pattern = value; return {};
    case kSince: return take(minutes_or_duration("--since", value), options.since);
    case kStart: return take(moment_of("--start-time", value), options.start);
    case kEnd: return take(moment_of("--end-time", value), options.end);
    case kTimestamps: options.timestamps = true; return {};
    case kFollow: options.follow = true; return {};
    default: return Error(Code::invalid_argument, "unknown option");
  }
}

// What stands after the flags.
Result<void> apply_operands(const std::vector<std::string>& operands, EcsOptions& options) {
  const bool takes_one = options.command == Command::scale || options.command == Command::logs;
  if (operands.size() > (takes_one ? 1U : 0U))
    return Error(Code::invalid_argument, "unexpected argument " + json_string(operands.back()));
  if (options.command == Command::scale) {
    if (operands.empty()) return Error(Code::invalid_argument, "scale needs a number of tasks");
    return take(count_of("scale", operands.front()), options.desired_count);
  }
  if (!operands.empty()) options.container = operands.front();
  return {};
}

Result<void> check(const EcsOptions& options) {
  if (options.since && options.start)
    return Error(Code::invalid_argument, "--since and --start-time exclude each other");
  if (options.follow && options.end)
    return Error(Code::invalid_argument, "--follow and --end-time exclude each other");
  if (options.start && options.end && *options.end < *options.start)
    return Error(Code::invalid_argument, "--end-time is before --start-time");
  return {};
}

}  // namespace

const char kEcsUsage[] =
    R"(An ECS CLI: one project is one service, of the task that its compose files describe.

  up                  register the task definition, make or update the service, wait until it is
                      steady, or say why it is not
    -f, --file FILE           compose file; repeat to lay one over the other (docker-compose.yml,
                              and docker-compose.override.yml where there is one; COMPOSE_FILE)
    --ecs-params FILE         (ecs-params.yml where there is one)
    --create-log-groups       make the awslogs groups that are missing
    --scale N, --desired-count N   tasks of the service (1, or as many as there are)
    --task-role-arn ROLE      name or ARN, instead of ecs-params'
    --launch-type FARGATE|EC2 (FARGATE where ecs-params gives a task_size, else EC2)
    --force-deployment        new tasks though nothing has changed
  down                delete the service, wait for its tasks, deregister the task definition
  scale N             change the number of tasks, wait until the service is steady
  ps                  list containers; without a project name, those of the whole cluster
    --desired-status RUNNING|STOPPED   (both)
  logs [SERVICE]      what a container has said, or all of them
    -f, --follow              and what it says from now on
    -t, --timestamps
    --task-id ID, --filter-pattern PATTERN
    --since MINUTES, --start-time TIME, --end-time TIME

  for all of these:
    -p, --project-name NAME   (COMPOSE_PROJECT_NAME, else the current directory's name)
    -c, --cluster NAME        (ECS_CLUSTER; else "default" if it is there, else the only one)
    --endpoint-url URL        (AWS_ENDPOINT_URL_ECS, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS,
                              AWS_ENDPOINT_URL, the profile's, AWS)
    --region REGION           (AWS_REGION, AWS_DEFAULT_REGION, the profile's)
    --profile NAME            (AWS_PROFILE); credentials come as for the AWS CLI
    --timeout MINUTES         up, down, scale: so long without a change of the running count (5);
                              also 90s, 1m30s; 0 does not wait
)";

bool is_ecs_command(const std::string& name) { return find_command(name) != nullptr; }

Result<EcsOptions> parse_ecs_options(std::vector<std::string> arguments) {
  const CommandName* command = arguments.empty() ? nullptr : find_command(arguments.front());
  if (command == nullptr) return Error(Code::invalid_argument, "no command of an ECS CLI");
  EcsOptions options;
  options.command = command->command;
  std::vector<option> flags;
  for (const FlagOf& flag : kFlags)
    if (flag.commands.find(command->letter) != std::string_view::npos) flags.push_back(flag.flag);
  flags.push_back({nullptr, 0, nullptr, 0});

  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  opterr = 0;
  optind = 0;
  int flag = 0;
  while ((flag = getopt_long(argc, argv.data(), command->short_flags, flags.data(), nullptr)) !=
         -1) {
    if (flag == '?')
      return Error(Code::invalid_argument, std::string(command->name) + ": option " +
                                               json_string(argv[optind - 1]) +
                                               ": unknown or without its value");
    if (flag == kHelp) {
      options.help = true;
      return options;
    }
    if (auto done = apply(flag, optarg != nullptr ? optarg : "", options); !done)
      return done.error();
  }
  const std::vector<std::string> operands(argv.data() + optind, argv.data() + argc);
  if (auto done = apply_operands(operands, options); !done) return done.error();
  if (auto done = check(options); !done) return done.error();
  return options;
}

}  // namespace tributary
