#include "collector/receivers/prometheus/relabel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::collector::prometheus {
namespace {

using testing::HasSubstr;

RelabelRule rule(RelabelAction action, std::vector<std::string> sources, std::string_view regex,
                 std::string target, std::string replacement = "$1") {
  RelabelRule made;
  made.action = action;
  made.source_labels = std::move(sources);
  made.regex = Regex::compile(regex).value();
  made.target_label = std::move(target);
  made.replacement = std::move(replacement);
  return made;
}

// What the rules make of the labels; "dropped" where they drop them.
std::string after(Labels labels, const std::vector<RelabelRule>& rules) {
  return relabel(labels, rules) ? labels.to_string() : "dropped";
}

const Labels kAbc = {{"a", "foo"}, {"b", "bar"}, {"c", "baz"}};

TEST(Relabel, ReplaceWritesTheMatchWhereTheTargetSays) {
  const auto replace = [](std::string_view regex, std::string target, std::string replacement) {
    return after(kAbc, {rule(RelabelAction::replace, {"a"}, regex, std::move(target),
                             std::move(replacement))});
  };

  EXPECT_EQ(replace("f(.*)", "d", "ch${1}-ch${1}"),
            R"({a="foo", b="bar", c="baz", d="choo-choo"})");
  EXPECT_EQ(replace("o(.*)", "d", "$1"), R"({a="foo", b="bar", c="baz"})");  // anchored
  EXPECT_EQ(replace(".*(o).*", "a", "x$1"), R"({a="xo", b="bar", c="baz"})");
  EXPECT_EQ(replace("(?P<all>.*)", "d", "${all}!"), R"({a="foo", b="bar", c="baz", d="foo!"})");
  EXPECT_EQ(replace("f(.)(.)", "$2$1", "v"), R"({a="foo", b="bar", c="baz", oo="v"})");
}

TEST(Relabel, ReplaceWithAnEmptyResultDeletesTheTarget) {
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::replace, {"a"}, "(f).*", "b", "$2")}),
            R"({a="foo", c="baz"})");
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::replace, {"nope"}, "(.*)", "b")}),
            R"({a="foo", c="baz"})");
}

TEST(Relabel, ReplaceSetsALiteralWithoutAnySource) {
  EXPECT_EQ(after({}, {rule(RelabelAction::replace, {}, "(.*)", "x", "static")}),
            R"({x="static"})");
  EXPECT_EQ(after({}, {rule(RelabelAction::replace, {}, "", "x", "static")}), R"({x="static"})");
}

TEST(Relabel, ReplaceLeavesEverythingWhereTheNewNameIsInvalid) {
  RelabelRule to_legacy = rule(RelabelAction::replace, {"a"}, "(.*)", "${1}.x", "v");
  to_legacy.names = NameValidation::legacy;

  EXPECT_EQ(after({{"a", "b"}}, {to_legacy}), R"({a="b"})");

  to_legacy.names = NameValidation::utf8;
  EXPECT_EQ(after({{"a", "b"}}, {to_legacy}), R"({a="b", "b.x"="v"})");
}

TEST(Relabel, JoinsSourcesWithTheSeparator) {
  RelabelRule joined = rule(RelabelAction::replace, {"a", "b"}, "(.*);(.*)", "d", "$2-$1");
  EXPECT_EQ(after(kAbc, {joined}), R"({a="foo", b="bar", c="baz", d="bar-foo"})");

  joined = rule(RelabelAction::replace, {"a", "b"}, "foo##bar", "d", "yes");
  joined.separator = "##";
  EXPECT_EQ(after(kAbc, {joined}), R"({a="foo", b="bar", c="baz", d="yes"})");
}

TEST(Relabel, KeepAndDropMatchTheWholeValue) {
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::keep, {"a"}, "fo", "")}), "dropped");
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::keep, {"a"}, "fo.", "")}), kAbc.to_string());
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::drop, {"a"}, "fo", "")}), kAbc.to_string());
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::drop, {"a"}, "no|fo.", "")}), "dropped");
  EXPECT_EQ(after({{"a", "x\ny"}}, {rule(RelabelAction::drop, {"a"}, "x.y", "")}), "dropped");
}

TEST(Relabel, KeepEqualAndDropEqualCompareWithTheTarget) {
  const Labels same = {{"a", "foo"}, {"b", "foo"}};

  EXPECT_EQ(after(same, {rule(RelabelAction::keep_equal, {"a"}, "(.*)", "b")}), same.to_string());
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::keep_equal, {"a"}, "(.*)", "b")}), "dropped");
  EXPECT_EQ(after(same, {rule(RelabelAction::drop_equal, {"a"}, "(.*)", "b")}), "dropped");
  EXPECT_EQ(after(kAbc, {rule(RelabelAction::drop_equal, {"a"}, "(.*)", "b")}), kAbc.to_string());
}

TEST(Relabel, HashModTakesTheEndOfTheMd5Sum) {
  RelabelRule shard = rule(RelabelAction::hash_mod, {"c"}, "(.*)", "d");
  shard.modulus = 1000;

  EXPECT_EQ(after({{"a", "foo"}, {"b", "bar"}, {"c", "baz"}}, {shard}),
            R"({a="foo", b="bar", c="baz", d="976"})");
  EXPECT_EQ(after({{"a", "foo\nbar"}}, {[] {
                    RelabelRule one = rule(RelabelAction::hash_mod, {"a"}, "(.*)", "b");
                    one.modulus = 1000;
                    return one;
                  }()}),
            "{a=\"foo\\nbar\", b=\"734\"}");
}

TEST(Relabel, LabelMapCopiesByName) {
  EXPECT_EQ(after({{"a", "foo"}, {"b1", "bar"}, {"b2", "baz"}},
                  {rule(RelabelAction::label_map, {}, "(b.*)", "", "bar_${1}")}),
            R"({a="foo", b1="bar", b2="baz", bar_b1="bar", bar_b2="baz"})");
  EXPECT_EQ(after({{"__meta_my_bar", "aaa"}, {"__meta_other", "xxx"}},
                  {rule(RelabelAction::label_map, {}, "__meta_(my.*)", "", "${1}")}),
            R"({__meta_my_bar="aaa", __meta_other="xxx", my_bar="aaa"})");
}

TEST(Relabel, LabelDropAndLabelKeepFilterNames) {
  const Labels labels = {{"a", "foo"}, {"b1", "bar"}, {"b2", "baz"}};

  EXPECT_EQ(after(labels, {rule(RelabelAction::label_drop, {}, "b.*", "")}), R"({a="foo"})");
  EXPECT_EQ(after(labels, {rule(RelabelAction::label_keep, {}, "b.*", "")}),
            R"({b1="bar", b2="baz"})");
}

TEST(Relabel, LowercaseAndUppercaseWriteTheTarget) {
  EXPECT_EQ(after({{"foo", "bAr123Foo"}}, {rule(RelabelAction::lowercase, {"foo"}, "(.*)", "low"),
                                           rule(RelabelAction::uppercase, {"foo"}, "(.*)", "up")}),
            R"({foo="bAr123Foo", low="bar123foo", up="BAR123FOO"})");
}

TEST(Relabel, ExpandsReferencesAsGoDoes) {
  const auto expand = [](std::string_view text_template) {
    const Regex regex = Regex::compile("(?P<first>a)(b)").value();
    return regex.expand(text_template, regex.match("ab"));
  };

  EXPECT_EQ(expand("$1-$2-$0"), "a-b-ab");
  EXPECT_EQ(expand("$1x"), "");  // the name is 1x
  EXPECT_EQ(expand("${1}x"), "ax");
  EXPECT_EQ(expand("$first ${first}"), "a a");
  EXPECT_EQ(expand("$$1"), "$1");
  EXPECT_EQ(expand("$"), "$");
  EXPECT_EQ(expand("${"), "${");
  EXPECT_EQ(expand("${}"), "${}");
  EXPECT_EQ(expand("$-"), "$-");
  EXPECT_EQ(expand("$01$3$99999999999"), "");
}

TEST(Relabel, RefusesBrokenExpressions) {
  const auto broken = Regex::compile("abc(def");

  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message(), HasSubstr("\"abc(def\""));
}

TEST(Relabel, ChecksThatARuleHasWhatItsActionNeeds) {
  const auto fault = [](const RelabelRule& made) {
    const auto checked = check(made);
    return checked ? "" : checked.error().message();
  };
  RelabelRule made = rule(RelabelAction::hash_mod, {"a"}, "(.*)", "b");

  EXPECT_THAT(fault(made), HasSubstr("modulus"));
  EXPECT_THAT(fault(rule(RelabelAction::replace, {"a"}, "(.*)", "")), HasSubstr("target_label"));
  EXPECT_THAT(fault(rule(RelabelAction::lowercase, {"a"}, "(.*)", "b", "x")),
              HasSubstr("no replacement"));
  EXPECT_THAT(fault(rule(RelabelAction::drop_equal, {"a"}, "x", "b")), HasSubstr("only"));
  EXPECT_THAT(fault(rule(RelabelAction::label_drop, {"a"}, "x", "")), HasSubstr("only a regex"));
  EXPECT_EQ(fault(rule(RelabelAction::label_keep, {}, "x", "")), "");
  EXPECT_EQ(fault(rule(RelabelAction::replace, {"a"}, "(.*)", "${1}_x")), "");

  made = rule(RelabelAction::replace, {"a"}, "(.*)", "my.label");
  EXPECT_EQ(fault(made), "");
  made.names = NameValidation::legacy;
  EXPECT_THAT(fault(made), HasSubstr("my.label"));
}

}  // namespace
}  // namespace tributary::collector::prometheus
