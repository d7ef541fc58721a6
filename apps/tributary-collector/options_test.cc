#include "options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::collector {
namespace {

using testing::ElementsAre;

Result<Options> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "tributary-collector");
  return parse_options(std::move(arguments));
}

TEST(Options, TakeConfigAndSetRepeatedly) {
  const Options options =
      parse({"--config=/a.yaml", "--set", "a.b=c", "--config", "env:X", "-config=/b.yaml"}).value();

  EXPECT_EQ(options.command, Command::run);
  EXPECT_THAT(options.sources.configs, ElementsAre("/a.yaml", "env:X", "/b.yaml"));
  EXPECT_THAT(options.sources.sets, ElementsAre("a.b=c"));
}

TEST(Options, TakeACommandBeforeOrAfterItsOptions) {
  EXPECT_EQ(parse({"validate", "--config=x"})->command, Command::validate);
  EXPECT_EQ(parse({"--config=x", "print-config"})->command, Command::print_config);
  EXPECT_EQ(parse({"components"})->command, Command::components);
  EXPECT_EQ(parse({"--print-config"})->command, Command::print_config);
  EXPECT_EQ(parse({"--version"})->command, Command::version);
  EXPECT_EQ(parse({"--help"})->command, Command::help);
}

TEST(Options, GiveHelpWithAnyCommand) {
  EXPECT_EQ(parse({"validate", "--help"})->command, Command::help);
  EXPECT_EQ(parse({"spool", "--help"})->command, Command::help);
}

TEST(Options, LookIntoASpool) {
  const Options list = parse({"spool", "ls", "/a"}).value();
  EXPECT_EQ(list.command, Command::spool);
  EXPECT_EQ(list.spool.action, SpoolOptions::Action::list);
  EXPECT_EQ(list.spool.directory, "/a");

  const Options replay = parse({"spool", "replay", "/a", "--endpoint=http://x/w"}).value();
  EXPECT_EQ(replay.spool.action, SpoolOptions::Action::replay);
  EXPECT_EQ(replay.spool.endpoint, "http://x/w");

  EXPECT_EQ(parse({"spool", "verify", "/a"})->spool.action, SpoolOptions::Action::verify);
  EXPECT_FALSE(parse({"spool", "replay", "/a"}));
  EXPECT_FALSE(parse({"spool", "ls"}));
  EXPECT_FALSE(parse({"spool"}));
  EXPECT_FALSE(parse({"spool", "rm", "/a"}));
}

TEST(Options, CheckHealthUnderBothNames) {
  EXPECT_EQ(parse({"healthcheck", "-port", "99"})->healthcheck_port, 99);
  EXPECT_EQ(parse_options({"/healthcheck", "-port=7"})->command, Command::healthcheck);
  EXPECT_EQ(parse_options({"/healthcheck", "-port=7"})->healthcheck_port, 7);
  EXPECT_EQ(parse({"healthcheck"})->healthcheck_port, 13133);
  EXPECT_EQ(parse({"healthcheck", "--port=0"}).error().message(),
            "--port must be from 1 to 65535, got \"0\"");
}

TEST(Options, WarnOfWhatHasNoEffect) {
  const Options options = parse({"--feature-gates=a,-b", "--log-level", "DEBUG"}).value();

  EXPECT_THAT(options.warnings,
              ElementsAre("--feature-gates has no effect: there are no gates",
                          testing::EndsWith("has no effect: set it under service::telemetry")));
}

TEST(Options, RefuseWhatIsUnknown) {
  EXPECT_EQ(parse({"--confg=x"}).error().message(),
            "unknown option, or one without its value: --confg=x");
  EXPECT_EQ(parse({"--config"}).error().message(),
            "unknown option, or one without its value: --config");
  EXPECT_EQ(parse({"valdate"}).error().message(), "unknown command \"valdate\"");
  EXPECT_EQ(parse({"validate", "components"}).error().message(), "one command at a time");
}

}  // namespace
}  // namespace tributary::collector
