// tributary-lab: a local ECS.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "aws/credentials.h"
#include "base/log.h"
#include "lab/credentials.h"
#include "lab/task_runner.h"
#include "net/loop.h"
#include "net/run_task.h"
#include "options.h"

namespace tributary {
namespace {

constexpr int kUsageError = 2;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Each container's lines, to a file of its own or to standard output with its name in front.
class Output {
 public:
  explicit Output(std::string directory) : directory_(std::move(directory)) {}

  void write(std::string_view container, std::string_view line) {
    if (directory_.empty()) {
      std::printf("%.*s | %.*s\n", static_cast<int>(container.size()), container.data(),
                  static_cast<int>(line.size()), line.data());
      std::fflush(stdout);
      return;
    }
    const auto [at, added] = files_.try_emplace(std::string(container));
    if (added) at->second.open(directory_ + "/" + std::string(container) + ".log", std::ios::app);
    at->second << line << std::endl;
  }

 private:
  std::string directory_;
  std::map<std::string, std::ofstream, std::less<>> files_;
};

net::Task<int> run_task_until(lab::TaskRunner& runner, lab::TaskCredentials* credentials,
                              std::stop_source& stop, const Logger& log) {
  net::Gate background;
  if (credentials != nullptr) {
    const auto first = co_await credentials->fetch(stop.get_token());
    if (!first) {
      log.error("the task role's credentials were refused", {{"error", first.error().message()}});
      co_return 1;
    }
    background.spawn(credentials->keep_fresh(stop.get_token()));
  }
  int code = 1;
  if (const auto started = runner.start(); started) {
    log.info("task started", {{"endpoint", runner.endpoint()}});
    code = co_await runner.run(stop.get_token());
  } else {
    log.error("task not started", {{"error", started.error().message()}});
  }
  stop.request_stop();
  co_await background.close();
  co_return code;
}

int run(LabOptions options) {
  const auto loop = net::make_loop();
  const Logger log(std::make_shared<LogSink>(LogSink::Options{}, loop->clock()));
  SystemRandom random;
  options.spec.task_id = random_string(random, 32, "0123456789abcdef");
  Output output(options.log_directory);
  std::stop_source stop;
  loop->on_signal([&](int) { stop.request_stop(); });

  lab::TaskRunner::Options settings{.port = options.port};
  settings.environment = std::move(options.environment);
  for (const char* name : {"PATH", "HOME", "TMPDIR"})
    if (!variable(name).empty()) settings.environment.emplace(name, variable(name));
  settings.on_line = [&output](std::string_view container, std::string_view line) {
    output.write(container, line);
  };

  auto client = net::make_http_client(*loop, {.tls = {.ca_file = variable("AWS_CA_BUNDLE")}});
  if (!client) {
    log.error("no HTTP client", {{"error", client.error().message()}});
    return 1;
  }
  std::unique_ptr<lab::TaskCredentials> credentials;
  if (!options.spec.task_role_arn.empty()) {
    aws::Credentials ecs{.access_key_id = variable("AWS_ACCESS_KEY_ID"),
                         .secret_access_key = variable("AWS_SECRET_ACCESS_KEY"),
                         .session_token = variable("AWS_SESSION_TOKEN")};
    if (ecs.access_key_id.empty() || ecs.secret_access_key.empty()) {
      std::fprintf(
          stderr,
          "tributary-lab: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set: the lab "
          "asks for the task role's sessions with them\n");
      return kUsageError;
    }
    lab::TaskCredentials::Options of_role{.hub = options.hub,
                                          .region = options.spec.region,
                                          .role_arn = options.spec.task_role_arn,
                                          .duration = options.session_duration};
    of_role.task_arn = options.spec.task_arn();
    credentials = std::make_unique<lab::TaskCredentials>(*loop, random, **client, std::move(ecs),
                                                         std::move(of_role), log);
  }
  lab::TaskRunner runner(*loop, random, log, std::move(options.spec), std::move(settings),
                         credentials.get());
  return net::run_task(*loop, run_task_until(runner, credentials.get(), stop, log));
}

}  // namespace
}  // namespace tributary

int main(int argc, char** argv) {
  using Command = tributary::LabOptions::Command;
  auto options = tributary::parse_lab_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "tributary-lab: %s\n", options.error().message().c_str());
    return tributary::kUsageError;
  }
  switch (options->command) {
    case Command::help: std::fputs(tributary::kLabUsage, stdout); return 0;
    case Command::version: std::printf("tributary-lab %s\n", TRIBUTARY_VERSION); return 0;
    case Command::task: return tributary::run(std::move(*options));
  }
}
