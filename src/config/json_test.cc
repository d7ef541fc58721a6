#include "config/json.h"

#include <gmock/gmock.h>

#include "config/yaml.h"

namespace tributary::config {
namespace {

using testing::HasSubstr;

Node read(std::string text) {
  Diagnostics diagnostics;
  Node node = parse_json(std::move(text), "body", diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  return node;
}

std::string error_of(std::string text, const JsonLimits& limits = {}) {
  Diagnostics diagnostics;
  const Node node = parse_json(std::move(text), "body", diagnostics, limits);
  EXPECT_TRUE(node.is_null());
  EXPECT_EQ(diagnostics.errors(), 1U);
  return diagnostics.has_errors() ? diagnostics.sorted().front().to_string() : "";
}

TEST(Json, ReadsEveryKindOfValue) {
  const Node node = read(R"({"text": "a", "number": -1.50e3, "on": true, "off": false,
                             "nothing": null, "list": [1, [], {}]})");

  EXPECT_EQ(to_yaml_line(node),
            "{text: a, number: -1.50e3, \"on\": true, \"off\": false, nothing: null, "
            "list: [1, [], {}]}");
  EXPECT_TRUE(node.find("text")->quoted());
  EXPECT_FALSE(node.find("number")->quoted());
  EXPECT_TRUE(node.find("nothing")->is_null());
}

TEST(Json, KeepsNumbersAsTheyWereWritten) {
  const auto number = [](std::string text) { return read(std::move(text)).text(); };

  EXPECT_EQ(number("0"), "0");
  EXPECT_EQ(number("-0"), "-0");
  EXPECT_EQ(number("18446744073709551616"), "18446744073709551616");
  EXPECT_EQ(number("[-12.25E+2]").size(), 0U);
  EXPECT_EQ(number(" 1.10 "), "1.10");
}

TEST(Json, KeepsAStringThatLooksLikeAnotherTypeAString) {
  const Node node = read(R"({"a": "true", "b": "12", "c": "null", "d": ""})");

  for (const Node::Item& item : node.items()) EXPECT_TRUE(item.value.quoted()) << item.key;
  EXPECT_TRUE(node.find("d")->is_scalar());
}

TEST(Json, JoinsSurrogatePairsAndRefusesHalves) {
  EXPECT_EQ(read(R"("\ud83d\ude00 \u00e9 \u0000")").text(), std::string("\U0001F600 é \0", 9));
  EXPECT_EQ(error_of(R"(["\ude00"])"),
            "body:1:2: error: this text has half a surrogate pair (\\ud800 to \\udfff)");
  EXPECT_THAT(error_of(R"(["\ud83d"])"), HasSubstr("surrogate"));
  EXPECT_THAT(error_of(R"({"\ude00": 1})"), HasSubstr("surrogate"));
}

TEST(Json, MarksEveryValueAndKeyWhereItBegins) {
  const Node node = read("{\n  \"é\": [1,\n  \"x\" ,{\"k\"\n:true}] }");
  const Node& list = *node.find("é");

  EXPECT_EQ(node.mark().to_string(), "body:1:1");
  EXPECT_EQ(node.items().front().key_mark.to_string(), "body:2:3");
  EXPECT_EQ(list.mark().to_string(), "body:2:8");
  EXPECT_EQ(list.elements()[0].mark().to_string(), "body:2:9");
  EXPECT_EQ(list.elements()[1].mark().to_string(), "body:3:3");
  EXPECT_EQ(list.elements()[2].mark().to_string(), "body:3:8");
  EXPECT_EQ(list.elements()[2].items().front().key_mark.to_string(), "body:3:9");
  EXPECT_EQ(list.elements()[2].find("k")->mark().to_string(), "body:4:2");
}

TEST(Json, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(error_of("{\"a\": 1,\n \"a\": 2}"),
            "body:2:2: error: the key \"a\" stands here a second time; the first is at line 1");
}

TEST(Json, SaysWhereTextIsNotJson) {
  EXPECT_EQ(error_of(""), "body:1:1: error: there is nothing here; JSON is wanted");
  EXPECT_EQ(error_of("{\"a\": 1\n \"b\": 2}"),
            "body:2:2: error: invalid JSON: Missing a comma or '}' after an object member");
  EXPECT_THAT(error_of("{} {}"), HasSubstr("body:1:4: error: invalid JSON"));
  EXPECT_THAT(error_of("[1,]"), HasSubstr("invalid JSON"));
  EXPECT_THAT(error_of("[01]"), HasSubstr("invalid JSON"));
  EXPECT_THAT(error_of("[.5]"), HasSubstr("invalid JSON"));
  EXPECT_THAT(error_of("{a: 1}"), HasSubstr("body:1:2: error: invalid JSON"));
  EXPECT_THAT(error_of("[\"a\nb\"]"), HasSubstr("invalid JSON"));
  EXPECT_THAT(error_of("[NaN]"), HasSubstr("invalid JSON"));
  EXPECT_THAT(error_of("[\"open"), HasSubstr("invalid JSON"));
}

TEST(Json, RefusesBytesThatCannotStandInJson) {
  EXPECT_EQ(error_of("[\"a\xff\"]"), "body:1:4: error: this byte is not UTF-8");
  EXPECT_EQ(error_of(std::string("{}\0x", 4)),
            "body:1:3: error: this byte cannot stand in JSON: 0");
}

TEST(Json, HoldsToItsLimits) {
  EXPECT_EQ(error_of("[[[1]]]", {.depth_max = 2}), "body:1:3: error: nested deeper than 2 levels");
  EXPECT_EQ(error_of("[1, 2, 3]", {.nodes_max = 2}), "body:1:8: error: more than 2 values");
  EXPECT_EQ(error_of("[1, 2, 3]", {.bytes_max = 8}),
            "body:1:1: error: 9 bytes are more than the limit of 8");
  EXPECT_THAT(error_of(std::string(1'000'000, '[')), HasSubstr("nested deeper"));
}

}  // namespace
}  // namespace tributary::config
