#include "lab/logs/filter_pattern.h"

#include <gmock/gmock.h>

#include <string>

namespace tributary::lab::logs {
namespace {

using testing::HasSubstr;

bool matches(std::string_view pattern, std::string_view message) {
  const auto parsed = FilterPattern::parse(pattern);
  EXPECT_TRUE(parsed) << parsed.error().message();
  return parsed && parsed->matches(message);
}

std::string error_of(std::string_view pattern) {
  const auto parsed = FilterPattern::parse(pattern);
  return parsed ? "" : parsed.error().message();
}

TEST(FilterPattern, MatchesEverythingWhereNothingIsAsked) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("  ", "anything"));
}

TEST(FilterPattern, WantsEveryTerm) {
  EXPECT_TRUE(matches("ERROR", "[ERROR 400] BAD REQUEST"));
  EXPECT_FALSE(matches("ERROR", "[error 400]"));
  EXPECT_TRUE(matches("ERROR REQUEST", "[ERROR 400] BAD REQUEST"));
  EXPECT_FALSE(matches("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST"));
  EXPECT_TRUE(matches("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR"));
  EXPECT_FALSE(matches("\"SERVER INTERNAL\"", "[ERROR 500] INTERNAL SERVER ERROR"));
  EXPECT_TRUE(matches(R"("say \"hi\"")", R"(he did say "hi")"));
}

TEST(FilterPattern, LeavesOutWhatHasAnUnwantedTerm) {
  EXPECT_TRUE(matches("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST"));
  EXPECT_FALSE(matches("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS"));
  EXPECT_FALSE(matches("-\"BAD REQUEST\"", "[ERROR 400] BAD REQUEST"));
  EXPECT_TRUE(matches("-WARN", "quiet"));
}

TEST(FilterPattern, TakesOneOfTheAlternatives) {
  EXPECT_TRUE(matches("?ERROR ?ARGUMENTS", "[ERROR 400] BAD REQUEST"));
  EXPECT_TRUE(matches("?ERROR ?ARGUMENTS", "INVALID ARGUMENTS"));
  EXPECT_FALSE(matches("?ERROR ?ARGUMENTS", "fine"));
  EXPECT_TRUE(matches("fine ?ERROR", "fine"));
}

TEST(FilterPattern, TakesRegularExpressions) {
  EXPECT_TRUE(matches("%AUTHORIZED%", "UNAUTHORIZED REQUEST"));
  EXPECT_TRUE(matches("%5[0-9]{2}%", "status 503"));
  EXPECT_FALSE(matches("%^5%", "status 503"));
  EXPECT_TRUE(matches("-%^5% status", "status 503"));
  EXPECT_THAT(error_of("%a!%"), HasSubstr("is not supported"));
  EXPECT_THAT(error_of("%[%"), HasSubstr("Invalid filter pattern"));
  EXPECT_THAT(error_of("%open"), HasSubstr("a closing \"%\""));
  EXPECT_THAT(error_of("%a% %b% %c%"), HasSubstr("at most 2"));
}

constexpr std::string_view kEvent =
    R"({"eventType": "UpdateTrail", "sourceIPAddress": "111.111.1.1",
  "arrayKey": ["value", "another value"], "objectList": [{"name": "a", "id": 1},
  {"name": "b", "id": 2}], "SomeObject": null, "cluster.name": "c", "ok": true, "bad": false,
  "latency": 2.5e3, "code": "404"})";

TEST(FilterPattern, ComparesTextInJson) {
  EXPECT_TRUE(matches(R"({ $.eventType = "UpdateTrail" })", kEvent));
  EXPECT_TRUE(matches(R"({$.eventType=UpdateTrail})", kEvent));
  EXPECT_FALSE(matches(R"({ $.eventType = "Update" })", kEvent));
  EXPECT_TRUE(matches(R"({ $.eventType = "Up*il" })", kEvent));
  EXPECT_TRUE(matches("{ $.sourceIPAddress != 123.123.* }", kEvent));
  EXPECT_FALSE(matches("{ $.sourceIPAddress != 111.111.* }", kEvent));
  EXPECT_TRUE(matches("{ $.eventType = %Trail$% }", kEvent));
  EXPECT_TRUE(matches(R"({ $.code = 404 })", kEvent));
  EXPECT_FALSE(matches(R"({ $.code > 400 })", kEvent));
}

TEST(FilterPattern, ComparesNumbersInJson) {
  EXPECT_TRUE(matches("{ $.latency = 2500 }", kEvent));
  EXPECT_TRUE(matches("{ $.latency > 2499.5 }", kEvent));
  EXPECT_TRUE(matches("{ $.latency <= 2.5e3 }", kEvent));
  EXPECT_FALSE(matches("{ $.latency < 2500 }", kEvent));
  EXPECT_TRUE(matches("{ $.latency != 1 }", kEvent));
  EXPECT_TRUE(matches("{ $.objectList[1].id >= 2 }", kEvent));
}

TEST(FilterPattern, FollowsSelectors) {
  EXPECT_TRUE(matches(R"({ $.arrayKey[0] = "value" })", kEvent));
  EXPECT_FALSE(matches(R"({ $.arrayKey[2] = "value" })", kEvent));
  EXPECT_TRUE(matches(R"({ $.objectList[*].name = "b" })", kEvent));
  EXPECT_FALSE(matches(R"({ $.objectList[*].name = "c" })", kEvent));
  EXPECT_TRUE(matches(R"({ $["cluster.name"] = "c" })", kEvent));
  EXPECT_TRUE(matches("{ $[1] = 2 }", "[1, 2]"));
}

TEST(FilterPattern, AsksWhatIsThere) {
  EXPECT_TRUE(matches("{ $.SomeObject IS NULL }", kEvent));
  EXPECT_FALSE(matches("{ $.eventType IS NULL }", kEvent));
  EXPECT_TRUE(matches("{ $.SomeOtherObject NOT EXISTS }", kEvent));
  EXPECT_FALSE(matches("{ $.eventType NOT EXISTS }", kEvent));
  EXPECT_TRUE(matches("{ $.eventType EXISTS }", kEvent));
  EXPECT_TRUE(matches("{ $.ok IS TRUE && $.bad IS FALSE }", kEvent));
  EXPECT_FALSE(matches("{ $.absent != 1 }", kEvent));
}

TEST(FilterPattern, JoinsComparisons) {
  EXPECT_TRUE(matches("{ $.latency > 1 && $.ok IS TRUE }", kEvent));
  EXPECT_FALSE(matches("{ $.latency > 1 && $.ok IS FALSE }", kEvent));
  EXPECT_TRUE(matches("{ $.latency < 1 || $.ok IS TRUE }", kEvent));
  EXPECT_TRUE(matches("{ ($.latency < 1 && $.ok IS TRUE) || $.code = 4* }", kEvent));
  EXPECT_FALSE(matches("{ $.latency < 1 && ($.ok IS TRUE || $.code = 4*) }", kEvent));
}

TEST(FilterPattern, FindsNothingInJsonThatIsNone) {
  EXPECT_FALSE(matches("{ $.a NOT EXISTS }", "plain text"));
  EXPECT_FALSE(matches("{ $.a NOT EXISTS }", "{broken"));
  EXPECT_FALSE(matches("{ $.a NOT EXISTS }", ""));
}

constexpr std::string_view kAccess =
    R"(127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)";

TEST(FilterPattern, ComparesFieldsBetweenBlanks) {
  EXPECT_TRUE(matches("[ip, user, name, time, request, code, bytes]", kAccess));
  EXPECT_FALSE(matches("[ip, user, name, time, request, code]", kAccess));
  EXPECT_FALSE(matches("[ip, user, name, time, request, code, bytes, more]", kAccess));
  EXPECT_TRUE(
      matches("[ip, user, name, time, request = *html*, code = 4*, bytes > 1000]", kAccess));
  EXPECT_FALSE(matches("[ip, user, name, time, request = *php*, code = 4*, bytes]", kAccess));
  EXPECT_TRUE(matches("[..., code = 404, bytes]", kAccess));
  EXPECT_TRUE(matches("[ip = 127.*, ..., bytes >= 1534]", kAccess));
  EXPECT_TRUE(matches("[ip, ..., code = 5* || code = 4*, bytes]", kAccess));
  EXPECT_FALSE(matches("[ip, ..., code = 4* && code != 404, bytes]", kAccess));
  EXPECT_TRUE(matches("[ip, ..., code = %4[0-9]{2}%, bytes]", kAccess));
  EXPECT_TRUE(matches("[w1=ERROR, w2]", "ERROR disk"));
}

TEST(FilterPattern, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("{ $.a == 1 }"),
            "Invalid filter pattern: wanted a value, got \"= 1 }\" at character 8");
  EXPECT_THAT(error_of("{ $.a = 1"), HasSubstr("got its end"));
  EXPECT_THAT(error_of("{ a = 1 }"), HasSubstr("a selector such as $.level"));
  EXPECT_THAT(error_of("{ $.a > b }"), HasSubstr("a number to compare with"));
  EXPECT_THAT(error_of("{ $.a IS MAYBE }"), HasSubstr("IS or EXISTS"));
  EXPECT_THAT(error_of("{ ($.a = 1 }"), HasSubstr("wanted \")\""));
  EXPECT_THAT(error_of("{ $.a = 1 } x"), HasSubstr("wanted its end"));
  EXPECT_THAT(error_of("[a, ..., b, ...]"), HasSubstr("only once"));
  EXPECT_THAT(error_of("[a, , b]"), HasSubstr("a field's name"));
  EXPECT_THAT(error_of("\"open"), HasSubstr("a closing quote"));
  EXPECT_THAT(error_of(std::string(1025, 'a')), HasSubstr("more than 1024"));
  EXPECT_THAT(error_of("{" + std::string(500, '(') + "$.a=1"), HasSubstr("fewer parentheses"));
}

}  // namespace
}  // namespace tributary::lab::logs
