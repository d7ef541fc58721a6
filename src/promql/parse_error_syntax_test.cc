// What is no PromQL: tokens, brackets, operands, matchers and groupings.
// The words and places are those of Prometheus 3 (August 2026).
#include <gtest/gtest.h>

#include "promql/testing/parse_check.h"

namespace tributary::promql::testing {
namespace {

const std::vector<Refused> kWhatIsNoToken = {
    {"", "unknown position: no expression found in input"},
    {"# only a comment", "1:1: no expression found in input"},
    {"  \n", "1:1: no expression found in input"},
    {"up ~ 1", "1:4: unexpected character: '~'"},
    {"up & 1", "1:4: unexpected character: '&'"},
    {";", "1:1: unexpected character: ';'"},
    {"a;b", "1:2: unexpected character: ';'"},
    {"\303\266", "1:1: unexpected character: '\303\266'"},
    {"a ? b", "1:3: unexpected character: '?'"},
    {"up =~ 1", "1:4: unexpected character after '=': '~'"},
    {"up !~ 1", "1:4: unexpected character after '!': '~'"},
    {"up ! 1", "1:4: unexpected character after '!': ' '"},
    {"up !", "1:4: unexpected character after '!': '\357\277\275'"},
    {"\001", "1:1: unexpected character: '\\x01'"},
    {"up\n\n  $", "3:3: unexpected character: '$'"},
};

TEST(ParseError, RefusesWhatIsNoToken) { check_refused(all_features(), kWhatIsNoToken); }

const std::vector<Refused> kStringsThatDoNotEnd = {
    {"\"abc", "1:1: unterminated quoted string"},
    {"'abc", "1:1: unterminated quoted string"},
    {"`abc", "1:1: unterminated raw string"},
    {"\"a\nb\"", "1:1: unterminated quoted string"},
    {"'a\n'", "1:1: unterminated quoted string"},
    {"\"a\\", "1:1: escape sequence not terminated"},
    {"\"\\x4", "1:1: escape sequence not terminated"},
    {"\"\\18\"", "1:1: illegal character U+0038 '8' in escape sequence"},
    {"\"\\q\"", "1:1: unknown escape sequence U+0071 'q'"},
    {"\"\\'\"", "1:1: unknown escape sequence U+0027 '''"},
    {"\"\\x4g\"", "1:1: illegal character U+0067 'g' in escape sequence"},
    {"\"\\ud800\"", "1:1: escape sequence is an invalid Unicode code point"},
    {"\"\\U00110000\"", "1:1: escape sequence is an invalid Unicode code point"},
    {"\"\\400\"", "1:1: escape sequence is an invalid Unicode code point"},
    {"\"\357\277\275\"", "1:1: invalid UTF-8 rune"},
    {"`\357\277\275`", "1:1: invalid UTF-8 rune"},
    {"sum(\"\\\303\251\")", "1:5: unknown escape sequence U+00E9 '\303\251'"},
    {"\"\\\001\"", "1:1: unknown escape sequence U+0001"},
};

TEST(ParseError, RefusesStringsThatDoNotEnd) {
  check_refused(all_features(), kStringsThatDoNotEnd);
}

const std::vector<Refused> kMalformedNumbers = {
    {"1.5.3", "1:1: bad number or duration syntax: \"1.5.\""},
    {"0x", "1:1: error parsing number: strconv.ParseFloat: parsing \"0x\": invalid syntax"},
    {"0x1.8", "1:1: bad number or duration syntax: \"0x1.\""},
    {"0xfe", "1:1: bad number or duration syntax: \"0xfe\""},
    {"0xz", "1:1: bad number or duration syntax: \"0x\""},
    {"1_", "1:1: bad number or duration syntax: \"1_\""},
    {"1__0", "1:1: bad number or duration syntax: \"1__\""},
    {"1_.5", "1:1: bad number or duration syntax: \"1_.\""},
    {"1e", "1:1: bad number or duration syntax: \"1e\""},
    {"1e+", "1:1: bad number or duration syntax: \"1e+\""},
    {"1e1e1", "1:1: bad number or duration syntax: \"1e1e\""},
    {"1x", "1:1: bad number or duration syntax: \"1\""},
    {"12abc", "1:1: bad number or duration syntax: \"12\""},
    {"1.2.3.", "1:1: bad number or duration syntax: \"1.2.\""},
    {".5.5", "1:1: error parsing number: strconv.ParseFloat: parsing \".5.5\": invalid syntax"},
    {"0x_", "1:1: error parsing number: strconv.ParseFloat: parsing \"0x_\": invalid syntax"},
    {"0xffffffffffffffff",
     "1:1: error parsing number: strconv.ParseFloat: parsing \"0xffffffffffffffff\": invalid "
     "syntax"},
    {"1e999",
     "1:1: error parsing number: strconv.ParseFloat: parsing \"1e999\": value out of range"},
    {"-1e400",
     "1:2: error parsing number: strconv.ParseFloat: parsing \"1e400\": value out of range"},
    {"1h30", "1:1: bad number or duration syntax: \"1h30\""},
    {"5m5h", "1:1: not a valid duration string: \"5m5h\""},
    {"1s1m", "1:1: not a valid duration string: \"1s1m\""},
    {"5hs", "1:1: unknown unit \"hs\" in duration \"5hs\""},
    {"10y10y", "1:1: bad number or duration syntax: \"10y10\""},
    {"300y", "1:1: duration out of range"},
    {"1y2w3d4h5m6s7ms8", "1:1: bad number or duration syntax: \"1y2w3d4h5m6s7ms8\""},
    {"5mm", "1:1: bad number or duration syntax: \"5mm\""},
    {"5 m", "1:3: unexpected identifier \"m\""},
    {"1d_", "1:1: bad number or duration syntax: \"1d_\""},
    {"1_0m", "1:1: unknown unit \"_\" in duration \"1_0m\""},
    {"9999999999999999999999m", "1:1: not a valid duration string: \"9999999999999999999999m\""},
};

TEST(ParseError, RefusesMalformedNumbers) { check_refused(all_features(), kMalformedNumbers); }

const std::vector<Refused> kUnbalancedBrackets = {
    {")", "1:2: unexpected right parenthesis ')'"},
    {"(1", "1:3: unclosed left parenthesis"},
    {"((1)", "1:5: unclosed left parenthesis"},
    {"(1))", "1:5: unexpected right parenthesis ')'"},
    {"[5m]", "1:1: unexpected \"[\""},
    {"foo]", "1:4: unexpected right bracket ']'"},
    {"foo[5m", "1:7: unclosed left bracket"},
    {"foo[5m]]", "1:8: unexpected right bracket ']'"},
    {"foo[[5m]]", "1:5: unexpected character in duration expression: '['"},
    {"foo{", "1:5: unexpected end of input inside braces"},
    {"foo{a=\"b\"", "1:10: unexpected end of input inside braces"},
    {"foo{a=\"b\"}}", "1:11: unexpected character: '}'"},
    {"foo}", "1:4: unexpected character: '}'"},
    {"{{}}", "1:2: unexpected left brace '{'"},
    {"foo{{", "1:5: unexpected left brace '{'"},
    {"(foo", "1:5: unclosed left parenthesis"},
    {"rate(foo[5m]", "1:13: unclosed left parenthesis"},
    {"sum(foo))", "1:10: unexpected right parenthesis ')'"},
    {"foo[5m[1m]]", "1:7: unexpected left bracket '['"},
    {"()", "1:2: unexpected \")\""},
    {"f()", "1:1: unknown function with name \"f\""},
    {"time(", "1:6: unclosed left parenthesis"},
};

TEST(ParseError, RefusesUnbalancedBrackets) { check_refused(all_features(), kUnbalancedBrackets); }

const std::vector<Refused> kWhatCannotBeginOrGoOn = {
    {"foo bar", "1:5: unexpected identifier \"bar\""},
    {"1 2", "1:3: unexpected number \"2\""},
    {"1 +", "1:4: unexpected end of input"},
    {"+", "1:2: unexpected end of input"},
    {"*1", "1:1: unexpected <op:*>"},
    {"1 + * 2", "1:5: unexpected <op:*>"},
    {"foo 1", "1:5: unexpected number \"1\""},
    {"\"a\" \"b\"", "1:5: unexpected string \"\\\"b\\\"\""},
    {"a b c", "1:3: unexpected identifier \"b\""},
    {"foo{a=\"b\"}{c=\"d\"}", "1:11: unexpected \"{\""},
    {"foo offset",
     "1:11: unexpected end of input in offset, expected number, duration, step(), or range()"},
    {"foo,bar", "1:4: unexpected \",\""},
    {"foo,", "1:4: unexpected \",\""},
    {"=1", "1:1: unexpected \"=\""},
    {"1 = 1", "1:3: unexpected \"=\""},
    {"foo = bar", "1:5: unexpected \"=\""},
    {"foo == = bar", "1:8: unexpected \"=\""},
    {"@ 5", "1:1: unexpected <op:@>"},
    {"foo:bar(1)", "1:8: unexpected \"(\""},
    {"on", "1:1: unexpected <on>"},
    {"bool", "1:1: unexpected <bool>"},
    {"ignoring(a)", "1:1: unexpected <ignoring>"},
    {"group_left", "1:1: unexpected <group_left>"},
    {"group_right", "1:1: unexpected <group_right>"},
    {"atan2", "1:1: unexpected <op:atan2>"},
    {"foo bool 1", "1:5: unexpected <bool>"},
    {"a on(b) c", "1:3: unexpected <on>"},
    {"foo and", "1:8: unexpected end of input"},
    {"or or", "1:6: unexpected end of input"},
    {"unless unless", "1:14: unexpected end of input"},
    {"foo on", "1:5: unexpected <on>"},
    {"sum by", "1:7: unexpected end of input in grouping opts, expected \"(\""},
    {"topk 5", "1:6: unexpected number \"5\""},
    {"\"abc\tdefghijklmnop\" x", "1:21: unexpected identifier \"x\""},
    {"foo \"abcdefghij\303\251klm\"", "1:5: unexpected string \"\\\"abcdefghi\"..."},
    {"foo 123456789012", "1:5: unexpected number \"1234567890\"..."},
    {"foo 100m100s", "1:5: unexpected duration \"100m100s\""},
    {"a fill b", "1:3: unexpected identifier \"fill\""},
    {"a == 1 == bool 2 foo", "1:18: unexpected identifier \"foo\""},
    {"rate(foo[5m])[5m] x", "1:14: ranges only allowed for vector selectors"},
};

TEST(ParseError, RefusesWhatCannotBeginOrGoOn) {
  check_refused(all_features(), kWhatCannotBeginOrGoOn);
}

const std::vector<Refused> kMalformedMatchers = {
    {"foo{,}", "1:5: unexpected \",\" in label matching, expected identifier or \"}\""},
    {"foo{a}", "1:6: unexpected \"}\" in label matching, expected label matching operator"},
    {"foo{a,b=\"c\"}", "1:6: unexpected \",\" in label matching, expected label matching operator"},
    {"foo{a=}", "1:7: unexpected \"}\" in label matching, expected string"},
    {"foo{a=b}", "1:7: unexpected identifier \"b\" in label matching, expected string"},
    {"foo{a==b}", "1:7: unexpected \"=\" in label matching, expected string"},
    {"foo{a=\"b\",,}", "1:11: unexpected \",\" in label matching, expected identifier or \"}\""},
    {"foo{a=\"b\" c=\"d\"}",
     "1:11: unexpected identifier \"c\" in label matching, expected \",\" or \"}\""},
    {"foo{a=\"b\"=}", "1:10: unexpected \"=\" in label matching, expected \",\" or \"}\""},
    {"foo{1}", "1:5: unexpected character inside braces: '1'"},
    {"foo{1a=\"b\"}", "1:5: unexpected character inside braces: '1'"},
    {"foo{a!b}", "1:6: unexpected character after '!' inside braces: 'b'"},
    {"foo{a!}", "1:6: unexpected character after '!' inside braces: '}'"},
    {"foo{a!", "1:6: unexpected character after '!' inside braces: '\357\277\275'"},
    {"foo{a~\"b\"}", "1:6: unexpected character inside braces: '~'"},
    {"foo{a:b=\"c\"}", "1:6: unexpected character inside braces: ':'"},
    {"foo{\"a\" \"b\"}",
     "1:9: unexpected string \"\\\"b\\\"\" in label matching, expected \",\" or \"}\""},
    {"foo{\"a\"=}", "1:9: unexpected \"}\" in label matching, expected string"},
    {"foo{\"a\"=b}", "1:9: unexpected identifier \"b\" in label matching, expected string"},
    {"foo{\"a\"!=\"b\" c}",
     "1:14: unexpected identifier \"c\" in label matching, expected \",\" or \"}\""},
    {"foo{a>\"b\"}", "1:6: unexpected character inside braces: '>'"},
    {"foo{=}", "1:5: unexpected \"=\" in label matching, expected identifier or \"}\""},
    {"foo{!=\"b\"}", "1:5: unexpected <op:!=> in label matching, expected identifier or \"}\""},
    {"{\"a\",\"b\"=\"c\",}}", "1:15: unexpected character: '}'"},
    {"foo{\"a\"}", "1:1: metric name must not be set twice: \"foo\" or \"a\""},
    {"foo{__name__=\"bar\"}", "1:1: metric name must not be set twice: \"foo\" or \"bar\""},
    {"foo{__name__=~\"b\"}", "1:1: metric name must not be set twice: \"foo\" or \"b\""},
    {"foo{\"b\",\"c\"}", "1:1: metric name must not be set twice: \"foo\" or \"b\""},
    {"{}", "1:1: vector selector must contain at least one non-empty matcher"},
    {"{a=\"\"}", "1:1: vector selector must contain at least one non-empty matcher"},
    {"{a=~\".*\"}", "1:1: vector selector must contain at least one non-empty matcher"},
    {"{a!=\"b\"}", "1:1: vector selector must contain at least one non-empty matcher"},
    {"{a!~\".+\"}", "1:1: vector selector must contain at least one non-empty matcher"},
    {"foo + {}", "1:7: vector selector must contain at least one non-empty matcher"},
    {"{a=~\"(\"}", "1:2: error parsing regexp: missing closing ): `(`"},
    {"foo{a!~\"[\"}", "1:5: error parsing regexp: missing closing ]: `[`"},
    {"foo{a=~\"*\"}", "1:5: error parsing regexp: missing argument to repetition operator: `*`"},
    {"foo{on=\"x\",by=x}", "1:15: unexpected identifier \"x\" in label matching, expected string"},
};

TEST(ParseError, RefusesMalformedMatchers) { check_refused(all_features(), kMalformedMatchers); }

const std::vector<Refused> kMalformedGroupings = {
    {"sum by foo", "1:8: unexpected identifier \"foo\" in grouping opts, expected \"(\""},
    {"sum by (", "1:9: unclosed left parenthesis"},
    {"sum by (a", "1:10: unclosed left parenthesis"},
    {"sum by (a b)", "1:11: unexpected identifier \"b\" in grouping opts, expected \",\" or \")\""},
    {"sum by (a,,b) (foo)", "1:11: unexpected \",\" in grouping opts, expected label"},
    {"sum by (,) (foo)", "1:9: unexpected \",\" in grouping opts, expected label"},
    {"sum by (1) (foo)", "1:9: unexpected number \"1\" in grouping opts, expected label"},
    {"sum by (a=b) (foo)", "1:10: unexpected \"=\" in grouping opts, expected \",\" or \")\""},
    {"sum by (without) (foo)", "1:9: unexpected <without> in grouping opts, expected label"},
    {"sum by (inf) (foo)", "1:9: unexpected number \"inf\" in grouping opts, expected label"},
    {"sum by (\"\") (foo)", "1:9: invalid label name for grouping: \"\""},
    {"sum by (\"\\xff\") (foo)", "1:9: invalid label name for grouping: \"\\xff\""},
    {"sum by ({a}) (foo)", "1:9: unexpected \"{\" in grouping opts, expected label"},
    {"sum(foo) by", "1:12: unexpected end of input in grouping opts, expected \"(\""},
    {"sum(foo) without x", "1:18: unexpected identifier \"x\" in grouping opts, expected \"(\""},
    {"sum(foo) by (a) by (b)", "1:17: unexpected <by>"},
    {"sum by (a) by (b) (foo)", "1:12: unexpected <by> in aggregation"},
    {"a + on b", "1:8: unexpected identifier \"b\" in grouping opts, expected \"(\""},
    {"a + on", "1:7: unexpected end of input in grouping opts, expected \"(\""},
    {"a + ignoring", "1:13: unexpected end of input in grouping opts, expected \"(\""},
    {"a / on(x) group_left", "1:21: unexpected end of input in grouping opts, expected \"(\""},
    {"a / on(x) group_left / b", "1:22: unexpected <op:/> in grouping opts, expected \"(\""},
    {"a / on(x) group_right,b", "1:22: unexpected \",\" in grouping opts, expected \"(\""},
    {"a / on(x) group_left(y z) b",
     "1:24: unexpected identifier \"z\" in grouping opts, expected \",\" or \")\""},
    {"a / group_left(x) b", "1:5: unexpected <group_left>"},
    {"a / bool on(x) b", "1:3: bool modifier can only be used on comparison operators"},
    {"a * on(x) ignoring(y) b", "1:11: unexpected <ignoring>"},
    {"a * on(x) group_left() group_right() b", "1:24: unexpected <group_right>"},
    {"a * on(x", "1:9: unclosed left parenthesis"},
    {"a * on(*) b", "1:8: unexpected <op:*> in grouping opts, expected label"},
    {"a + on() on() b", "1:10: unexpected <on>"},
};

TEST(ParseError, RefusesMalformedGroupings) { check_refused(all_features(), kMalformedGroupings); }

}  // namespace
}  // namespace tributary::promql::testing
