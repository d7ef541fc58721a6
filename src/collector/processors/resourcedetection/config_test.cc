#include "collector/processors/resourcedetection/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"

namespace tributary::collector::resourcedetection {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ResourceDetectionConfig, HasTheDefaultsOfTheOpenTelemetryCollector) {
  const FakeSettings<Config> settings("{}");

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_THAT(settings.value.detectors, ElementsAre(Detector::env));
  EXPECT_TRUE(settings.value.override);
  EXPECT_EQ(settings.value.timeout, 5s);
  EXPECT_THAT(settings.value.system.hostname_sources,
              ElementsAre(HostnameSource::dns, HostnameSource::os));
  EXPECT_TRUE(settings.value.system.resource_attributes.enabled("host.name"));
  EXPECT_FALSE(settings.value.system.resource_attributes.enabled("host.arch"));
  EXPECT_TRUE(settings.value.ecs.resource_attributes.enabled("aws.log.stream.arns"));
}

TEST(ResourceDetectionConfig, TurnsAttributesOnAndOff) {
  const FakeSettings<Config> settings(
      "{detectors: [env, system, ecs, ec2], override: false, timeout: 2s,\n"
      " system: {hostname_sources: [os], resource_attributes: {host.arch: {enabled: true}}},\n"
      " ecs: {resource_attributes: {aws.ecs.task.arn: {enabled: false}}}}");

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_TRUE(settings.value.system.resource_attributes.enabled("host.arch"));
  EXPECT_FALSE(settings.value.ecs.resource_attributes.enabled("aws.ecs.task.arn"));
  EXPECT_TRUE(settings.value.ecs.resource_attributes.enabled("aws.ecs.task.id"));
}

TEST(ResourceDetectionConfig, RefusesWhatIsNotHere) {
  const auto messages = [](std::string yaml) {
    return FakeSettings<Config>(std::move(yaml)).messages();
  };

  EXPECT_THAT(messages("{detectors: [eks]}"), HasSubstr("env, system, ecs, ec2"));
  EXPECT_THAT(messages("{detectors: []}"), HasSubstr("detectors: name at least one"));
  EXPECT_THAT(messages("{timeout: 0s}"), HasSubstr("timeout: must be more than 0s"));
  EXPECT_THAT(messages("{system: {hostname_sources: [cname]}}"), HasSubstr("dns, os"));
  EXPECT_THAT(messages("{system: {resource_attributes: {host.ip: {enabled: true}}}}"),
              HasSubstr("unknown key \"host.ip\""));
  EXPECT_THAT(messages("{ec2: {tags: ['^a']}}"), HasSubstr("set tags_from_imds: true"));
  EXPECT_THAT(messages("{ec2: {tags: ['('], tags_from_imds: true}}"),
              HasSubstr("tags: \"(\" is no pattern: missing ): ("));
}

TEST(ResourceDetectionConfig, WarnsOfSettingsWithoutEffect) {
  const FakeSettings<Config> settings("{refresh_interval: 1m, ec2: {max_attempts: 3}}");

  EXPECT_TRUE(settings.good());
  EXPECT_THAT(settings.messages(), HasSubstr("refresh_interval"));
  EXPECT_THAT(settings.messages(), HasSubstr("max_attempts"));
}

}  // namespace
}  // namespace tributary::collector::resourcedetection
