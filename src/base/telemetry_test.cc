#include "base/telemetry.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Telemetry, RendersFamiliesSortedWithEscapedLabels) {
  Telemetry telemetry;
  telemetry.counter("b_total", "Things.", {{"path", "a\"b\\c"}}).add(3);
  telemetry.gauge("a", "Now.").set(1.5);
  telemetry.gauge_function("c", "Read.", {}, [] { return 7.0; });

  EXPECT_EQ(telemetry.render(),
            "# HELP a Now.\n# TYPE a gauge\na 1.5\n"
            "# HELP b_total Things.\n# TYPE b_total counter\nb_total{path=\"a\\\"b\\\\c\"} 3\n"
            "# HELP c Read.\n# TYPE c gauge\nc 7\n");
}

TEST(Telemetry, GivesTheSameMetricForTheSameLabels) {
  Telemetry telemetry;
  telemetry.counter("n", "", {{"a", "1"}}).add();
  telemetry.counter("n", "", {{"a", "1"}}).add();
  telemetry.counter("n", "", {{"a", "2"}}).add();

  EXPECT_EQ(telemetry.counter("n", "", {{"a", "1"}}).value(), 2U);
}

}  // namespace
}  // namespace tributary
