// Ranges, offsets, @ and what is experimental.
// The words and places are those of Prometheus 3 (August 2026).
#include <gtest/gtest.h>

#include "promql/testing/parse_check.h"

namespace tributary::promql::testing {
namespace {

const std::vector<Refused> kMalformedRanges = {
    {"foo[]",
     "1:5: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[ ]",
     "1:6: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[\"5m\"]", "1:5: unexpected character in duration expression: '\"'"},
    {"foo[5m", "1:7: unclosed left bracket"},
    {"foo[bar]", "1:5: unexpected character in duration expression: 'b'"},
    {"foo[5m bar]", "1:8: unexpected character: 'b', expected ':'"},
    {"foo[5m 5m]", "1:8: unexpected duration \"5m\" in subquery or range, expected \":\" or \"]\""},
    {"foo[5m,1m]", "1:7: unexpected \",\" in subquery or range, expected \":\" or \"]\""},
    {"foo[:]", "1:6: unexpected colon before duration in duration expression"},
    {"foo[:5m]", "1:6: unexpected colon before duration in duration expression"},
    {"foo[5m:1m:1m]", "1:10: unexpected colon ':'"},
    {"foo[5m::1m]", "1:8: unexpected colon ':'"},
    {"foo[5m:bar]", "1:8: unexpected character: 'b', expected ':'"},
    {"foo[5m:\"a\"]",
     "1:8: unexpected string \"\\\"a\\\"\" in subquery selector, expected number, duration, "
     "step(), range(), or \"]\""},
    {"foo[5m:1m,]", "1:10: unexpected \",\" in subquery selector, expected \"]\""},
    {"foo[5m:1m 1m]", "1:11: unexpected duration \"1m\" in subquery selector, expected \"]\""},
    {"foo[5m:*]",
     "1:8: unexpected <op:*> in subquery selector, expected number, duration, step(), range(), "
     "or \"]\""},
    {"foo[5m:,]",
     "1:8: unexpected \",\" in subquery selector, expected number, duration, step(), range(), or "
     "\"]\""},
    {"foo[5m\"a\"]",
     "1:7: unexpected string \"\\\"a\\\"\" in subquery or range, expected \":\" or \"]\""},
    {"foo[5m{]", "1:7: unexpected \"{\" in subquery or range, expected \":\" or \"]\""},
    {"foo[0]", "1:5: duration must be greater than 0"},
    {"foo[0s]", "1:5: duration must be greater than 0"},
    {"foo[-5m]", "1:5: duration must be greater than 0"},
    {"foo[5m:0s]", "1:8: duration must be greater than 0"},
    {"foo[5m:-1m]", "1:8: duration must be greater than 0"},
    {"foo[1e20]", "1:5: duration out of range"},
    {"foo[30m1h]", "1:5: not a valid duration string: \"30m1h\""},
    {"foo[5]x", "1:7: unexpected identifier \"x\""},
    {"1[5m]", "1:2: ranges only allowed for vector selectors"},
    {"\"a\"[5m]", "1:4: ranges only allowed for vector selectors"},
    {"sum(foo)[5m]", "1:9: ranges only allowed for vector selectors"},
    {"(foo)[5m]", "1:6: ranges only allowed for vector selectors"},
    {"foo[5m][5m]", "1:8: ranges only allowed for vector selectors"},
    {"foo[5m:1m][5m]", "1:11: ranges only allowed for vector selectors"},
    {"foo offset 5m[5m]", "1:14: no offset modifiers allowed before range"},
    {"foo @ 5[5m]", "1:8: no @ modifiers allowed before range"},
    {"foo @ start()[5m]", "1:14: no @ modifiers allowed before range"},
    {"1[5m:1m]", "1:1: subquery is only allowed on instant vector, got scalar instead"},
    {"\"a\"[5m:]", "1:1: subquery is only allowed on instant vector, got string instead"},
    {"foo[5m][5m:1m]", "1:1: subquery is only allowed on instant vector, got matrix instead"},
    {"foo[5m:1m][5m:1m]", "1:1: subquery is only allowed on instant vector, got matrix instead"},
    {"foo[#]", "1:5: unexpected character in duration expression: '#'"},
    {"foo[5m#\n", "2:1: unclosed left bracket"},
    {"foo[5m", "1:7: unclosed left bracket"},
    {"foo[", "1:5: unexpected end of input in duration expression"},
    {"foo[(", "1:6: unexpected end of input in duration expression"},
    {"foo[5m:", "1:8: unclosed left bracket"},
    {"foo[5m:1m", "1:10: unclosed left bracket"},
    {"foo[+]",
     "1:6: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[5m+]",
     "1:8: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[(5m]",
     "1:8: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[5m)]", "1:8: unexpected right parenthesis ')'"},
    {"foo[stepp()]", "1:5: unexpected character in duration expression: 's'"},
    {"foo[step]",
     "1:9: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[step(]",
     "1:10: unexpected \"]\" in subquery or range selector, expected number, duration, step(), "
     "or range()"},
    {"foo[min_of(1)]",
     "1:13: unexpected \")\" in subquery or range selector, expected number, duration, step(), "
     "or range()"},
    {"foo[max_of(1,)]",
     "1:14: unexpected \")\" in subquery or range selector, expected number, duration, step(), "
     "or range()"},
    {"foo[max_of(1,2,3)]",
     "1:15: unexpected \",\" in subquery or range selector, expected number, duration, step(), "
     "or range()"},
    {"foo[1,2]", "1:6: unexpected \",\" in subquery or range, expected \":\" or \"]\""},
    {"foo[step():1m]", "1:12: unexpected colon before duration in duration expression"},
    {"foo[5m:step]",
     "1:12: unexpected \"]\" in subquery selector, expected number, duration, step(), range(), "
     "or \"]\""},
    {"foo[5m>1m]", "1:7: unexpected <op:>> in subquery or range, expected \":\" or \"]\""},
    {"foo[5m @ 5]", "1:8: unexpected <op:@> in subquery or range, expected \":\" or \"]\""},
    {"foo[5m:x", "1:8: unexpected character: 'x', expected ':'"},
};

TEST(ParseError, RefusesMalformedRanges) { check_refused(all_features(), kMalformedRanges); }

const std::vector<Refused> kMalformedOffsets = {
    {"foo offset bar",
     "1:12: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset",
     "1:11: unexpected end of input in offset, expected number, duration, step(), or range()"},
    {"foo offset -",
     "1:13: unexpected end of input in offset, expected number, duration, step(), or range()"},
    {"foo offset \"5m\"",
     "1:12: unexpected string \"\\\"5m\\\"\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset (5m", "1:15: unclosed left parenthesis"},
    {"foo offset ()",
     "1:13: unexpected \")\" in offset, expected number, duration, step(), or range()"},
    {"foo offset (5m bar)",
     "1:16: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset step",
     "1:16: unexpected end of input in offset, expected number, duration, step(), or range()"},
    {"foo offset step(", "1:17: unclosed left parenthesis"},
    {"foo offset -bar",
     "1:13: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset -(bar)",
     "1:14: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset --bar",
     "1:14: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset 5m offset 5m", "1:1: offset may not be set multiple times"},
    {"foo offset 5m5s offset bar",
     "1:24: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"foo offset 5h5h", "1:12: not a valid duration string: \"5h5h\""},
    {"foo offset 1e20", "1:12: duration out of range"},
    {"foo offset -1e20", "1:12: duration out of range"},
    {"1 offset 5m",
     "1:1: offset modifier must be preceded by an instant vector selector or range vector "
     "selector or a subquery"},
    {"\"a\" offset 5m",
     "1:1: offset modifier must be preceded by an instant vector selector or range vector "
     "selector or a subquery"},
    {"sum(foo) offset 5m",
     "1:1: offset modifier must be preceded by an instant vector selector or range vector "
     "selector or a subquery"},
    {"rate(foo[5m]) offset 5m",
     "1:1: offset modifier must be preceded by an instant vector selector or range vector "
     "selector or a subquery"},
    {"(foo) offset 5m",
     "1:1: offset modifier must be preceded by an instant vector selector or range vector "
     "selector or a subquery"},
    {"-foo offset 5m offset 1m", "1:2: offset may not be set multiple times"},
    {"foo[5m] offset 5m offset 5m", "1:1: offset may not be set multiple times"},
    {"foo[5m:1m] offset 5m offset 5m", "1:1: offset may not be set multiple times"},
    {"foo offset 5m 5m", "1:15: unexpected duration \"5m\""},
    {"foo offset min_of",
     "1:18: unexpected end of input in offset, expected number, duration, step(), or range()"},
    {"foo offset min_of(1", "1:20: unclosed left parenthesis"},
    {"foo offset min_of(1 2)",
     "1:21: unexpected number \"2\" in offset, expected number, duration, step(), or range()"},
    {"foo offset -max_of(1, bar)",
     "1:23: unexpected identifier \"bar\" in offset, expected number, duration, step(), or "
     "range()"},
    {"a + b offset 5m offset 5m", "1:5: offset may not be set multiple times"},
};

TEST(ParseError, RefusesMalformedOffsets) { check_refused(all_features(), kMalformedOffsets); }

const std::vector<Refused> kMalformedAtModifiers = {
    {"foo @", "1:6: unexpected end of input in @, expected timestamp"},
    {"foo @ bar", "1:7: unexpected identifier \"bar\" in @, expected timestamp"},
    {"foo @ \"5\"", "1:7: unexpected string \"\\\"5\\\"\" in @, expected timestamp"},
    {"foo @ -", "1:8: unexpected end of input in @, expected timestamp"},
    {"foo @ --5", "1:8: unexpected <op:-> in @, expected timestamp"},
    {"foo @ start", "1:12: unexpected end of input in @, expected timestamp"},
    {"foo @ start(", "1:13: unclosed left parenthesis"},
    {"foo @ start(5)", "1:13: unexpected number \"5\" in @, expected timestamp"},
    {"foo @ end)", "1:11: unexpected right parenthesis ')'"},
    {"foo @ step()", "1:7: unexpected \"step\" in @, expected timestamp"},
    {"foo @ (5)", "1:7: unexpected \"(\" in @, expected timestamp"},
    {"foo @ Inf", "1:1: timestamp out of bounds for @ modifier: +Inf"},
    {"foo @ -Inf", "1:1: timestamp out of bounds for @ modifier: -Inf"},
    {"foo @ NaN", "1:1: timestamp out of bounds for @ modifier: NaN"},
    {"foo @ 1e30",
     "1:1: timestamp out of bounds for @ modifier: 1000000000000000019884624838656.000000"},
    {"foo @ -1e30",
     "1:1: timestamp out of bounds for @ modifier: -1000000000000000019884624838656.000000"},
    {"foo @ 5 @ 6", "1:1: @ <timestamp> may not be set multiple times"},
    {"foo @ start() @ end()", "1:1: @ <timestamp> may not be set multiple times"},
    {"foo @ 5 @ start()", "1:1: @ <timestamp> may not be set multiple times"},
    {"foo @ end() @ 5", "1:1: @ <timestamp> may not be set multiple times"},
    {"1 @ 5",
     "1:1: @ modifier must be preceded by an instant vector selector or range vector selector or "
     "a subquery"},
    {"sum(foo) @ 5",
     "1:1: @ modifier must be preceded by an instant vector selector or range vector selector or "
     "a subquery"},
    {"\"a\" @ start()",
     "1:1: @ modifier must be preceded by an instant vector selector or range vector selector or "
     "a subquery"},
    {"foo[5m] @ 5 @ 6", "1:1: @ <timestamp> may not be set multiple times"},
    {"foo[5m:1m] @ 5 @ 6", "1:1: @ <timestamp> may not be set multiple times"},
    {"foo @ 5 6", "1:9: unexpected number \"6\""},
    {"foo @ 5m5m", "1:7: not a valid duration string: \"5m5m\""},
    {"foo @ 10y300y", "1:7: bad number or duration syntax: \"10y300\""},
    {"foo @ 0x", "1:7: error parsing number: strconv.ParseFloat: parsing \"0x\": invalid syntax"},
};

TEST(ParseError, RefusesMalformedAtModifiers) {
  check_refused(all_features(), kMalformedAtModifiers);
}

const std::vector<Refused> kExperimentalSyntaxUnlessEnabled = {
    {"limitk(1, foo)",
     "1:1: limitk() is experimental and must be enabled with "
     "--enable-feature=promql-experimental-functions"},
    {"limit_ratio(0.5, foo)",
     "1:1: limit_ratio() is experimental and must be enabled with "
     "--enable-feature=promql-experimental-functions"},
    {"count(limitk(1, foo))",
     "1:7: limitk() is experimental and must be enabled with "
     "--enable-feature=promql-experimental-functions"},
    {"info(foo)", "1:1: function \"info\" is not enabled"},
    {"mad_over_time(foo[5m])", "1:1: function \"mad_over_time\" is not enabled"},
    {"sort_by_label(foo, \"a\")", "1:1: function \"sort_by_label\" is not enabled"},
    {"max_of(1, 2)", "1:1: function \"max_of\" is not enabled"},
    {"start()", "1:1: function \"start\" is not enabled"},
    {"step()", "1:1: function \"step\" is not enabled"},
    {"foo[5m] anchored", "1:1: anchored modifier is experimental and not enabled"},
    {"foo smoothed", "1:1: smoothed modifier is experimental and not enabled"},
    {"foo[5m:1m] smoothed", "1:1: smoothed modifier is experimental and not enabled"},
    {"1 anchored", "1:1: anchored modifier is experimental and not enabled"},
    {"rate(foo[5m] smoothed)", "1:6: smoothed modifier is experimental and not enabled"},
    {"a + fill(1) b", "1:1: binop fill modifiers are experimental and not enabled"},
    {"a + on(x) fill_left(1) b", "1:1: binop fill modifiers are experimental and not enabled"},
    {"a + fill_right(-1) b", "1:1: binop fill modifiers are experimental and not enabled"},
    {"a + ( b + fill(1) c)", "1:7: binop fill modifiers are experimental and not enabled"},
    {"foo[5m*2]", "1:5: experimental duration expression is not enabled"},
    {"foo[5m+(1m)]", "1:9: experimental duration expression is not enabled"},
    {"foo[(5m)]", "1:6: experimental duration expression is not enabled"},
    {"foo[step()]", "1:5: experimental duration expression is not enabled"},
    {"foo[1h:step()]", "1:8: experimental duration expression is not enabled"},
    {"foo[1h:5m/2]", "1:8: experimental duration expression is not enabled"},
    {"foo offset (5m)", "1:13: experimental duration expression is not enabled"},
    {"foo offset (5m*2)", "1:13: experimental duration expression is not enabled"},
    {"foo offset step()", "1:12: experimental duration expression is not enabled"},
    {"foo offset -step()", "1:12: experimental duration expression is not enabled"},
    {"foo offset -range()", "1:12: experimental duration expression is not enabled"},
    {"foo offset min_of(1m, 2m)", "1:19: experimental duration expression is not enabled"},
    {"foo offset - - (5m)", "1:17: experimental duration expression is not enabled"},
    {"foo[max_of(1m, 2m)]", "1:12: experimental duration expression is not enabled"},
    {"foo[5m:range()]", "1:8: experimental duration expression is not enabled"},
    {"foo[-(5m)]", "1:7: experimental duration expression is not enabled"},
    {"foo[1m+1m+1m]", "1:5: experimental duration expression is not enabled"},
};

TEST(ParseError, RefusesExperimentalSyntaxUnlessEnabled) {
  check_refused(Features(), kExperimentalSyntaxUnlessEnabled);
}

const std::vector<Refused> kMalformedExperimentalSyntax = {
    {"foo anchored smoothed", "1:1: anchored and smoothed modifiers cannot be used together"},
    {"foo[5m] smoothed anchored", "1:1: anchored and smoothed modifiers cannot be used together"},
    {"foo smoothed[5m] anchored", "1:1: anchored and smoothed modifiers cannot be used together"},
    {"foo[5m:1m] anchored", "1:1: anchored modifier is not supported for subqueries"},
    {"foo[5m:1m] smoothed", "1:1: smoothed modifier is not supported for subqueries"},
    {"1 anchored", "1:1: anchored modifier not implemented"},
    {"\"a\" smoothed", "1:1: smoothed modifier not implemented"},
    {"sum(foo) anchored", "1:1: anchored modifier not implemented"},
    {"(foo) smoothed", "1:1: smoothed modifier not implemented"},
    {"a + fill b", "1:10: unexpected identifier \"b\""},
    {"a + fill() b", "1:10: unexpected \")\""},
    {"a + fill(x) b", "1:10: unexpected identifier \"x\""},
    {"a + fill(1 b", "1:12: unexpected identifier \"b\""},
    {"a + fill(--1) b", "1:11: unexpected <op:->"},
    {"a + fill(1,2) b", "1:11: unexpected \",\""},
    {"a + fill(1) fill(2) b", "1:17: unexpected \"(\""},
    {"a + fill_left(1) fill_left(2) b", "1:27: unexpected \"(\""},
    {"a + fill(1) fill_left(2) b", "1:22: unexpected \"(\""},
    {"a + fill_right(1) fill(2) b", "1:23: unexpected \"(\""},
    {"a fill(1) b", "1:3: unexpected <fill>"},
    {"1 + fill(1) b", "1:1: filling in missing series only allowed between instant vectors"},
    {"a + fill(1) 2", "1:1: filling in missing series only allowed between instant vectors"},
    {"a and fill(1) b", "1:1: filling in missing series not allowed for set operators"},
    {"a or fill_left(0) b", "1:1: filling in missing series not allowed for set operators"},
    {"a + fill(1) on(x) b", "1:13: unexpected <on>"},
    {"a + fill(1e999) b",
     "1:10: error parsing number: strconv.ParseFloat: parsing \"1e999\": value out of range"},
    {"foo[5m/0]", "1:7: division by zero"},
    {"foo[5m%0]", "1:7: modulo by zero"},
    {"foo[5m/(0)] x", "1:13: unexpected identifier \"x\""},
    {"foo[-(5m)", "1:10: unclosed left bracket"},
    {"foo[5m*]",
     "1:8: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo[5m+bar]", "1:8: unexpected character: 'b', expected ':'"},
    {"foo[1e20*2]", "1:5: duration out of range"},
    {"foo[5m:1m/0s]", "1:10: division by zero"},
    {"foo offset (5m/0)", "1:15: division by zero"},
    {"foo offset (1e20)", "1:13: duration out of range"},
    {"foo offset -(1e20)", "1:14: duration out of range"},
    {"foo[min_of(1e20, 1)]", "1:12: duration out of range"},
    {"foo[min_of 1]",
     "1:12: unexpected number \"1\" in subquery or range selector, expected number, duration, "
     "step(), or range()"},
    {"foo[2^]",
     "1:7: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or "
     "range()"},
    {"foo offset (5m % 0s)", "1:16: modulo by zero"},
    {"sum(foo[5m*x])", "1:12: unexpected character: 'x', expected ':'"},
    {"rate(foo[5m]) offset (5m*2)",
     "1:1: offset modifier must be preceded by an instant vector selector or range vector "
     "selector or a subquery"},
    {"foo offset (5m*2) offset 1m", "1:1: offset may not be set multiple times"},
    {"foo offset 1m offset step()", "1:1: offset may not be set multiple times"},
    {"foo offset step()[5m]", "1:18: no offset modifiers allowed before range"},
    {"sum(a + fill(b) c)", "1:14: unexpected identifier \"b\" in aggregation"},
    {"foo[((5m)]",
     "1:10: unexpected \"]\" in subquery or range selector, expected number, duration, step(), "
     "or range()"},
};

TEST(ParseError, RefusesMalformedExperimentalSyntax) {
  check_refused(all_features(), kMalformedExperimentalSyntax);
}

}  // namespace
}  // namespace tributary::promql::testing
