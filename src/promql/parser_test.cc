#include "promql/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tributary::promql {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string text_of(const Matchers& matchers) {
  std::string out;
  for (const Matcher& matcher : matchers) out += matcher.to_string() + ';';
  return out;
}

TEST(Parser, ReadsSelectors) {
  const auto check = [](const char* query, const char* matchers, std::int64_t offset_ms = 0) {
    const auto parsed = parse(query);
    ASSERT_TRUE(parsed) << query << ": " << parsed.error().message();
    ASSERT_EQ((*parsed)->type, ValueType::vector) << query;
    const auto& selector = std::get<VectorSelector>((*parsed)->node);
    EXPECT_EQ(text_of(selector.matchers), matchers) << query;
    EXPECT_EQ(selector.offset_ms, offset_ms) << query;
  };

  check("up", "__name__=\"up\";");
  check(" up # and why", "__name__=\"up\";");
  check("job:rate:5m", "__name__=\"job:rate:5m\";");
  check("up{}", "__name__=\"up\";");
  check("up{job=\"a\",}", "__name__=\"up\";job=\"a\";");
  check("up{a!='b', c=~`d.*`,e!~\"f\"}", "__name__=\"up\";a!=\"b\";c=~\"d.*\";e!~\"f\";");
  check("{__name__=\"x\"}", "__name__=\"x\";");
  check("{\"my metric\"}", "__name__=\"my metric\";");
  check("{\"m\", \"my label\"=\"v\"}", "__name__=\"m\";\"my label\"=\"v\";");
  check("{a=\"x\\n\\u00e4\\x41\\101\"}", "a=\"x\\näAA\";");
  check("sum", "__name__=\"sum\";");
  check("offset", "__name__=\"offset\";");
  check("start", "__name__=\"start\";");
  check("up{on=\"x\", sum=\"y\", by='z'}", "__name__=\"up\";on=\"x\";sum=\"y\";by=\"z\";");
  check("up offset 5m", "__name__=\"up\";", 300'000);
  check("up OFFSET -1h30m", "__name__=\"up\";", -5'400'000);
  check("up offset 90", "__name__=\"up\";", 90'000);
  check("up offset 1.5", "__name__=\"up\";", 1'500);
}

TEST(Parser, ReadsRanges) {
  const auto check = [](const char* query, std::int64_t range_ms, std::int64_t offset_ms = 0) {
    const auto parsed = parse(query);
    ASSERT_TRUE(parsed) << query << ": " << parsed.error().message();
    ASSERT_EQ((*parsed)->type, ValueType::matrix) << query;
    const auto& matrix = std::get<MatrixSelector>((*parsed)->node);
    EXPECT_EQ(matrix.range_ms, range_ms) << query;
    EXPECT_EQ(matrix.selector.offset_ms, offset_ms) << query;
  };

  check("up[5m]", 300'000);
  check("up{a=\"b\"}[1h30m]", 5'400'000);
  check("up[300]", 300'000);
  check("up[ 1d ] offset 1w", 86'400'000, 604'800'000);
}

TEST(Parser, ReadsNumbers) {
  const auto check = [](const char* query, double value) {
    const auto parsed = parse(query);
    ASSERT_TRUE(parsed) << query << ": " << parsed.error().message();
    EXPECT_DOUBLE_EQ(std::get<NumberLiteral>((*parsed)->node).value, value) << query;
  };

  check("1", 1);
  check(".5", 0.5);
  check("5.", 5);
  check("1e3", 1000);
  check("1_000.5", 1000.5);
  check("0x1F", 31);
  check("5m", 300);
  check("Inf", INFINITY);
  check("1e999", INFINITY);
}

TEST(Parser, RefusesWhatIsNotPromQLWithPrometheusWords) {
  const auto check = [](const char* query, const char* message) {
    const auto parsed = parse(query);
    ASSERT_FALSE(parsed) << query;
    EXPECT_EQ(parsed.error().code(), Code::invalid_argument) << query;
    EXPECT_EQ(parsed.error().message(), message) << query;
  };

  check("", "1:1: parse error: no expression found in input");
  check("# only", "1:1: parse error: no expression found in input");
  check("up{", "1:4: parse error: unexpected end of input inside braces");
  check("up{a=\"b", "1:6: parse error: unterminated quoted string");
  check("up{a==b}", "1:6: parse error: unexpected \"=\" in label matching, expected string");
  check("up{a=b}",
        "1:6: parse error: unexpected identifier \"b\" in label matching, expected string");
  check("up{,}",
        "1:4: parse error: unexpected \",\" in label matching, expected identifier or \"}\"");
  check("up{}}", "1:5: parse error: unexpected character: '}'");
  check("up\n  }", "2:3: parse error: unexpected character: '}'");
  check("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher");
  check("{a=~\".*\"}",
        "1:1: parse error: vector selector must contain at least one non-empty matcher");
  check("up[5m", "1:6: parse error: unclosed left bracket");
  check("up[]",
        "1:4: parse error: unexpected \"]\" in subquery or range selector, expected number, "
        "duration, step(), or range()");
  check("up[5m]x", "1:7: parse error: unexpected identifier \"x\"");
  check("up[0s]", "1:4: parse error: duration must be greater than 0");
  check("up[30m1h]", "1:4: parse error: not a valid duration string: \"30m1h\"");
  check("up offset",
        "1:10: parse error: unexpected end of input in offset, expected number, duration, "
        "step(), or range()");
  check("up offset 5m offset 5m", "1:1: parse error: offset may not be set multiple times");
  check("up offset 1m[5m]", "1:13: parse error: no offset modifiers allowed before range");
  check("1[5m]", "1:2: parse error: ranges only allowed for vector selectors");
  check("1+", "1:3: parse error: unexpected end of input");
  check(")", "1:2: parse error: unexpected right parenthesis ')'");
  check("(1", "1:3: parse error: unclosed left parenthesis");
  check("1 2", "1:3: parse error: unexpected number \"2\"");
  check("foo bar", "1:5: parse error: unexpected identifier \"bar\"");
  check("up{a=\"b\"}{c=\"d\"}", "1:10: parse error: unexpected \"{\"");
  check("up{__name__=\"x\"}",
        "1:1: parse error: metric name must not be set twice: \"up\" or \"x\"");
  check("{a=~\"(\"}", "1:2: parse error: error parsing regexp: missing closing ): `^(?s:()$`");
  check("foo(up)", "1:1: parse error: unknown function with name \"foo\"");
  check("\"abc", "1:1: parse error: unterminated quoted string");
  check("up{a=\"\\q\"}", "1:6: parse error: unknown escape sequence U+0071 'q'");
  check("1h30", "1:1: parse error: bad number or duration syntax: \"1h30\"");
  check("up{a!b}", "1:5: parse error: unexpected character after '!' inside braces: 'b'");
  check(
      "up{a!=\"b\" c=\"d\"}",
      "1:11: parse error: unexpected identifier \"c\" in label matching, expected \",\" or \"}\"");
  check("1==1", "1:2: parse error: comparisons between scalars must use BOOL modifier");
  check("1 and 2",
        "1:1: parse error: set operator \"and\" not allowed in binary scalar expression");
  check("up[1m] + 1",
        "1:1: parse error: binary expression must contain only scalar and instant vector types");
  check("bool", "1:1: parse error: unexpected <bool>");
  check("$", "1:1: parse error: unexpected character: '$'");
  check("up{1a=\"b\"}", "1:4: parse error: unexpected character inside braces: '1'");
  check("1.5.3", "1:4: parse error: unexpected number \".3\"");
}

TEST(Parser, SaysWhatItDoesNotSupportYet) {
  const auto check = [](const char* query, const char* what) {
    const auto parsed = parse(query);
    ASSERT_FALSE(parsed) << query;
    EXPECT_EQ(parsed.error().code(), Code::unsupported) << query;
    EXPECT_THAT(parsed.error().message(), HasSubstr(std::string("not supported yet: ") + what))
        << query;
    EXPECT_THAT(parsed.error().message(), HasSubstr("comes with the next release")) << query;
  };

  check("sum(up)", "aggregation operators (sum)");
  check("sum by (job) (up)", "aggregation operators (sum)");
  check("rate(up[5m])", "functions (rate)");
  check("up * 2", "operators on vectors (*)");
  check("-up", "operators on vectors (-)");
  check("a / on(job) b", "vector matching (on)");
  check("up[5m:1m]", "subqueries");
  check("up @ 5", "the @ modifier");
  check("up[5m*2]", "duration expressions");
}

TEST(Parser, RefusesDeepNesting) {
  const auto parsed = parse(std::string(100'000, '(') + "1" + std::string(100'000, ')'));

  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message(), HasSubstr("nested deeper than 200 levels"));
}

TEST(Parser, RefusesEndlessSums) {
  std::string sum = "1";
  for (int i = 0; i < 100'000; ++i) sum += "+1";

  const auto parsed = parse(sum);

  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message(), HasSubstr("more than 5000 operators"));
}

TEST(ParseSelector, TakesSelectorsOnly) {
  EXPECT_TRUE(parse_selector("up{job=\"x\"}"));
  EXPECT_TRUE(parse_selector("{__name__!=\"\"}"));
  EXPECT_FALSE(parse_selector("up[5m]"));
  EXPECT_FALSE(parse_selector("1"));
  EXPECT_THAT(parse_selector("up{").error().message(), StartsWith("1:4: parse error"));
}

}  // namespace
}  // namespace tributary::promql
