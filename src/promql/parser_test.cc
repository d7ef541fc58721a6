#include "promql/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "promql/function.h"
#include "promql/printer.h"
#include "promql/testing/parse_check.h"

namespace tributary::promql {
namespace {

using testing::all_features;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

ExpressionPtr parsed(std::string_view query) {
  auto expression = parse(query, all_features());
  if (expression) return std::move(*expression);
  ADD_FAILURE() << query << ": " << expression.error().message();
  return std::make_unique<Expression>();
}

template <class Node>
const Node& node_of(const ExpressionPtr& expression) {
  return std::get<Node>(expression->node);
}

// With every binary operation and sign in parentheses.
std::string shape(const Expression& expression) {
  if (const auto* const binary = std::get_if<Binary>(&expression.node)) {
    return "(" + shape(*binary->left) + std::string(to_string(binary->op)) + shape(*binary->right) +
           ")";
  }
  if (const auto* const unary = std::get_if<Unary>(&expression.node)) {
    return std::string(unary->minus ? "(-" : "(+") + shape(*unary->operand) + ")";
  }
  return to_string(expression);
}

std::string text_of(const Matchers& matchers) {
  std::string out;
  for (const Matcher& matcher : matchers) out += matcher.to_string() + ';';
  return out;
}

TEST(Parser, ReadsSelectors) {
  const auto check = [](const char* query, const char* name, const char* matchers) {
    const auto expression = parsed(query);
    const auto& selector = node_of<VectorSelector>(expression);

    EXPECT_EQ(expression->type, ValueType::vector) << query;
    EXPECT_EQ(selector.name, name) << query;
    EXPECT_EQ(text_of(selector.matchers), matchers) << query;
  };

  check("up", "up", "__name__=\"up\";");
  check(" up # and why", "up", "__name__=\"up\";");
  check("job:rate:5m", "job:rate:5m", "__name__=\"job:rate:5m\";");
  check("up{}", "up", "__name__=\"up\";");
  check("up{job=\"a\",}", "up", "job=\"a\";__name__=\"up\";");
  check("up{a!='b', c=~`d.*`,e!~\"f\"}", "up", "a!=\"b\";c=~\"d.*\";e!~\"f\";__name__=\"up\";");
  check("{__name__=\"x\"}", "", "__name__=\"x\";");
  check("{\"my metric\"}", "", "__name__=\"my metric\";");
  check("{\"m\", \"my label\"=\"v\"}", "", "__name__=\"m\";\"my label\"=\"v\";");
  check("{a=\"x\\n\\u00e4\\x41\\101\"}", "", "a=\"x\\näAA\";");
  check("up{on=\"x\", sum=\"y\", by='z'}", "up", "on=\"x\";sum=\"y\";by=\"z\";__name__=\"up\";");
}

TEST(Parser, TakesMostKeywordsForNames) {
  for (const char* const word :
       {"sum", "topk", "limit_ratio", "and", "or", "unless", "by", "without", "offset", "start",
        "end", "step", "range", "min_of", "max_of", "fill", "fill_left", "anchored", "smoothed"}) {
    EXPECT_EQ(node_of<VectorSelector>(parsed(word)).name, word);
    EXPECT_EQ(shape(*parsed(std::string(word) + " + " + word)),
              "(" + std::string(word) + "+" + word + ")");
  }
  const auto sum = parsed("sum by (sum, by, on, bool, and, start, atan2, Offset, fill) (x)");

  EXPECT_THAT(node_of<Aggregation>(sum).grouping,
              ElementsAre("sum", "by", "on", "bool", "and", "start", "atan2", "Offset", "fill"));
}

TEST(Parser, KnowsKeywordsInAnyCase) {
  EXPECT_EQ(to_string(*parsed("SUM(a) BY (b) AND ON(c) d OFFSET 5m")),
            "sum by (b) (a) and on (c) d offset 5m");
  EXPECT_EQ(to_string(*parsed("foo[Step()] @ START()")), "foo[step()] @ start()");
}

TEST(Parser, ReadsNumbers) {
  const auto check = [](const char* query, double value) {
    EXPECT_DOUBLE_EQ(node_of<NumberLiteral>(parsed(query)).value, value) << query;
  };

  check("1", 1);
  check(".5", 0.5);
  check("5.", 5);
  check("1e3", 1000);
  check("1_000.5", 1000.5);
  check("0x1F", 31);
  check("017", 15);
  check("5m", 300);
  check("1h30m", 5400);
  check("1y", 31'536'000);
  check("250ms", 0.25);
  check("Inf", INFINITY);
  check("-inf", -INFINITY);
  check("- -2", 2);
  check("1e-999", 0);
  EXPECT_TRUE(std::isnan(node_of<NumberLiteral>(parsed("NaN")).value));
  EXPECT_TRUE(node_of<NumberLiteral>(parsed("5m")).is_duration);
}

TEST(Parser, ReadsStrings) {
  const auto check = [](const char* query, const char* value) {
    EXPECT_EQ(node_of<StringLiteral>(parsed(query)).value, value) << query;
  };

  check("\"a\"", "a");
  check("'a\"b'", "a\"b");
  check("`a\\n\n`", "a\\n\n");
  check("\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"", "\a\b\f\n\r\t\v\\\"");
  check("'\\'\\x41\\102\\u00e4\\U0001f600'", "'AB\u00e4\U0001f600");
}

TEST(Parser, BindsOperatorsByPrecedence) {
  const auto check = [](const char* query, const char* wanted) {
    EXPECT_EQ(shape(*parsed(query)), wanted) << query;
  };

  check("a + b * c", "(a+(b*c))");
  check("a * b + c", "((a*b)+c)");
  check("a - b - c", "((a-b)-c)");
  check("a ^ b ^ c", "(a^(b^c))");
  check("a or b and c unless d", "(aor((bandc)unlessd))");
  check("a == b + c", "(a==(b+c))");
  check("a < b >/ c", "((a<b)>/c)");
  check("a atan2 b % c", "((aatan2b)%c)");
  check("-a ^ b", "(-(a^b))");
  check("-a * b", "((-a)*b)");
  check("a ^ -b * c", "((a^(-b))*c)");
  check("-a offset 5m", "(-a offset 5m)");
  check("a or b == bool c - d / -e", "(aor(b==(c-(d/(-e)))))");
}

TEST(Parser, ReadsRangesAndOffsets) {
  const auto matrix = parsed("up{a=\"b\"}[1h30m] offset -90");
  const auto& selector = selector_of(node_of<MatrixSelector>(matrix));
  const auto fraction = parsed("up offset 1.5");

  EXPECT_EQ(matrix->type, ValueType::matrix);
  EXPECT_EQ(node_of<MatrixSelector>(matrix).range.ms, 5'400'000);
  EXPECT_EQ(selector.offset.ms, -90'000);
  EXPECT_EQ(node_of<VectorSelector>(fraction).offset.ms, 1'500);
}

TEST(Parser, ReadsSubqueries) {
  const auto expression = parsed("rate(up[5m])[1h:30s] @ 1.5 offset 5m");
  const auto& subquery = node_of<Subquery>(expression);
  const auto without_step = parsed("up[1h:]");

  EXPECT_EQ(expression->type, ValueType::matrix);
  EXPECT_EQ(subquery.range.ms, 3'600'000);
  EXPECT_EQ(subquery.step.ms, 30'000);
  EXPECT_EQ(subquery.offset.ms, 300'000);
  EXPECT_EQ(subquery.at.kind, AtModifier::Kind::timestamp);
  EXPECT_EQ(subquery.at.timestamp_ms, 1'500);
  EXPECT_EQ(node_of<Subquery>(without_step).step.ms, 0);
}

TEST(Parser, ReadsAtModifiers) {
  const auto at = [](const char* query) { return node_of<VectorSelector>(parsed(query)).at; };

  EXPECT_EQ(at("up").kind, AtModifier::Kind::none);
  EXPECT_EQ(at("up @ start()").kind, AtModifier::Kind::start);
  EXPECT_EQ(at("up @ end() offset 5m").kind, AtModifier::Kind::end);
  EXPECT_EQ(at("up @ -5m").timestamp_ms, -300'000);
  EXPECT_EQ(at("up @ 1e9").timestamp_ms, 1'000'000'000'000);
  EXPECT_EQ(at("up @ 9e18").timestamp_ms, INT64_MAX);
}

TEST(Parser, ReadsDurationExpressions) {
  using Kind = DurationExpression::Kind;
  const auto matrix = parsed("up[5m * 2 - step()] offset -(1m)");
  const auto& range = node_of<MatrixSelector>(matrix).range;
  const auto& offset = selector_of(node_of<MatrixSelector>(matrix)).offset;

  ASSERT_NE(range.expression, nullptr);
  EXPECT_EQ(range.expression->kind, Kind::subtract);
  EXPECT_EQ(range.expression->left->kind, Kind::multiply);
  EXPECT_EQ(range.expression->left->left->seconds, 300);
  EXPECT_TRUE(range.expression->left->left->is_duration);
  EXPECT_EQ(range.expression->right->kind, Kind::step);
  ASSERT_NE(offset.expression, nullptr);
  EXPECT_EQ(offset.expression->kind, Kind::minus);
  EXPECT_TRUE(offset.expression->left->parenthesised);
}

TEST(Parser, LetsAnOffsetEndAtItsFirstNumber) {
  EXPECT_EQ(shape(*parsed("up offset 5m * 2")), "(up offset 5m*2)");
  EXPECT_EQ(shape(*parsed("up offset -2^2")), "(up offset -2s^2)");
  EXPECT_EQ(shape(*parsed("up offset step() - 1")), "(up offset step()-1)");
  EXPECT_EQ(shape(*parsed("up offset (5m) * 2")), "up offset (5m) * 2");
}

TEST(Parser, MatchesVectorsOnly) {
  const auto vectors = parsed("a / on(x, y) group_left(z) fill_right(2) b");
  const auto sets = parsed("a and b");
  const auto mixed = parsed("a * 2");

  const auto& matching = node_of<Binary>(vectors).matching;
  ASSERT_TRUE(matching);
  EXPECT_TRUE(matching->on);
  EXPECT_EQ(matching->cardinality, Cardinality::many_to_one);
  EXPECT_THAT(matching->labels, ElementsAre("x", "y"));
  EXPECT_THAT(matching->include, ElementsAre("z"));
  EXPECT_EQ(matching->fill_left, std::nullopt);
  EXPECT_EQ(matching->fill_right, 2);
  EXPECT_EQ(node_of<Binary>(sets).matching->cardinality, Cardinality::many_to_many);
  EXPECT_FALSE(node_of<Binary>(mixed).matching);
}

TEST(Parser, ReadsAggregations) {
  const auto before = parsed("topk by (a, \"b c\") (3, up)");
  const auto after = parsed("sum(up) without (a,)");

  const auto& topk = node_of<Aggregation>(before);
  EXPECT_EQ(topk.op, Aggregator::topk);
  EXPECT_EQ(node_of<NumberLiteral>(topk.parameter).value, 3);
  EXPECT_EQ(node_of<VectorSelector>(topk.inner).name, "up");
  EXPECT_THAT(topk.grouping, ElementsAre("a", "b c"));
  EXPECT_FALSE(topk.without);
  EXPECT_EQ(node_of<Aggregation>(after).parameter, nullptr);
  EXPECT_THAT(node_of<Aggregation>(after).grouping, ElementsAre("a"));
  EXPECT_TRUE(node_of<Aggregation>(after).without);
}

TEST(Parser, ReadsCalls) {
  const auto call = parsed("label_replace(up, 'a', '$1', 'b', '(.*)')");
  const auto info = parsed("info(up, {})");

  EXPECT_EQ(call->type, ValueType::vector);
  EXPECT_EQ(node_of<Call>(call).function, find_function("label_replace"));
  EXPECT_EQ(node_of<Call>(call).arguments.size(), 5U);
  EXPECT_TRUE(node_of<VectorSelector>(node_of<Call>(info).arguments[1]).is_info_matcher);
  EXPECT_THAT(node_of<Call>(parsed("time()")).arguments, IsEmpty());
}

TEST(Parser, KnowsWhereEachPartStands) {
  const std::string_view query = " sum by (a) ( rate(b{c=\"d\"}[5m] offset 1h) ) / -(e)";
  const auto expression = parsed(query);
  const auto text = [query](const ExpressionPtr& part) {
    return query.substr(part->position.begin, part->position.end - part->position.begin);
  };

  const auto& quotient = node_of<Binary>(expression);
  const auto& sum = node_of<Aggregation>(quotient.left);
  const auto& matrix = node_of<Call>(sum.inner).arguments[0];
  EXPECT_EQ(text(expression), query.substr(1));
  EXPECT_EQ(text(quotient.left), "sum by (a) ( rate(b{c=\"d\"}[5m] offset 1h) )");
  EXPECT_EQ(text(sum.inner), "rate(b{c=\"d\"}[5m] offset 1h)");
  EXPECT_EQ(text(matrix), "b{c=\"d\"}[5m] offset 1h");
  EXPECT_EQ(text(node_of<MatrixSelector>(matrix).selector), "b{c=\"d\"}");
  EXPECT_EQ(text(quotient.right), "-(e)");
}

// Prometheus lets these through without the switch, too.
TEST(Parser, TakesSignedParenthesesBehindOffsetWithoutTheSwitch) {
  EXPECT_TRUE(parse("up offset -(5m)"));
  EXPECT_FALSE(parse("up offset (5m)"));
}

TEST(ParserLimits, RefusesDeepNesting) {
  const auto check = [](std::string_view begin, std::string_view open, std::string_view close) {
    std::string query(begin);
    for (int i = 0; i < 20'000; ++i) query += open;
    query += "1";
    for (int i = 0; i < 20'000; ++i) query += close;

    const auto refused = parse(query, all_features());

    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("nested deeper than 200 levels")) << open;
  };

  check("", "(", ")");
  check("", "-", "");
  check("", "abs(", ")");
  check("", "sum(", ")");
  check("", "up^", "");
  check("", "up + (", ")");
  check("up[", "(", ")");
  check("up[", "-", "");
  check("up[", "1^", "");
  check("up[", "min_of(1,", ")");
  check("up offset ", "-", "");
  check("up", "[5m:]", "[1m:]");
}

TEST(ParserLimits, RefusesEndlessChains) {
  const auto check = [](std::string_view link) {
    std::string query = "up";
    for (int i = 0; i < 20'000; ++i) query += link;

    const auto refused = parse(query, all_features());

    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("more than 5000 operators")) << link;
  };

  check("+1");
  check(" or vector(1)");
}

TEST(ParserLimits, TakesLongChains) {
  std::string query = "up";
  for (unsigned i = 1; i < kExpressionOperatorsMax; ++i) query += "+1";

  const auto expression = parse(query);

  ASSERT_TRUE(expression) << expression.error().message();
  EXPECT_EQ(to_string(**expression).size(), 2 + 4 * (kExpressionOperatorsMax - 1));
}

TEST(ParserLimits, RefusesHugeTexts) {
  const auto refused = parse(std::string(kExpressionBytesMax + 1, 'a'));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(),
            "1:1: parse error: expression of 1048577 bytes is longer than 1048576");
}

TEST(ParseSelector, TakesSelectorsOnly) {
  EXPECT_TRUE(parse_selector("up{job=\"x\"}"));
  EXPECT_TRUE(parse_selector("{__name__!=\"\"}"));
  EXPECT_TRUE(parse_selector("{}"));
  EXPECT_FALSE(parse_selector("1"));
  EXPECT_EQ(parse_selector("up[5m]").error().message(), "1:3: parse error: unexpected \"[\"");
  EXPECT_EQ(parse_selector("").error().message(),
            "unknown position: parse error: unexpected end of input");
  EXPECT_THAT(parse_selector("up{").error().message(), StartsWith("1:4: parse error"));
}

}  // namespace
}  // namespace tributary::promql
