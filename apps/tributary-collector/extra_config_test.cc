#include "extra_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tributary::collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ExtraConfig, ReadsKeysWithAMeaningAndVariables) {
  const ExtraConfig config = parse_extra_config(
      "# awsProfile=no\n  # loggingLevel=no\nloggingLevel = DEBUG\r\nawsProfile=team\n"
      "awsCredentialFile=/etc/keys\nA=1=2\n B =\nno pair\n=x\n");

  EXPECT_EQ(config.logging_level, "DEBUG");
  EXPECT_THAT(config.variables,
              ElementsAre(Pair("A", "1=2"), Pair("AWS_PROFILE", "team"),
                          Pair("AWS_SHARED_CREDENTIALS_FILE", "/etc/keys"), Pair("B", "")));
}

TEST(ExtraConfig, SetsVariablesAndTheLevel) {
  Options options;
  options.sources.configs = {"a.yaml"};

  apply_extra_config(std::string("TRIBUTARY_EXTRA_TEST=1\nloggingLevel=WARN\n"), options);

  EXPECT_STREQ(std::getenv("TRIBUTARY_EXTRA_TEST"), "1");
  EXPECT_THAT(options.sources.configs,
              ElementsAre("a.yaml", "yaml:service::telemetry::logs::level: WARN"));
  ::unsetenv("TRIBUTARY_EXTRA_TEST");
}

TEST(ExtraConfig, SaysNothingOfAFileThatIsNotThere) {
  Options options;

  apply_extra_config(Error(Code::not_found, "none"), options);
  const bool silent = options.warnings.empty();
  apply_extra_config(Error(Code::internal, "no permission"), options);

  EXPECT_TRUE(silent);
  EXPECT_THAT(options.warnings, ElementsAre("no permission"));
  EXPECT_THAT(options.sources.configs, IsEmpty());
}

}  // namespace
}  // namespace tributary::collector
