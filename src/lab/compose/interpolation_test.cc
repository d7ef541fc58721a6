#include "lab/compose/interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "config/yaml.h"

namespace tributary::lab::compose {
namespace {

using testing::HasSubstr;

const std::map<std::string, std::string> kVariables = {
    {"NAME", "value"}, {"EMPTY", ""}, {"DOLLAR", "$NAME"}, {"NUMBER", "512"}};

std::optional<std::string> variable(const std::string& name) {
  const auto found = kVariables.find(name);
  if (found == kVariables.end()) return {};
  return found->second;
}

struct Outcome {
  std::string text;
  config::Diagnostics diagnostics;
};

Outcome expand(const std::string& text) {
  Outcome outcome;
  config::Node node = config::Node::sequence({config::Node::scalar(text, true)});
  interpolate(node, variable, outcome.diagnostics);
  outcome.text = node.elements()[0].text();
  return outcome;
}

TEST(Interpolation, ReplacesEverySpellingOfAVariable) {
  const auto becomes = [](const std::string& text, const std::string& expected) {
    const Outcome outcome = expand(text);
    EXPECT_EQ(outcome.text, expected) << text;
    EXPECT_EQ(outcome.diagnostics.errors(), 0U) << outcome.diagnostics.render();
  };

  becomes("plain", "plain");
  becomes("$NAME", "value");
  becomes("a${NAME}b", "avalueb");
  becomes("$NAME-$NAME/", "value-value/");
  becomes("$$NAME costs 5$$", "$NAME costs 5$");
  becomes("${NAME:-other}", "value");
  becomes("${EMPTY:-other}", "other");
  becomes("${EMPTY-other}", "");
  becomes("${MISSING-other}", "other");
  becomes("${MISSING:-a}b}", "ab}");
  becomes("${MISSING:-${NAME}}", "value");
  becomes("${MISSING:-${ALSO:-$NAME}}", "value");
  becomes("${NAME:+instead}", "instead");
  becomes("${EMPTY:+instead}", "");
  becomes("${EMPTY+instead}", "instead");
  becomes("${MISSING+instead}", "");
  becomes("${NAME:?needed}", "value");
}

TEST(Interpolation, DoesNotSearchWhatAVariableHolds) {
  EXPECT_EQ(expand("${DOLLAR}").text, "$NAME");
}

TEST(Interpolation, WarnsOfAVariableThatIsNotSet) {
  const Outcome outcome = expand("a${MISSING}b");

  EXPECT_EQ(outcome.text, "ab");
  EXPECT_EQ(outcome.diagnostics.warnings(), 1U);
  EXPECT_THAT(outcome.diagnostics.render(), HasSubstr("\"MISSING\" is not set"));
}

TEST(Interpolation, RefusesWhatIsNoVariable) {
  const auto refuses = [](const std::string& text, const std::string& message) {
    const Outcome outcome = expand(text);
    EXPECT_TRUE(outcome.diagnostics.has_errors()) << text;
    EXPECT_THAT(outcome.diagnostics.render(), HasSubstr(message)) << text;
  };

  refuses("$1", "invalid interpolation format \"$1\"");
  refuses("ends with $", "write \"$$\" for a dollar sign");
  refuses("${NAME", "no closing");
  refuses("${}", "must be ${NAME}");
  refuses("${NAME!}", "must be ${NAME}");
  refuses("${NAME:}", "must be ${NAME}");
  refuses("${MISSING:?set it first}", "\"MISSING\" is required and not set: set it first");
  refuses("${EMPTY:?}", "\"EMPTY\" is required and not set");
}

TEST(Interpolation, LimitsDepthAndSize) {
  std::string deep = "x";
  for (std::size_t i = 0; i < kInterpolationDepthMax + 2; ++i) deep = "${MISSING:-" + deep + "}";
  std::string wide(kInterpolatedBytesMax + 1, 'x');
  wide += "$NAME";

  EXPECT_THAT(expand(deep).diagnostics.render(), HasSubstr("nested too deeply"));
  EXPECT_THAT(expand(wide).diagnostics.render(), HasSubstr("more than 4194304 bytes"));
}

TEST(Interpolation, LeavesKeysAndNumbersAndNamesThePlace) {
  config::Diagnostics diagnostics;
  config::Node node =
      config::parse("a:\n  $NAME: ${NUMBER}\n  b: [1, '${']\n", "c.yml", diagnostics);

  interpolate(node, variable, diagnostics);

  EXPECT_EQ(node.find("a")->find("$NAME")->text(), "512");
  EXPECT_FALSE(node.find("a")->find("$NAME")->quoted());
  EXPECT_THAT(diagnostics.render(), HasSubstr("c.yml:3:10: error: a::b"));
}

}  // namespace
}  // namespace tributary::lab::compose
