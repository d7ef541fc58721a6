#include "reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "components.h"

namespace tributary::collector {
namespace {

TEST(ConfigurationReference, IsWhatDocsConfigurationSays) {
  std::ifstream file(TRIBUTARY_SOURCE_DIR "/docs/configuration.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});

  EXPECT_TRUE(page == configuration_reference(builtin_components()))
      << "docs/configuration.md is old: tributary-collector reference > docs/configuration.md";
}

}  // namespace
}  // namespace tributary::collector
