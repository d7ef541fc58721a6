#include "lab/driver/processes/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_directory.h"

namespace tributary::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFile = R"(
programs:
  - image: "*/aws-otel-collector*"
    program: ../bin/collector
    arguments: [run]
    command: [--config=/etc/ecs/otel-config.yaml]
    environment: {MODE: lab}
    files:
      /etc/ecs/otel-config.yaml: ./config.yaml
      /healthcheck: ../bin/healthcheck
  - image: "busybox:?"
    program: sh
)";

Programs parse(const std::string& text) {
  config::Diagnostics diagnostics;
  Programs programs = parse_programs(text, "programs.yaml", "/work/lab", diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  return programs;
}

TEST(Programs, AreFoundByThePatternOfTheirImage) {
  const Programs programs = parse(kFile);

  ASSERT_NE(programs.find("127.0.0.1:9010/r/aws-otel-collector:v0.49"), nullptr);
  ASSERT_NE(programs.find("busybox:1"), nullptr);
  EXPECT_EQ(programs.find("busybox:1")->program, "sh");
  EXPECT_EQ(programs.find("busybox:10"), nullptr);
  EXPECT_EQ(programs.find("nginx"), nullptr);
}

TEST(Programs, SeeRelativePathsFromTheFilesFolder) {
  const Program collector = *parse(kFile).find("x/aws-otel-collector");

  EXPECT_EQ(collector.program, "/work/bin/collector");
  EXPECT_EQ(collector.files.at("/etc/ecs/otel-config.yaml"), "/work/lab/config.yaml");
}

TEST(Programs, SayWhereTheFileIsWrong) {
  config::Diagnostics diagnostics;

  parse_programs("programs:\n  - image: x\n    programm: y\n", "p.yaml", "/", diagnostics);

  EXPECT_THAT(diagnostics.render(), HasSubstr("p.yaml:3:5"));
  EXPECT_THAT(diagnostics.render(), HasSubstr("did you mean \"program\"?"));
}

TEST(Programs, WantAbsolutePathsInTheImage) {
  config::Diagnostics diagnostics;

  parse_programs("programs:\n- {image: x, program: y, files: {etc: /e}}\n", "p.yaml", "/",
                 diagnostics);

  EXPECT_THAT(diagnostics.render(), HasSubstr("files: \"etc\" to \"/e\": want an absolute path"));
}

TEST(Programs, AreReadFromAFile) {
  const TemporaryDirectory folder;
  const std::string path = folder.path() + "/programs.yaml";
  std::ofstream(path) << "programs:\n- {image: x, program: ./y}\n";

  const auto programs = load_programs(path);

  ASSERT_TRUE(programs);
  EXPECT_EQ(programs->find("x")->program, folder.path() + "/y");
  EXPECT_THAT(load_programs(path + "x").error().message(), HasSubstr("cannot be read"));
}

TEST(CommandLine, IsMadeByDockersRules) {
  const Program program{.program = "/bin/collector",
                        .arguments = {"run"},
                        .command = {"--config=/etc/c.yaml"},
                        .files = {{"/etc/c.yaml", "/here/c.yaml"}, {"/other", "/here/other"}}};
  const auto line = [&program](std::vector<std::string> entry, std::vector<std::string> command) {
    return command_line(program, {.entry_point = std::move(entry), .command = std::move(command)});
  };

  EXPECT_THAT(line({}, {}), ElementsAre("/bin/collector", "run", "--config=/here/c.yaml"));
  EXPECT_THAT(line({}, {"--x"}), ElementsAre("/bin/collector", "run", "--x"));
  EXPECT_THAT(line({"/other"}, {}), ElementsAre("/here/other"));
  EXPECT_THAT(line({"/other"}, {"a"}), ElementsAre("/here/other", "a"));
}

TEST(CommandLine, ReplacesAnImagesPathOnlyWhereItStandsWhole) {
  const Program program{.files = {{"/etc/c", "/etc/c/c"}}};

  EXPECT_THAT(command_inside(program, {"/etc/c", "-f=/etc/c,/etc/c", "/etc/c.d", "/x/etc/c"}),
              ElementsAre("/etc/c/c", "-f=/etc/c/c,/etc/c/c", "/etc/c.d", "/x/etc/c"));
}

TEST(MatchesPattern, KnowsStarsAndQuestionMarks) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(matches_pattern("a?c", "abc"));
  EXPECT_FALSE(matches_pattern("a?c", "ac"));
  EXPECT_FALSE(matches_pattern("a*b", "abc"));
  EXPECT_FALSE(matches_pattern("", "a"));
}

}  // namespace
}  // namespace tributary::lab
