#include "config/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "config/yaml.h"

namespace tributary::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

enum class Mode { strict, regexp };
constexpr std::array<Choice<Mode>, 3> choices(Mode) {
  return {{{"strict", Mode::strict}, {"regexp", Mode::regexp}, {"regex", Mode::regexp}}};
}

struct Retry {
  bool enabled = true;
  double factor = 1.5;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("enabled", enabled, "try again");
    f.optional("factor", factor, "of each wait");
  }
};

// A type with its own way of reading.
struct HexColour {
  unsigned value = 0;
};
bool decode(const Node& node, HexColour& colour, Diagnostics& diagnostics) {
  if (!node.text().starts_with('#')) {
    diagnostics.error(node.mark(), "must begin with #");
    return false;
  }
  colour.value = static_cast<unsigned>(node.text().size() - 1);
  return true;
}
Node encode(const HexColour& colour) {
  return Node::scalar("#" + std::string(colour.value, '0'), true);
}

struct Config {
  std::string endpoint;
  Duration timeout = 5s;
  PrometheusDuration age{86400s};
  std::uint16_t port = 80;
  std::int64_t offset = 0;
  Mode mode = Mode::strict;
  ByteSize body{10U << 20};
  Secret password;
  std::optional<int> limit;
  std::optional<Retry> retry;
  Retry again;
  std::vector<Retry> list;
  std::vector<std::string> names = {"a"};
  std::map<std::string, std::string> headers;
  HexColour colour{3};
  std::string old;

  template <class Fields>
  void describe(Fields& f) {
    f.required("endpoint", endpoint, "where to send");
    f.optional("timeout", timeout, "for one attempt");
    f.optional("age", age, "of a sample");
    f.optional("port", port, "");
    f.optional("offset", offset, "");
    f.optional("mode", mode, "how to match");
    f.optional("body", body, "");
    f.optional("password", password, "");
    f.optional("limit", limit, "");
    f.optional("retry", retry, "");
    f.optional("again", again, "");
    f.optional("list", list, "");
    f.optional("names", names, "");
    f.optional("headers", headers, "");
    f.optional("colour", colour, "");
    f.deprecated("old", old, "use endpoint");
    f.ignored("wal", "the queue is kept in memory");
  }
  void validate(const Node& node, Diagnostics& diagnostics) const {
    if (endpoint == "nowhere") diagnostics.error(node.mark_of("endpoint"), "leads nowhere");
  }
};

struct Decoded {
  Config config;
  bool good;
  std::string messages;
};

Decoded decode_text(std::string text) {
  Diagnostics diagnostics;
  const Node node = parse(std::move(text), "t.yaml", diagnostics);
  Decoded decoded;
  decoded.good = config::decode(node, decoded.config, diagnostics);
  EXPECT_EQ(decoded.good, !diagnostics.has_errors());
  for (const Diagnostic& one : diagnostics.sorted()) decoded.messages += one.to_string() + "\n";
  return decoded;
}

TEST(Fields, ReadsEveryType) {
  const Decoded decoded = decode_text(
      "endpoint: http://x\n"
      "timeout: 1m30s\n"
      "age: 1d12h\n"
      "port: 0x1F90\n"
      "offset: -1e3\n"
      "mode: regex\n"
      "body: 512KB\n"
      "password: 0123\n"
      "limit: '7'\n"
      "retry:\n"
      "again: {enabled: no, factor: 2}\n"
      "list: [{factor: .5}, ]\n"
      "names: [x, 5, true]\n"
      "headers: {A: b, C: 0123}\n"
      "colour: '#1234'\n");
  const Config& config = decoded.config;

  EXPECT_EQ(decoded.messages, "");
  EXPECT_EQ(config.endpoint, "http://x");
  EXPECT_EQ(config.timeout, 90s);
  EXPECT_EQ(config.age.value, 36h);
  EXPECT_EQ(config.port, 8080);
  EXPECT_EQ(config.offset, -1000);
  EXPECT_EQ(config.mode, Mode::regexp);
  EXPECT_EQ(config.body.bytes, 512U << 10);
  EXPECT_EQ(config.password.reveal(), "0123");
  EXPECT_EQ(config.limit, 7);
  ASSERT_TRUE(config.retry.has_value());
  EXPECT_TRUE(config.retry->enabled);
  EXPECT_FALSE(config.again.enabled);
  EXPECT_EQ(config.again.factor, 2);
  ASSERT_EQ(config.list.size(), 1U);
  EXPECT_EQ(config.list[0].factor, .5);
  EXPECT_THAT(config.names, ElementsAre("x", "5", "true"));
  EXPECT_THAT(config.headers, ElementsAre(Pair("A", "b"), Pair("C", "0123")));
  EXPECT_EQ(config.colour.value, 4U);
}

TEST(Fields, LeavesDefaultsWhereNothingIsGiven) {
  const Decoded decoded = decode_text("endpoint: x\ntimeout:\nnames: ~\nagain:\nlimit:\n");

  EXPECT_EQ(decoded.messages, "");
  EXPECT_EQ(decoded.config.timeout, 5s);
  EXPECT_THAT(decoded.config.names, ElementsAre("a"));
  EXPECT_FALSE(decoded.config.limit.has_value());
  EXPECT_FALSE(decoded.config.retry.has_value());
}

TEST(Fields, SaysAllThatIsWrongAtOnce) {
  EXPECT_EQ(decode_text("timeot: 5s\n"
                        "timeout: 5\n"
                        "age: 1.5h\n"
                        "port: 70000\n"
                        "offset: abc\n"
                        "mode: strct\n"
                        "body: 5 cats\n"
                        "again: [x]\n"
                        "list: [{factor: a}, {factr: 1}]\n"
                        "names: x\n"
                        "headers: {a: [b]}\n"
                        "colour: red\n"
                        "zebra: 1\n")
                .messages,
            "t.yaml:1:1: error: unknown key \"timeot\"; did you mean \"timeout\"?\n"
            "t.yaml:1:1: error: missing key \"endpoint\": where to send\n"
            "t.yaml:2:10: error: timeout: must be a duration such as 15s, 1m30s or 500ms, got "
            "\"5\"\n"
            "t.yaml:3:6: error: age: must be a duration such as 15s, 1m30s or 1d, got \"1.5h\"\n"
            "t.yaml:4:7: error: port: must be a whole number from 0 to 65535, got \"70000\"\n"
            "t.yaml:5:9: error: offset: must be a whole number, got \"abc\"\n"
            "t.yaml:6:7: error: mode: must be \"strict\" (or another of strict, regexp, regex), "
            "got \"strct\"\n"
            "t.yaml:7:7: error: body: must be a size such as 512KB or 10MB, got \"5 cats\"\n"
            "t.yaml:8:8: error: again: must be a mapping, got a list\n"
            "t.yaml:9:17: error: list[0]::factor: must be a number, got \"a\"\n"
            "t.yaml:9:22: error: list[1]: unknown key \"factr\"; did you mean \"factor\"?\n"
            "t.yaml:10:8: error: names: must be a list, got \"x\"\n"
            "t.yaml:11:14: error: headers::a: must be text, got a list\n"
            "t.yaml:12:9: error: colour: must begin with #\n"
            "t.yaml:13:1: error: unknown key \"zebra\"; known here: endpoint, timeout, age, "
            "port, offset, mode, body, password, limit, retry, again, list, names, headers, "
            "colour, old, wal\n");
}

TEST(Fields, WarnsOfDeprecatedAndIgnoredKeys) {
  const Decoded decoded = decode_text("endpoint: x\nold: y\nwal: {directory: /tmp}\n");

  EXPECT_TRUE(decoded.good);
  EXPECT_EQ(decoded.config.old, "y");
  EXPECT_EQ(decoded.messages,
            "t.yaml:2:1: warning: \"old\" is deprecated: use endpoint\n"
            "t.yaml:3:1: warning: \"wal\" has no effect: the queue is kept in memory\n");
}

TEST(Fields, ValidatesOnlyWhatCouldBeRead) {
  EXPECT_EQ(decode_text("endpoint: nowhere\n").messages, "t.yaml:1:11: error: leads nowhere\n");
  EXPECT_EQ(decode_text("endpoint: nowhere\nport: x\n").messages,
            "t.yaml:2:7: error: port: must be a whole number, got \"x\"\n");
}

TEST(Fields, AsksForARequiredKeyThatIsEmpty) {
  EXPECT_EQ(decode_text("endpoint:\n").messages,
            "t.yaml:1:10: error: no value for \"endpoint\": where to send\n");
}

TEST(Fields, GivesAStringTheTextBehindASubstitutedValue) {
  Node list = Node::sequence();
  list.set_original("[a, b]");
  Node null;
  null.set_original("null");
  Diagnostics diagnostics;
  std::string first;
  std::string second = "default";
  Duration third = 7s;

  EXPECT_TRUE(config::decode(null, third, diagnostics));
  EXPECT_TRUE(config::decode(list, first, diagnostics));
  EXPECT_TRUE(config::decode(null, second, diagnostics));

  EXPECT_EQ(first, "[a, b]");
  EXPECT_EQ(second, "null");
  EXPECT_EQ(third, 7s);
}

TEST(Fields, PrintsEveryDefaultAndMasksSecrets) {
  Config config;
  config.endpoint = "http://x";
  config.password = Secret("hunter2");

  EXPECT_EQ(to_yaml(print(config)),
            "endpoint: http://x\n"
            "timeout: 5s\n"
            "age: 1d\n"
            "port: 80\n"
            "offset: 0\n"
            "mode: strict\n"
            "body: 10MiB\n"
            "password: <masked>\n"
            "again:\n"
            "  enabled: true\n"
            "  factor: 1.5\n"
            "list: []\n"
            "names:\n"
            "  - a\n"
            "headers: {}\n"
            "colour: \"#000\"\n");
}

TEST(Fields, ListsNamesTypesDefaultsAndHelp) {
  const std::vector<FieldInfo> fields = fields_of<Config>();

  ASSERT_EQ(fields.size(), 17U);
  EXPECT_TRUE(fields[0].required);
  EXPECT_EQ(fields[0].help, "where to send");
  EXPECT_EQ(fields[1].type, "duration");
  EXPECT_EQ(fields[1].default_value, "5s");
  EXPECT_EQ(fields[5].type, "one of strict, regexp, regex");
  EXPECT_EQ(fields[9].type, "section");
  EXPECT_EQ(fields[9].fields[1].name, "factor");
  EXPECT_EQ(fields[11].type, "list of section");
  EXPECT_EQ(fields[12].default_value, "[a]");
  EXPECT_EQ(fields[13].type, "map of string");
  EXPECT_TRUE(fields[15].deprecated);
}

}  // namespace
}  // namespace tributary::config
