#include "config/sources.h"

#include <gtest/gtest.h>

#include <map>

namespace tributary::config {
namespace {

struct Machine {
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;

  Outside outside() const {
    return {.env = [this](const std::string& name) -> std::optional<std::string> {
              const auto at = variables.find(name);
              if (at == variables.end()) return {};
              return at->second;
            },
            .read_file = [this](const std::string& path) -> Result<std::string> {
              const auto at = files.find(path);
              if (at == files.end()) return Error(Code::not_found, "no file " + path);
              return at->second;
            }};
  }
};

struct Loaded {
  std::string document;
  std::string messages;
};

Loaded load_from(const Machine& machine, const SourceOptions& options) {
  Diagnostics diagnostics;
  const Node node = load(options, machine.outside(), diagnostics);
  Loaded loaded{to_yaml_line(node), ""};
  for (const Diagnostic& one : diagnostics.sorted()) loaded.messages += one.to_string() + "\n";
  return loaded;
}

TEST(Sources, MergeKeyByKeyWithTheLaterOneWinning) {
  const Machine machine{.variables = {{"MORE", "a: {y: 20}"}, {"X", "7"}},
                        .files = {{"/a.yaml", "a: {x: $X, y: 2, l: [1, 2]}\nb: 3\n"},
                                  {"/b.yaml", "a: {l: [3]}\nc: ~\n"}}};

  const Loaded loaded = load_from(
      machine, {.configs = {"/a.yaml", "file:/b.yaml", "env:MORE", "yaml:a::z::k: {v: 1}"},
                .sets = {"a.z.m=[5]", "b=x"}});

  EXPECT_EQ(loaded.messages, "");
  EXPECT_EQ(loaded.document, "{a: {x: 7, y: 20, l: [3], z: {k: {v: 1}, m: [5]}}, b: x, c: null}");
}

TEST(Sources, TakeAotConfigContentAlone) {
  const Machine machine{.variables = {{"AOT_CONFIG_CONTENT", "a: $AOT\n"}, {"AOT", "1"}},
                        .files = {{"/a.yaml", "b: 2\n"}}};

  const Loaded loaded = load_from(machine, {.configs = {"/a.yaml"}, .sets = {}});

  EXPECT_EQ(loaded.document, "{a: 1}");
  EXPECT_EQ(loaded.messages,
            "warning: AOT_CONFIG_CONTENT is set: it is the whole configuration, and --config and "
            "--set are ignored\n");
}

TEST(Sources, RecogniseWhatIsNoConfigurationInAotConfigContent) {
  const auto said_of = [](std::string content) {
    return load_from({.variables = {{"AOT_CONFIG_CONTENT", std::move(content)}}, .files = {}}, {})
        .messages;
  };
  const std::string secrets =
      " In the task definition the variable belongs under \"secrets\" with \"valueFrom\": the name "
      "or ARN of the parameter; under \"environment\" with \"value\" it is handed over as it "
      "stands.\n";

  EXPECT_EQ(said_of("otel-collector-config"),
            "AOT_CONFIG_CONTENT: error: AOT_CONFIG_CONTENT holds a name "
            "(\"otel-collector-config\"), not a configuration." +
                secrets);
  EXPECT_EQ(said_of("arn:aws:ssm:eu-west-1:111111111111:parameter/otel"),
            "AOT_CONFIG_CONTENT: error: AOT_CONFIG_CONTENT holds an ARN "
            "(\"arn:aws:ssm:eu-west-1:111111111111:parameter/otel\"), not a configuration." +
                secrets);
  EXPECT_EQ(said_of("/etc/ecs/ecs-amp.yaml\n"),
            "AOT_CONFIG_CONTENT: error: AOT_CONFIG_CONTENT holds a place "
            "(\"/etc/ecs/ecs-amp.yaml\"), not a configuration; use --config=/etc/ecs/ecs-amp.yaml "
            "and unset AOT_CONFIG_CONTENT\n");
  EXPECT_EQ(said_of(""),
            "AOT_CONFIG_CONTENT: error: AOT_CONFIG_CONTENT is set but empty; unset it to use "
            "--config, or give it the configuration\n");
  EXPECT_EQ(said_of("receivers:\\n  prometheus:\\n"),
            "AOT_CONFIG_CONTENT: error: AOT_CONFIG_CONTENT has line breaks written as \"\\n\" in "
            "it; it must hold real line breaks\n");
  EXPECT_EQ(said_of("receivers: prometheus: config: x"),
            "AOT_CONFIG_CONTENT:1:22: error: mapping values are not allowed in this context\n"
            "AOT_CONFIG_CONTENT: warning: the whole text is on one line; were its line breaks lost "
            "on the way?\n");
}

TEST(Sources, SayEverythingThatCannotBeRead) {
  EXPECT_EQ(load_from({}, {.configs = {"/gone.yaml", "s3://b/k", "env:GONE", "yaml:a: ["},
                           .sets = {"novalue", ".a=1"}})
                .messages,
            "--config: error: no file /gone.yaml\n"
            "--config: error: \"s3://b/k\": the scheme \"s3\" is not supported; there are file, "
            "env and yaml\n"
            "--config: error: the environment variable \"GONE\" is not set\n"
            "--config=yaml::2:1: error: did not find expected node content while parsing a flow "
            "node\n"
            "--set: error: must be <key>.<key>=<value>, got \"novalue\"\n"
            "--set: error: must be <key>.<key>=<value>, got \".a\"\n");
}

TEST(Sources, RefuseNothingAtAll) {
  const Machine machine{.variables = {}, .files = {{"/a.yaml", "# nothing\n"}}};

  EXPECT_EQ(load_from(machine, {.configs = {"/a.yaml"}, .sets = {}}).messages,
            "error: the configuration is empty\n");
}

}  // namespace
}  // namespace tributary::config
