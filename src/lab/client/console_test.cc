#include "lab/client/console.h"

#include <gtest/gtest.h>

namespace tributary::lab::client {
namespace {

TEST(Console, WritesTheLinesOfTheEcsCli) {
  FakeClock clock;
  std::string written;
  Console console(clock, [&](std::string_view line) { written += line; });
  clock.advance(3s);

  console.info("Created an ECS service",
               {{"service", "web"}, {"taskDefinition", "web:1"}, {"reason", "\n\"x\""}});
  console.warn("Alone");

  EXPECT_EQ(written,
            "INFO[0003] Created an ECS service                       service=web "
            "taskDefinition=\"web:1\" reason=\"\\n\\\"x\\\"\"\n"
            "WARN[0003] Alone\n");
}

TEST(Console, AlignsTheColumnsOfATable) {
  EXPECT_EQ(table({{"Name", "State", "Ports"}, {"default/1/web", "RUNNING", ""}, {"x", "", "80"}}),
            "Name           State    Ports\n"
            "default/1/web  RUNNING\n"
            "x                       80\n");
}

}  // namespace
}  // namespace tributary::lab::client
