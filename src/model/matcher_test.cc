#include "model/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Matcher make(MatchType type, const char* value) {
  return Matcher::create(type, "job", value).value();
}

TEST(Matcher, ComparesByTypeAndTakesAbsentAsEmpty) {
  const auto check = [](MatchType type, const char* pattern, const char* value, bool expected) {
    EXPECT_EQ(make(type, pattern).matches(value), expected)
        << to_string(type) << ' ' << pattern << " against " << value;
  };

  check(MatchType::equal, "api", "api", true);
  check(MatchType::equal, "api", "API", false);
  check(MatchType::equal, "", "", true);
  check(MatchType::not_equal, "api", "", true);
  check(MatchType::not_equal, "", "", false);
  check(MatchType::regex, "a.i", "api", true);
  check(MatchType::regex, "a.i", "xapi", false);
  check(MatchType::regex, "a.i", "apix", false);
  check(MatchType::regex, "a|b", "b", true);
  check(MatchType::regex, "a|b", "ab", false);
  check(MatchType::regex, "a|b.*", "bcd", true);
  check(MatchType::regex, "a|", "", true);
  check(MatchType::regex, ".*", "", true);
  check(MatchType::regex, ".+", "", false);
  check(MatchType::regex, "(?i)API", "api", true);
  check(MatchType::not_regex, "a.*", "b", true);
  check(MatchType::not_regex, "a.*", "abc", false);
  check(MatchType::not_regex, ".+", "", true);
}

TEST(Matcher, DotMatchesANewline) { EXPECT_TRUE(make(MatchType::regex, "a.b").matches("a\nb")); }

TEST(Matcher, ListsTheLiteralsOfAPlainAlternation) {
  EXPECT_THAT(make(MatchType::regex, "b|a|b").literals(), ElementsAre("a", "b"));
  EXPECT_THAT(make(MatchType::equal, "a|b").literals(), ElementsAre("a|b"));
  EXPECT_THAT(make(MatchType::regex, "a|b+").literals(), IsEmpty());
}

TEST(Matcher, RefusesABrokenExpressionByNamingIt) {
  const auto refused = Matcher::create(MatchType::regex, "job", "a(b");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  EXPECT_EQ(refused.error().message(), "error parsing regexp: missing closing ): `a(b`");
}

TEST(Matcher, PrintsAsInASelector) {
  EXPECT_EQ(make(MatchType::not_regex, "a\"b").to_string(), "job!~\"a\\\"b\"");
  EXPECT_EQ(Matcher::equal("my.label", "x").to_string(), "\"my.label\"=\"x\"");
}

TEST(Matchers, AllMustHold) {
  const Labels labels{{"__name__", "up"}, {"job", "api"}};
  const Matchers matchers{Matcher::equal("job", "api"), Matcher::equal("env", "")};

  EXPECT_TRUE(matches(matchers, labels));
  EXPECT_FALSE(matches(Matchers{Matcher::equal("job", "api"), Matcher::equal("env", "x")}, labels));
}

}  // namespace
}  // namespace tributary
