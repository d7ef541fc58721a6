#include "collector/extensions/ignored/ignored.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace tributary::collector::ignored {
namespace {

TEST(Ignored, AcceptsTheSettingsWithAWarning) {
  config::Diagnostics diagnostics;
  const config::Node node =
      config::parse("{endpoint: 'localhost:1777', save_to_file: x}", "t.yaml", diagnostics);
  PprofConfig pprof;
  ZpagesConfig zpages;

  EXPECT_TRUE(config::decode(node, pprof, diagnostics));
  EXPECT_TRUE(config::decode(config::Node(), zpages, diagnostics));

  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.warnings(), 4U);
}

}  // namespace
}  // namespace tributary::collector::ignored
