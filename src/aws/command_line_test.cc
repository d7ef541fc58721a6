#include "aws/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

using testing::ElementsAre;

TEST(CommandLine, SplitsAtWhiteSpaceAndKeepsQuotedWords) {
  const auto words = [](std::string_view text) { return *split_command_line(text); };

  EXPECT_THAT(words("/opt/get  --role x\t-v"), ElementsAre("/opt/get", "--role", "x", "-v"));
  EXPECT_THAT(words("get 'a b' \"c d\" e\\ f"), ElementsAre("get", "a b", "c d", "e f"));
  EXPECT_THAT(words(R"(get "a\"b\\c\d" 'e\f')"), ElementsAre("get", R"(a"b\c\d)", R"(e\f)"));
  EXPECT_THAT(words("get '' x''y"), ElementsAre("get", "", "xy"));
}

TEST(CommandLine, ExpandsNothing) {
  EXPECT_THAT(*split_command_line("get $HOME `id` ; rm *"),
              ElementsAre("get", "$HOME", "`id`", ";", "rm", "*"));
}

TEST(CommandLine, RefusesWhatHasNoEndOrNoProgram) {
  const auto refusal = [](std::string_view text) {
    return split_command_line(text).error().message();
  };

  EXPECT_EQ(refusal("get 'a"), "the command line has a ' that is not closed");
  EXPECT_EQ(refusal("get a\\"), "the command line ends with a backslash");
  EXPECT_EQ(refusal("  "), "the command line names no program");
  EXPECT_EQ(refusal("'' a"), "the command line names no program");
}

}  // namespace
}  // namespace tributary::aws
