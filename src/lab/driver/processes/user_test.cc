#include "lab/driver/processes/user.h"

#include <gtest/gtest.h>

namespace tributary::lab {
namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/bash\naoc:x:4317:99::/:/sbin/none\nbroken\n";
constexpr std::string_view kGroup = "root:x:0:\nstaff:x:50:\n";

TEST(FindUser, TakesNumbersAndNames) {
  const auto check = [](std::string_view text, User want) {
    const auto user = find_user(text, kPasswd, kGroup);
    ASSERT_TRUE(user) << text;
    EXPECT_EQ(*user, want) << text;
  };

  check("aoc", {4317, 99});
  check("aoc:staff", {4317, 50});
  check("aoc:7", {4317, 7});
  check("4317", {4317, 99});
  check("4317:4317", {4317, 4317});
  check("123", {123, 0});
}

TEST(FindUser, NamesWhatIsNotThere) {
  const auto message = [](std::string_view text) {
    return find_user(text, kPasswd, kGroup).error().message();
  };

  EXPECT_EQ(message("ghost"), "user \"ghost\": no such user on this machine");
  EXPECT_EQ(message("aoc:ghosts"), "group \"ghosts\": no such group on this machine");
  EXPECT_EQ(message("99999999999"), "user \"99999999999\": no such user on this machine");
}

}  // namespace
}  // namespace tributary::lab
