#include "aws/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(ConfigFile, ReadsSectionsSettingsAndComments) {
  const auto file = parse_config_file(
      "# a comment\r\n"
      "[default] ; another\r\n"
      "Region = eu-west-1\r\n"
      "output=json # not part of it\n"
      "path = a#b\n"
      "\n"
      "[ profile dev ]\n"
      "role_arn = arn:aws:iam::1:role/x\n");

  ASSERT_TRUE(file) << file.error().message();
  EXPECT_THAT(file->sections.at("default"), ElementsAre(Pair("output", "json"), Pair("path", "a#b"),
                                                        Pair("region", "eu-west-1")));
  EXPECT_THAT(file->sections.at("profile dev"),
              ElementsAre(Pair("role_arn", "arn:aws:iam::1:role/x")));
}

TEST(ConfigFile, ReadsNestedSettingsAndContinuedValues) {
  const auto file = parse_config_file(
      "[default]\n"
      "s3 =\n"
      "  max_concurrent_requests = 20\n"
      "  endpoint_url = http://localhost\n"
      "region = eu-west-1\n"
      "ca_bundle = /a\n"
      "  /b\n");

  ASSERT_TRUE(file);
  EXPECT_THAT(file->sections.at("default"),
              ElementsAre(Pair("ca_bundle", "/a\n/b"), Pair("region", "eu-west-1"), Pair("s3", ""),
                          Pair("s3.endpoint_url", "http://localhost"),
                          Pair("s3.max_concurrent_requests", "20")));
}

TEST(ConfigFile, TakesASectionIndentedAsAWhole) {
  const auto file = parse_config_file("[default]\n  region = a\n  output = b\n");

  ASSERT_TRUE(file);
  EXPECT_THAT(file->sections.at("default"), ElementsAre(Pair("output", "b"), Pair("region", "a")));
}

TEST(ConfigFile, RefusesWhatItCannotReadWithoutRepeatingIt) {
  const auto refusal = [](std::string_view text) {
    return parse_config_file(text).error().message();
  };

  EXPECT_EQ(refusal("[default]\nsecret-without-equals\n"),
            "line 2: expected \"key = value\" or \"[section]\"");
  EXPECT_THAT(refusal("[default]\nsecret\n"), Not(HasSubstr("secret")));
  EXPECT_EQ(refusal("a = b\n"), "line 1: a setting before the first [section]");
  EXPECT_EQ(refusal("[default\n"), "line 1: \"[\" without \"]\"");
  EXPECT_EQ(refusal("[]\n"), "line 1: the name of the section is empty");
  EXPECT_EQ(refusal("[a] b\n"), "line 1: text after \"]\"");
  EXPECT_EQ(refusal("[a]\n= b\n"), "line 2: the name before '=' is empty");
  EXPECT_EQ(refusal("[a]\ns3 =\n  nothing\n"),
            "line 3: expected a nested \"key = value\" below \"s3\"");
}

TEST(MergeProfiles, ReadsBothKindsOfNames) {
  const auto config = parse_config_file(
      "[default]\nregion = a\n[profile default]\nregion = b\n[profile \"two words\"]\nregion = c\n"
      "[dev]\nregion = ignored\n[sso-session x]\nregion = ignored\n");

  const Profiles profiles = merge_profiles(*config, {});

  EXPECT_THAT(profiles, ElementsAre(Pair("default", ElementsAre(Pair("region", "b"))),
                                    Pair("two words", ElementsAre(Pair("region", "c")))));
}

TEST(MergeProfiles, TakesTheKeysOfTheCredentialsFileAsOne) {
  const auto config = parse_config_file(
      "[profile dev]\nregion = a\naws_access_key_id = old\naws_session_token = old\n");
  const auto credentials =
      parse_config_file("[dev]\naws_access_key_id = new\naws_secret_access_key = secret\n");

  const Profiles profiles = merge_profiles(*config, *credentials);

  EXPECT_THAT(profiles.at("dev"),
              ElementsAre(Pair("aws_access_key_id", "new"), Pair("aws_secret_access_key", "secret"),
                          Pair("region", "a")));
}

}  // namespace
}  // namespace tributary::aws
