#include "config/diagnostics.h"

#include <gtest/gtest.h>

namespace tributary::config {
namespace {

std::shared_ptr<const Source> source(std::string text, std::string name = "a.yaml") {
  return std::make_shared<const Source>(Source{std::move(name), std::move(text)});
}

TEST(Diagnostics, SortsByPlaceAndShowsTheLineWithACaret) {
  Diagnostics diagnostics;
  const auto text = source("one\n\ttwo \u00e4x\n");

  diagnostics.error({text, 2, 7}, "second");
  diagnostics.warning({text, 1, 1}, "first");

  EXPECT_EQ(diagnostics.render(),
            "a.yaml:1:1: warning: first\n  one\n  ^\n"
            "a.yaml:2:7: error: second\n  \ttwo \u00e4x\n  \t     ^\n");
  EXPECT_EQ(diagnostics.errors(), 1U);
  EXPECT_EQ(diagnostics.warnings(), 1U);
}

TEST(Diagnostics, PutsThePathOfOpenScopesInFront) {
  Diagnostics diagnostics;
  {
    const Diagnostics::Scope outer(diagnostics, "receivers");
    const Diagnostics::Scope inner(diagnostics, "prometheus");
    const Diagnostics::Scope index(diagnostics, "[2]");
    diagnostics.error({}, "inside");
  }
  diagnostics.error({}, "outside");

  EXPECT_EQ(diagnostics.render(), "error: receivers::prometheus[2]: inside\nerror: outside\n");
}

TEST(Diagnostics, DoesNotShowWhatFollowsASecretsKey) {
  Diagnostics diagnostics;
  const auto text = source("auth: {user: x, password: hunter2}\n");

  diagnostics.error({text, 1, 7}, "wrong");

  EXPECT_EQ(diagnostics.render(),
            "a.yaml:1:7: error: wrong\n  auth: {user: x, password: <not shown>\n        ^\n");
}

TEST(Diagnostics, SaysTheSameThingAtTheSamePlaceOnce) {
  Diagnostics diagnostics;
  const auto text = source("x\n");

  diagnostics.error({text, 1, 1}, "wrong");
  diagnostics.error({text, 1, 1}, "wrong");

  EXPECT_EQ(diagnostics.sorted().size(), 1U);
}

TEST(Diagnostics, CountsWhatIsMoreThanTheLimit) {
  Diagnostics diagnostics;

  for (std::size_t i = 0; i < Diagnostics::kMessagesMax + 5; ++i)
    diagnostics.error({}, "message " + std::to_string(i));

  EXPECT_TRUE(diagnostics.render().ends_with("message 199\nand 5 more\n"));
}

TEST(Diagnostics, BecomesOneErrorWithoutTheWarnings) {
  Diagnostics diagnostics;
  const auto text = source("x: y\n");
  diagnostics.error({text, 1, 4}, "wrong");
  diagnostics.warning({text, 1, 1}, "odd");
  diagnostics.error({}, "missing");

  const Error error = diagnostics.to_error();

  EXPECT_EQ(error.code(), Code::invalid_argument);
  EXPECT_EQ(error.message(), "a.yaml:1:4: wrong; missing");
}

}  // namespace
}  // namespace tributary::config
