#include "hub/console/dashboards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory.h"

namespace tributary::hub::console {
namespace {

TEST(DashboardStore, GivesBackWhatWasPut) {
  TemporaryDirectory directory;
  RealDisk disk;
  DashboardStore store({.directory = directory.path()}, disk, {});
  const std::string body = R"({"title":"Mine","tags":["a","b"],"panels":[]})";

  const auto put = store.put("111111111111", "mine", body);

  ASSERT_TRUE(put) << put.error().message();
  EXPECT_EQ(put->title, "Mine");
  EXPECT_EQ(store.get("111111111111", "mine").value(), body);
}

}  // namespace
}  // namespace tributary::hub::console
