#include "config/yaml.h"

#include <gtest/gtest.h>

namespace tributary::config {
namespace {

Node parse_good(std::string text) {
  Diagnostics diagnostics;
  Node node = parse(std::move(text), "test.yaml", diagnostics);
  EXPECT_EQ(diagnostics.render(), "");
  return node;
}

std::string errors_of(std::string text, const YamlLimits& limits = {}) {
  Diagnostics diagnostics;
  parse(std::move(text), "test.yaml", diagnostics, limits);
  return diagnostics.render();
}

TEST(Yaml, KeepsScalarsAsTextAndTellsQuotedOnes) {
  const Node node = parse_good("a: 0123\nb: '0123'\nc: ~\nd: \"~\"\ne:\nf: !!str 7\n");

  EXPECT_EQ(node.find("a")->text(), "0123");
  EXPECT_FALSE(node.find("a")->quoted());
  EXPECT_TRUE(node.find("b")->quoted());
  EXPECT_TRUE(node.find("c")->is_null());
  EXPECT_EQ(node.find("d")->text(), "~");
  EXPECT_TRUE(node.find("e")->is_null());
  EXPECT_TRUE(node.find("f")->quoted());
}

TEST(Yaml, MarksValuesAndKeysFromOneInCharacters) {
  const Node node = parse_good("receivers:\n  \"\u00e4\u00f6\": [x, 'y']\n");

  const Node& list = node.items()[0].value.items()[0].value;

  EXPECT_EQ(node.items()[0].value.items()[0].key_mark.to_string(), "test.yaml:2:3");
  EXPECT_EQ(list.mark().to_string(), "test.yaml:2:9");
  EXPECT_EQ(list.elements()[1].mark().to_string(), "test.yaml:2:13");
}

TEST(Yaml, ReadsAnEmptyTextAsNull) {
  EXPECT_TRUE(parse_good("").is_null());
  EXPECT_TRUE(parse_good("# only a comment\n").is_null());
}

TEST(Yaml, ExpandsAliasesAndMergeKeys) {
  const Node node = parse_good(
      "base: &base {a: 1, b: 2}\n"
      "more: &more {b: 3, c: 4}\n"
      "one: {<<: *base, b: own}\n"
      "both: {<<: [*base, *more]}\n"
      "same: *base\n");

  EXPECT_EQ(to_yaml_line(*node.find("one")), "{b: own, a: 1}");
  EXPECT_EQ(to_yaml_line(*node.find("both")), "{a: 1, b: 2, c: 4}");
  EXPECT_EQ(to_yaml_line(*node.find("same")), "{a: 1, b: 2}");
}

TEST(Yaml, RefusesADuplicateKeyAndSaysWhereTheFirstIs) {
  EXPECT_EQ(
      errors_of("a: 1\nb: 2\na: 3\n"),
      "test.yaml:3:1: error: the key \"a\" stands here a second time; the first is at line 1\n"
      "  a: 3\n"
      "  ^\n");
}

TEST(Yaml, SaysEveryDuplicateAndEveryBadMergeAtOnce) {
  EXPECT_EQ(
      errors_of("a: 1\na: 2\nb: {<<: 5}\nc: {d: 1, d: 2}\n"),
      "test.yaml:2:1: error: the key \"a\" stands here a second time; the first is at line 1\n"
      "  a: 2\n"
      "  ^\n"
      "test.yaml:3:9: error: \"<<\" merges a mapping or a list of them, got \"5\"\n"
      "  b: {<<: 5}\n"
      "          ^\n"
      "test.yaml:4:11: error: the key \"d\" stands here a second time; the first is at line 4\n"
      "  c: {d: 1, d: 2}\n"
      "            ^\n");
}

TEST(Yaml, NamesATabThatIndents) {
  EXPECT_EQ(errors_of("receivers:\n\tprometheus:\n"),
            "test.yaml:2:1: error: a tab cannot indent YAML; use spaces\n"
            "  \tprometheus:\n"
            "  ^\n");
}

TEST(Yaml, NamesAnUndefinedAlias) {
  EXPECT_EQ(errors_of("a: *nowhere\n"),
            "test.yaml:1:4: error: the alias \"*nowhere\" has no anchor \"&nowhere\" before it\n"
            "  a: *nowhere\n"
            "     ^\n");
}

TEST(Yaml, PointsAtBrokenSyntax) {
  EXPECT_EQ(errors_of("a: [1, 2\nb: 3\n"),
            "test.yaml:2:2: error: did not find expected ',' or ']' while parsing a flow sequence "
            "that begins at line 1\n"
            "  b: 3\n"
            "   ^\n");
}

TEST(Yaml, PointsAtAByteThatIsNotUtf8) {
  EXPECT_EQ(errors_of("a: b\nc: \u00e4\xff\n"), "test.yaml:2:5: error: this byte is not UTF-8\n");
}

TEST(Yaml, PointsAtAControlCharacter) {
  EXPECT_EQ(errors_of("a: b\nc: x\x01y\n"),
            "test.yaml:2:5: error: this byte cannot stand in YAML: control characters are not "
            "allowed\n"
            "  c: x\x01y\n"
            "      ^\n");
}

TEST(Yaml, RefusesASecondDocument) {
  EXPECT_EQ(errors_of("a: 1\n---\nb: 2\n"),
            "test.yaml:2:1: error: a second document begins here; one is wanted\n"
            "  ---\n"
            "  ^\n");
}

TEST(Yaml, RefusesUnknownTags) {
  EXPECT_EQ(errors_of("a: !include other.yaml\n"),
            "test.yaml:1:4: error: the tag \"!include\" is not supported\n"
            "  a: !include other.yaml\n"
            "     ^\n");
}

TEST(Yaml, StopsAtTheDepthLimit) {
  const std::string errors = errors_of(std::string(100'000, '['));

  EXPECT_EQ(errors, "test.yaml:1:65: error: nested deeper than 64 levels\n");
}

TEST(Yaml, StopsAnAliasBomb) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) bomb += ", " + before;
    bomb += "]\n";
  }

  const std::string errors = errors_of(bomb);

  EXPECT_NE(errors.find("the aliases expand to more than 50000 values"), std::string::npos)
      << errors;
}

TEST(Yaml, CountsTheDepthThatAliasesMake) {
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 80; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  }

  EXPECT_NE(errors_of(chain).find("nested deeper than 64 levels by this alias"), std::string::npos);
}

TEST(Yaml, RefusesAnAliasOfWhatIsStillOpen) {
  EXPECT_NE(errors_of("a: &a [*a]\n").find("the alias \"*a\" has no anchor"), std::string::npos);
}

TEST(Yaml, RefusesATextThatIsTooLong) {
  EXPECT_EQ(errors_of("abc: defgh\n", {.bytes_max = 10}),
            "test.yaml:1:1: error: 11 bytes are more than the limit of 10\n"
            "  abc: defgh\n"
            "  ^\n");
}

TEST(Yaml, PrintsNodesThatReadBackTheSame) {
  const std::string text =
      "list:\n"
      "  - a\n"
      "  - b: 1\n"
      "    c:\n"
      "      - - x\n"
      "        - \"1\"\n"
      "      - []\n"
      "  - {}\n"
      "words: [true, \"true\", null, \"null\", 1, \"1\", \"\", \"a: b\", \"-\", -1, \"* x\", a "
      "b]\n";
  const Node node = parse_good(text);

  const std::string printed = to_yaml(node);

  EXPECT_EQ(to_yaml(parse_good(printed)), printed);
  EXPECT_EQ(to_yaml_line(*node.find("words")),
            "[true, \"true\", null, \"null\", 1, \"1\", \"\", \"a: b\", \"-\", -1, \"* x\", a b]");
  EXPECT_TRUE(printed.starts_with("list:\n  - a\n  - b: 1\n    c:\n      - - x\n        - \"1\"\n"))
      << printed;
}

}  // namespace
}  // namespace tributary::config
