#include "hub/console/page.h"

#include <gtest/gtest.h>

namespace tributary::hub::console {
namespace {

TEST(Page, SendsABrowserFromTheRootToTheConsole) {
  const auto answer = page({.method = "GET", .target = "/"});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->headers.get("Location"), "/console/");
}

}  // namespace
}  // namespace tributary::hub::console
