#include "lab/client/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tributary::lab::client {
namespace {

using testing::HasSubstr;

struct Given {
  std::map<std::string, std::string, std::less<>> variables;
  Surroundings surroundings{.env = [this](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  }};

  std::string endpoint(Service service = Service::ecs) const {
    const auto url = endpoint_of(surroundings, service, "eu-west-1");
    return url ? url->to_string() : url.error().message();
  }
};

TEST(Endpoint, IsFoundAsTheAwsCliFindsIt) {
  Given given;
  EXPECT_EQ(given.endpoint(), "https://ecs.eu-west-1.amazonaws.com/");
  EXPECT_EQ(given.endpoint(Service::logs), "https://logs.eu-west-1.amazonaws.com/");

  given.surroundings.profiles["default"]["endpoint_url"] = "http://profile";
  EXPECT_EQ(given.endpoint(), "http://profile/");
  given.variables["AWS_ENDPOINT_URL"] = "http://common";
  EXPECT_EQ(given.endpoint(), "http://common/");
  given.variables["AWS_ENDPOINT_URL_ECS"] = "http://ecs-alone";
  EXPECT_EQ(given.endpoint(), "http://ecs-alone/");
  EXPECT_EQ(given.endpoint(Service::logs), "http://common/");
  given.variables["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] = "http://logs-alone";
  EXPECT_EQ(given.endpoint(Service::logs), "http://logs-alone/");
  given.surroundings.endpoint_url = "http://command-line:9010";
  EXPECT_EQ(given.endpoint(Service::logs), "http://command-line:9010/");
}

TEST(Endpoint, SaysWhichSettingIsNoUrl) {
  Given given;
  given.variables["AWS_ENDPOINT_URL"] = "nothing";

  EXPECT_THAT(given.endpoint(), HasSubstr("AWS_ENDPOINT_URL: "));
}

TEST(Region, IsFoundAsTheAwsCliFindsIt) {
  Given given;
  EXPECT_THAT(region_of(given.surroundings).error().message(), HasSubstr("no region"));

  given.surroundings.profiles["work"]["region"] = "of-profile";
  given.surroundings.profile = "work";
  EXPECT_EQ(*region_of(given.surroundings), "of-profile");
  given.variables["AWS_DEFAULT_REGION"] = "of-default";
  EXPECT_EQ(*region_of(given.surroundings), "of-default");
  given.variables["AWS_REGION"] = "of-variable";
  EXPECT_EQ(*region_of(given.surroundings), "of-variable");
  given.surroundings.region = "of-flag";
  EXPECT_EQ(*region_of(given.surroundings), "of-flag");
}

TEST(Profile, OfTheCommandLineWinsOverKeysInTheEnvironment) {
  Given given;
  given.variables = {{"AWS_ACCESS_KEY_ID", "AKIA"}, {"AWS_PROFILE", "other"}, {"HOME", "/root"}};
  EXPECT_EQ(environment_of(given.surroundings)("AWS_ACCESS_KEY_ID"), "AKIA");

  given.surroundings.profile = "work";
  const auto env = environment_of(given.surroundings);

  EXPECT_EQ(env("AWS_ACCESS_KEY_ID"), "");
  EXPECT_EQ(env("AWS_PROFILE"), "work");
  EXPECT_EQ(env("HOME"), "/root");
}

}  // namespace
}  // namespace tributary::lab::client
