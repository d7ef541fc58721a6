// Every configuration in examples/ is read by the real list of components, offline.
#include <gtest/gtest.h>

#include <filesystem>

#include "collector/service/document.h"
#include "components.h"
#include "config/outside.h"
#include "config/sources.h"

namespace tributary::collector {
namespace {

TEST(Examples, AreAllRead) {
  config::Outside outside = config::this_machine();
  outside.env = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AOT_CONFIG_CONTENT") return {};
    return name == "AWS_REGION" ? "eu-west-1" : "123456789012";
  };
  const Registry registry = builtin_components();
  std::size_t examples = 0;

  for (const auto& entry : std::filesystem::directory_iterator(TRIBUTARY_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    config::Diagnostics diagnostics;
    const config::Node node =
        config::load({.configs = {entry.path().string()}, .sets = {}}, outside, diagnostics);
    const Document document = read_document(node, registry, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    EXPECT_FALSE(document.pipelines.empty()) << entry.path();
    ++examples;
  }

  EXPECT_GE(examples, 2U);
}

}  // namespace
}  // namespace tributary::collector
