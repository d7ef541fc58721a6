// tributary-lab: a local ECS, and the commands of an ECS CLI.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "ecs_options.h"
#include "scenario.h"
#include "serve.h"

namespace tributary {
namespace {

constexpr int kUsageError = 2;

constexpr char kUsage[] =
    R"(tributary-lab: a local ECS. Runs tasks here, with ECR and CloudWatch Logs beside it.

usage: tributary-lab serve --data DIR --hub URL --service-key FILE [OPTION]...
       tributary-lab up|down|scale|ps|logs [OPTION]...        tributary-lab up --help
       tributary-lab scenario FILE [OPTION]...                tributary-lab scenario --help

serve                          the ECS, ECR and CloudWatch Logs APIs and an image registry
  --data DIR                   images and logs are kept there
  --hub URL                    of tributary-hub, which knows who may do what
  --service-key FILE           from tributary-hub service-key create --out FILE
  --listen HOST:PORT           127.0.0.1:9010
  --driver containers|processes
                               containers: by the engine at --container-socket; processes: programs
                               of this machine, as --programs says (containers)
  --container-socket SOCKET    of podman or docker (unix:///run/podman/podman.sock)
  --programs FILE              which program stands for which image (YAML)
  --lead-out HOST:PORT         of this machine, reachable at the same address inside each task, as
                               the hub is; repeat for more
  --log-level LEVEL            debug, info, warn, error (info)
  --log-format FORMAT          console or json (console)

up, down, scale, ps, logs      what `ecs-cli compose` does, at the lab or any other ECS endpoint
scenario                       accounts and tasks by the dozen, run for a while, and a report

As root, each task has a network of its own, in which it finds 169.254.170.2 as on ECS. The AWS CLI
does the same as these commands: aws --endpoint-url http://127.0.0.1:9010 ecs|ecr|logs ...
Exit codes: 0 done, 1 failure, 2 wrong usage.
)";

int wrong_usage(const Error& error) {
  std::fprintf(stderr, "tributary-lab: %s\ntry tributary-lab --help\n", error.message().c_str());
  return kUsageError;
}

// What keeps a task's network while its containers come and go (lab/driver/docker/pause_image.h).
int pause_until_stopped() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  int number = 0;
  sigwait(&signals, &number);
  return 0;
}

int run(std::vector<std::string> arguments) {
  const std::string command = arguments.empty() ? "" : arguments.front();
  if (command == "--version" || command == "version") {
    std::printf("tributary-lab %s\n", TRIBUTARY_VERSION);
    return 0;
  }
  if (command.empty() || command == "--help" || command == "help") {
    std::fputs(kUsage, stdout);
    return command.empty() ? kUsageError : 0;
  }
  if (command == "pause") return pause_until_stopped();
  if (is_ecs_command(command)) {
    auto options = parse_ecs_options(std::move(arguments));
    return options ? run_ecs_command(std::move(*options)) : wrong_usage(options.error());
  }
  if (command == "serve") {
    arguments.erase(arguments.begin());
    const auto options = parse_serve_options(std::move(arguments));
    return options ? serve(*options) : wrong_usage(options.error());
  }
  if (command == "scenario") {
    arguments.erase(arguments.begin());
    return run_scenario_command(std::move(arguments));
  }
  return wrong_usage(
      Error(Code::invalid_argument,
            "command \"" + command + "\": must be serve, up, down, scale, ps, logs or scenario"));
}

}  // namespace
}  // namespace tributary

int main(int argc, char** argv) {
  return tributary::run(std::vector<std::string>(argv + 1, argv + argc));
}
