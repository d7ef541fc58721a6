#include "config/substitution.h"

#include <gtest/gtest.h>

#include <map>

#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::config {
namespace {

Outside outside_with(std::map<std::string, std::string> variables,
                     std::map<std::string, std::string> files = {}) {
  return {.env = [variables](const std::string& name) -> std::optional<std::string> {
            const auto at = variables.find(name);
            if (at == variables.end()) return {};
            return at->second;
          },
          .read_file = [files](const std::string& path) -> Result<std::string> {
            const auto at = files.find(path);
            if (at == files.end()) return Error(Code::not_found, "no file " + path);
            return at->second;
          }};
}

const std::map<std::string, std::string> kVariables = {
    {"ID", "ws-1"},          {"PORT", "8080"},
    {"ZIP", "0123"},         {"LIST", "[a, b]"},
    {"EMPTY", ""},           {"WHICH", "ID"},
    {"PASSWORD", "a$$b$ID"}, {"NESTED", "${env:ID}"},
    {"LOOP", "${LOOP}"},     {"BOMB", "${BOMB}${BOMB}"},
    {"BAD", "{x: ["},        {"NULL", "null"},
    {"ESCAPED", "p$${ID}"},  {"MAP", "{k: '$$1 ${ID}'}"}};

// The value of the only key, and what was said.
std::string expanded(const std::string& value, std::string* said = nullptr) {
  Diagnostics diagnostics;
  Node node = parse("key: " + value + "\n", "t.yaml", diagnostics);
  substitute(node, outside_with(kVariables, {{"/token", "secret\n"}, {"/map", "a: [1]\nb: $ID\n"}}),
             diagnostics);
  std::string messages;
  for (const Diagnostic& one : diagnostics.sorted()) messages += one.to_string() + "\n";
  if (said != nullptr) {
    *said = messages;
  } else {
    EXPECT_EQ(messages, "");
  }
  const Node& result = *node.find("key");
  return result.is_scalar() ? result.text() : to_yaml_line(result);
}

std::string said_of(const std::string& value) {
  std::string said;
  expanded(value, &said);
  return said;
}

TEST(Substitution, ExpandsBothSyntaxes) {
  EXPECT_EQ(expanded("https://x/workspaces/$ID/api/v1"), "https://x/workspaces/ws-1/api/v1");
  EXPECT_EQ(expanded("https://x/${ID}/y"), "https://x/ws-1/y");
  EXPECT_EQ(expanded("'<${env:ID}>'"), "<ws-1>");
  EXPECT_EQ(expanded("arn:aws:iam::$ID:role/R"), "arn:aws:iam::ws-1:role/R");
  EXPECT_EQ(expanded("${env:UNSET:-here}"), "here");
  EXPECT_EQ(expanded("${UNSET:-a:-b}"), "a:-b");
  EXPECT_EQ(expanded("${env:ID:-there}"), "ws-1");
  EXPECT_EQ(expanded("${env:${env:WHICH}}"), "ws-1");
  EXPECT_EQ(expanded("${env:UNSET:-${env:ID}}"), "ws-1");
  EXPECT_EQ(expanded("x${file:/token}"), "xsecret");
  EXPECT_EQ(expanded("$NESTED"), "ws-1");
}

TEST(Substitution, LeavesGroupsOfRelabelRulesAndLoneDollars) {
  EXPECT_EQ(expanded("'$1'"), "$1");
  EXPECT_EQ(expanded("'$$1'"), "$1");
  EXPECT_EQ(expanded("'${1}'"), "${1}");
  EXPECT_EQ(expanded("'$${1}-$$$${ID}'"), "${1}-$${ID}");
  EXPECT_EQ(expanded("'^(.*)$'"), "^(.*)$");
  EXPECT_EQ(expanded("'$1:$PORT'"), "$1:8080");
  EXPECT_EQ(expanded("'$$${ID}'"), "$ws-1");
  EXPECT_EQ(expanded("'${ID'"), "${ID");
}

TEST(Substitution, ReadsAWholeValueAsYamlButKeepsItsText) {
  Diagnostics diagnostics;
  Node node = parse("port: ${PORT}\nzip: \"${ZIP}\"\nlist: $LIST\nempty: $EMPTY\nnull: ${NULL}\n",
                    "t.yaml", diagnostics);
  std::string zip;
  std::string empty = "default";
  std::string null;
  int port = 0;

  substitute(node, outside_with(kVariables), diagnostics);
  decode(*node.find("port"), port, diagnostics);
  decode(*node.find("zip"), zip, diagnostics);
  decode(*node.find("empty"), empty, diagnostics);
  decode(*node.find("null"), null, diagnostics);

  EXPECT_EQ(diagnostics.render(), "");
  EXPECT_EQ(port, 8080);
  EXPECT_EQ(zip, "0123");
  EXPECT_EQ(empty, "");
  EXPECT_EQ(null, "null");
  EXPECT_EQ(to_yaml_line(*node.find("list")), "[a, b]");
  EXPECT_EQ(node.find("list")->elements()[1].mark().to_string(), "t.yaml:3:7");
}

TEST(Substitution, ExpandsInsideOfStructuresOnce) {
  EXPECT_EQ(expanded("$MAP"), "{k: $1 ws-1}");
  EXPECT_EQ(expanded("${file:/map}"), "{a: [1], b: ws-1}");
}

TEST(Substitution, TakesAValueThatIsNoYamlAsText) { EXPECT_EQ(expanded("$BAD"), "{x: ["); }

TEST(Substitution, DoesNotTouchDollarsInsideOfValues) {
  EXPECT_EQ(expanded("$PASSWORD"), "a$$b$ID");
  EXPECT_EQ(expanded("'x$PASSWORD'"), "xa$$b$ID");
  EXPECT_EQ(expanded("$ESCAPED"), "p$${ID}");
}

TEST(Substitution, WarnsOfUnsetVariablesWhereTheyStand) {
  std::string said;

  EXPECT_EQ(expanded("a/$UNSET/b", &said), "a//b");
  EXPECT_EQ(said, "t.yaml:1:8: warning: key: the environment variable \"UNSET\" is not set\n");
  EXPECT_EQ(expanded("'${env:UNSET}'", &said), "null");
  EXPECT_EQ(said, "t.yaml:1:7: warning: key: the environment variable \"UNSET\" is not set\n");
}

TEST(Substitution, NamesWhatIsWrongWithAnExpression) {
  EXPECT_EQ(said_of("${foo-bar}"),
            "t.yaml:1:6: error: key: \"${foo-bar}\": the name of a variable is letters, digits and "
            "\"_\"\n");
  EXPECT_EQ(said_of("a${env:9}"),
            "t.yaml:1:7: error: key: \"${env:9}\": the name of a variable is letters, digits and "
            "\"_\"\n");
  EXPECT_EQ(said_of("${ssm:/x}"),
            "t.yaml:1:6: error: key: \"${ssm:/x}\": unknown scheme \"ssm\"; there are env, file "
            "and yaml\n");
  EXPECT_EQ(said_of("${file:/gone}"), "t.yaml:1:6: error: key: no file /gone\n");
}

TEST(Substitution, StopsLoopsAndBombs) {
  const std::string loop =
      "t.yaml:1:6: error: key: expressions are nested deeper than 16; does one lead to itself?\n";
  std::string many;
  for (std::size_t i = 0; i <= kExpressionsMax; ++i) many += "$ID";

  EXPECT_EQ(said_of("$LOOP"), loop);
  EXPECT_EQ(said_of("$BOMB"), loop);
  EXPECT_EQ(said_of(many),
            "t.yaml:1:30006: error: key: more than 10000 expressions or 4194304 bytes from them\n");
}

}  // namespace
}  // namespace tributary::config
