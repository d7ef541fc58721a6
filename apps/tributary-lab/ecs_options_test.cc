#include "ecs_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Command = EcsOptions::Command;

EcsOptions parsed(std::vector<std::string> arguments) {
  auto options = parse_ecs_options(std::move(arguments));
  EXPECT_TRUE(options) << options.error().message();
  return options ? *std::move(options) : EcsOptions();
}

TEST(EcsOptions, ReadTheWalkthroughsUp) {
  const EcsOptions options =
      parsed({"up", "-f", "docker-compose.yml", "--ecs-params", "ecs-params.yml", "--project-name",
              "ecs-xaccount-metrics-demo", "--create-log-groups", "--cluster", "c", "--scale", "3",
              "--timeout", "0.5", "--launch-type", "EC2"});

  EXPECT_EQ(options.command, Command::up);
  EXPECT_THAT(options.compose_files, ElementsAre("docker-compose.yml"));
  EXPECT_EQ(options.ecs_params, "ecs-params.yml");
  EXPECT_EQ(options.place.project, "ecs-xaccount-metrics-demo");
  EXPECT_EQ(options.place.cluster, "c");
  EXPECT_TRUE(options.create_log_groups);
  EXPECT_EQ(options.desired_count, 3);
  EXPECT_EQ(options.timeout, 30s);
  EXPECT_EQ(options.launch_type, "EC2");
}

TEST(EcsOptions, TakeTheServiceBeforeOrBehindFlagsOfLogs) {
  for (auto arguments : {std::vector<std::string>{"logs", "app", "-f", "-p", "demo"},
                         std::vector<std::string>{"logs", "-f", "-p", "demo", "app"}}) {
    const EcsOptions options = parsed(std::move(arguments));
    EXPECT_EQ(options.container, "app");
    EXPECT_TRUE(options.follow);
    EXPECT_EQ(options.place.project, "demo");
  }
  EXPECT_EQ(parsed({"logs", "--since", "5"}).since, Duration(5min));
  EXPECT_EQ(parsed({"scale", "4"}).desired_count, 4);
  EXPECT_EQ(parsed({"down", "--timeout", "90s"}).timeout, 90s);
  EXPECT_EQ(parsed({"ps", "--desired-status", "STOPPED"}).desired_status, "STOPPED");
}

TEST(EcsOptions, RefuseWhatMakesNoSense) {
  const auto refuses = [](std::vector<std::string> arguments, const std::string& message) {
    const auto options = parse_ecs_options(arguments);
    ASSERT_FALSE(options) << arguments.back();
    EXPECT_THAT(options.error().message(), HasSubstr(message));
  };

  refuses({"fly"}, "no command");
  refuses({"up", "--scale", "many"}, "--scale \"many\": must be a number of tasks");
  refuses({"up", "--timeout", "-1"}, "--timeout \"-1\"");
  refuses({"up", "--timeout", "soon"}, "as 90s or 1m30s");
  refuses({"up", "--launch-type", "MOON"}, "must be FARGATE or EC2");
  refuses({"up", "--follow"}, "option \"--follow\": unknown");
  refuses({"up", "--file"}, "without its value");
  refuses({"up", "app"}, "unexpected argument \"app\"");
  refuses({"down", "--create-log-groups"}, "unknown");
  refuses({"scale"}, "needs a number");
  refuses({"ps", "--desired-status", "DONE"}, "must be RUNNING or STOPPED");
  refuses({"logs", "a", "b"}, "unexpected argument \"b\"");
  refuses({"logs", "--since", "5", "--start-time", "2026-01-01T00:00:00Z"}, "exclude each other");
  refuses({"logs", "-f", "--end-time", "2026-01-01T00:00:00Z"}, "exclude each other");
  refuses({"logs", "--start-time", "yesterday"}, "a time such as");
}

}  // namespace
}  // namespace tributary
