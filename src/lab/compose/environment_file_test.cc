#include "lab/compose/environment_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab::compose {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::optional<std::string> only_home(const std::string& name) {
  if (name == "HOME") return "/root";
  return {};
}

TEST(EnvironmentFile, TakesValuesAsTheyStand) {
  config::Diagnostics diagnostics;

  const Environment environment = parse_environment_file(
      "\xEF\xBB\xBF# a comment\n"
      "A=1\r\n"
      "\n"
      "  B=two = \"quoted\" #no comment\n"
      "C=\n"
      "\tD E=5\n"
      "HOME\n"
      "MISSING\n"
      "A=last\n",
      ".env", only_home, diagnostics);

  EXPECT_THAT(environment, ElementsAre(Pair("A", "last"), Pair("B", "two = \"quoted\" #no comment"),
                                       Pair("C", ""), Pair("HOME", "/root")));
  EXPECT_THAT(diagnostics.render(), HasSubstr(".env:6:2: error: must be NAME=VALUE"));
}

TEST(EnvironmentFile, RefusesALineWithoutAName) {
  config::Diagnostics diagnostics;

  parse_environment_file("=x\nA\xFF=1\n", ".env", only_home, diagnostics);

  EXPECT_EQ(diagnostics.errors(), 2U);
}

}  // namespace
}  // namespace tributary::lab::compose
