// tributary-lab up, down, scale, ps, logs: from a command line to calls of the ECS and Logs APIs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>

#include "aws/signing_session.h"
#include "base/strings.h"
#include "ecs_options.h"
#include "lab/client/endpoint.h"
#include "net/run_task.h"

namespace tributary {
namespace {

using lab::client::Service;

constexpr int kUsageError = 2;

std::string variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value != nullptr ? value : "";
}

// Both shared files; what is not there is empty.
Result<aws::Profiles> read_profiles(const aws::EnvFunction& env) {
  aws::ConfigFile files[2];
  const std::string paths[2] = {aws::config_file_path(env), aws::credentials_file_path(env)};
  for (int i = 0; i < 2; ++i) {
    const auto text = aws::read_small_file(paths[i]);
    if (!text && text.error().code() == Code::not_found) continue;
    if (!text) return text.error();
    auto parsed = aws::parse_config_file(*text);
    if (!parsed) return parsed.error().within(paths[i]);
    files[i] = *std::move(parsed);
  }
  return aws::merge_profiles(files[0], files[1]);
}

// Signed clients, one for each service and region.
class Apis {
 public:
  Apis(net::Loop& loop, Random& random, const lab::client::Surroundings& surroundings)
      : surroundings_(surroundings),
        outside_{.loop = loop,
                 .random = random,
                 .log = {},
                 .make_http_client =
                     [&loop](net::HttpClientOptions options) {
                       return net::make_http_client(loop, std::move(options));
                     },
                 .env = lab::client::environment_of(surroundings),
                 .user_agent = "tributary-lab/" TRIBUTARY_VERSION} {}

  Result<lab::client::JsonApi*> get(Service service, const std::string& region) {
    auto& slot = made_[{service, region}];
    if (!slot.api) {
      const bool ecs = service == Service::ecs;
      TRIBUTARY_TRY(auto endpoint, lab::client::endpoint_of(surroundings_, service, region));
      TRIBUTARY_TRY(
          auto plain,
          net::make_http_client(outside_.loop, {.tls = {.ca_file = variable("AWS_CA_BUNDLE")}}));
      TRIBUTARY_TRY(slot.http, aws::make_signing_client(
                                   outside_, {.region = region, .service = ecs ? "ecs" : "logs"},
                                   std::move(plain)));
      slot.api = std::make_unique<lab::client::JsonApi>(
          *slot.http, std::move(endpoint),
          ecs ? "AmazonEC2ContainerServiceV20141113" : "Logs_20140328");
    }
    return slot.api.get();
  }

 private:
  struct Made {
    std::unique_ptr<net::HttpClient> http;
    std::unique_ptr<lab::client::JsonApi> api;
  };

  const lab::client::Surroundings& surroundings_;
  aws::Outside outside_;
  std::map<std::pair<Service, std::string>, Made> made_;
};

// What the environment says where the command line says nothing.
void complete(EcsOptions& options) {
  if (options.place.cluster.empty()) options.place.cluster = variable("ECS_CLUSTER");
  if (options.place.project.empty()) options.place.project = variable("COMPOSE_PROJECT_NAME");
  if (options.place.project.empty() && options.command != EcsOptions::Command::ps)
    options.place.project = std::filesystem::current_path().filename().string();
  if (options.compose_files.empty()) {
    std::string files = variable("COMPOSE_FILE");
    std::replace(files.begin(), files.end(), ',', ':');
    for (const std::string_view file : split(files, ':'))
      if (!file.empty()) options.compose_files.emplace_back(file);
  }
}

std::optional<lab::compose::Project> load(const EcsOptions& options) {
  config::Diagnostics diagnostics;
  auto project = lab::compose::load_project({.name = options.place.project,
                                             .directory = std::filesystem::current_path(),
                                             .compose_files = options.compose_files,
                                             .ecs_params = options.ecs_params,
                                             .task_role = options.task_role},
                                            config::this_machine(), diagnostics);
  std::fputs(diagnostics.render().c_str(), stderr);
  return project;
}

net::Task<Result<void>> dispatch(lab::client::Session& session, EcsOptions options,
                                 lab::compose::Project project) {
  const auto ms = [](std::optional<Timestamp> time) -> std::optional<std::int64_t> {
    if (!time) return {};
    return to_ms(*time);
  };
  switch (options.command) {
    case EcsOptions::Command::up: {
      lab::client::UpOptions up{.place = options.place,
                                .project = std::move(project),
                                .launch_type = options.launch_type,
                                .create_log_groups = options.create_log_groups,
                                .force_deployment = options.force_deployment,
                                .desired_count = options.desired_count,
                                .timeout = options.timeout};
      return lab::client::up(session, std::move(up));
    }
    case EcsOptions::Command::down:
      return lab::client::down(session, {.place = options.place, .timeout = options.timeout});
    case EcsOptions::Command::scale:
      return lab::client::scale(session, {.place = options.place,
                                          .count = options.desired_count.value_or(1),
                                          .timeout = options.timeout});
    case EcsOptions::Command::ps:
      return lab::client::ps(session,
                             {.place = options.place, .desired_status = options.desired_status});
    case EcsOptions::Command::logs: break;
  }
  if (options.since) options.start = session.loop.clock().now() - *options.since;
  lab::client::LogOptions logs{.place = options.place,
                               .container = options.container,
                               .task_id = options.task_id,
                               .filter_pattern = options.filter_pattern,
                               .start_ms = ms(options.start),
                               .end_ms = ms(options.end),
                               .timestamps = options.timestamps,
                               .follow = options.follow};
  return lab::client::logs(session, std::move(logs));
}

int failed(const Error& error, int code = 1) {
  std::fflush(stdout);
  std::fprintf(stderr, "tributary-lab: %s\n", error.message().c_str());
  return code;
}

}  // namespace

int run_ecs_command(EcsOptions options) {
  if (options.help) {
    std::fputs(kEcsUsage, stdout);
    return 0;
  }
  complete(options);
  lab::compose::Project project;
  if (options.command == EcsOptions::Command::up) {
    auto loaded = load(options);
    if (!loaded) return kUsageError;
    project = *std::move(loaded);
  }
  lab::client::Surroundings surroundings{.endpoint_url = options.endpoint_url,
                                         .region = options.region,
                                         .profile = options.profile,
                                         .env = variable};
  auto profiles = read_profiles(variable);
  if (!profiles) return failed(profiles.error(), kUsageError);
  surroundings.profiles = *std::move(profiles);
  const auto region = lab::client::region_of(surroundings);
  if (!region) return failed(region.error(), kUsageError);

  const auto loop = net::make_loop();
  SystemRandom random;
  std::stop_source stop;
  loop->on_signal([&stop](int) { stop.request_stop(); });
  Apis apis(*loop, random, surroundings);
  auto api = apis.get(Service::ecs, *region);
  if (!api) return failed(api.error(), kUsageError);
  lab::client::EcsClient ecs(**api, stop.get_token());
  lab::client::Console console(loop->clock(), [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
  });
  lab::client::Session session{
      .loop = *loop,
      .ecs = ecs,
      .logs =
          [&](const std::string& of) { return apis.get(Service::logs, of.empty() ? *region : of); },
      .out = console,
      .stop = stop.get_token()};
  const auto done = net::run_task(*loop, dispatch(session, std::move(options), std::move(project)));
  if (!done) return failed(done.error());
  return 0;
}

}  // namespace tributary
