#include "collector/processors/resourcedetection/detectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tributary::collector::resourcedetection {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "key=value" of each attribute, in order.
std::vector<std::string> attributes_of(const Result<Resource>& resource) {
  std::vector<std::string> all;
  if (!resource) return {"error: " + resource.error().message()};
  for (const Attribute& attribute : resource->attributes)
    all.push_back(attribute.key + "=" + to_string(attribute.value));
  return all;
}

TEST(EnvDetector, ReadsPairs) {
  EXPECT_THAT(attributes_of(read_env("  a = 1 ,b=two%20words+or%2Bmore,a=3,c=x=y, d=,")),
              ElementsAre("a=3", "b=two words or+more", "c=x=y", "d="));
  EXPECT_THAT(attributes_of(read_env(" ")), IsEmpty());
}

TEST(EnvDetector, RefusesWhatAreNoPairs) {
  for (const std::string& text :
       {std::string("a"), std::string("a=1,b"), std::string("=1"), std::string("a=%zz"),
        std::string("\xc3\xa4=1"), std::string(257, 'k') + "=1", "a=" + std::string(257, 'v')})
    EXPECT_FALSE(read_env(text)) << text;
}

TEST(SystemDetector, TakesTheNameFromTheHostsFileFirst) {
  Machine machine{.hostname = "ip-10-0-0-7",
                  .hosts =
                      "127.0.0.1 localhost\n"
                      "# 10.0.0.7 wrong.example ip-10-0-0-7\n"
                      "10.0.0.7\tip-10-0-0-7.eu-west-1.compute.internal  ip-10-0-0-7 # me\n",
                  .machine_id = "0123\n",
                  .arch = "x86_64"};

  const Result<Resource> resource = read_system(machine, {});

  EXPECT_THAT(attributes_of(resource),
              ElementsAre("host.name=ip-10-0-0-7.eu-west-1.compute.internal", "os.type=linux"));
  EXPECT_EQ(resource->schema_url, "https://opentelemetry.io/schemas/1.40.0");
}

TEST(SystemDetector, TakesTheSystemsNameWhereTheHostsFileHasNone) {
  const Machine machine{.hostname = "alone", .hosts = "127.0.0.1 localhost\n"};
  const SystemConfig dns_only{.hostname_sources = {HostnameSource::dns}};

  EXPECT_THAT(attributes_of(read_system(machine, {})),
              ElementsAre("host.name=alone", "os.type=linux"));
  EXPECT_FALSE(read_system(machine, dns_only));
}

TEST(SystemDetector, AddsWhatIsTurnedOn) {
  const Machine machine{.hostname = "h", .machine_id = "0123\n", .arch = "aarch64"};
  SystemConfig config;
  for (auto& entry : config.resource_attributes.entries)
    entry.toggle.enabled = !entry.toggle.enabled;

  EXPECT_THAT(attributes_of(read_system(machine, config)),
              ElementsAre("host.id=0123", "host.arch=arm64"));
}

constexpr const char* kTask = R"({
  "Cluster": "demo",
  "TaskARN": "arn:aws:ecs:eu-west-1:111111111111:task/demo/0123456789abcdef",
  "Family": "walkthrough", "Revision": "7", "AvailabilityZone": "eu-west-1a",
  "LaunchType": "FARGATE",
  "Containers": [
    {"DockerId": "a", "Type": "NORMAL", "KnownStatus": "RUNNING", "LogDriver": "awslogs",
     "LogOptions": {"awslogs-group": "/ecs/demo", "awslogs-region": "eu-west-1",
                    "awslogs-stream": "ecs/app/1"}},
    {"DockerId": "self", "Type": "NORMAL", "KnownStatus": "RUNNING", "LogDriver": "awslogs",
     "LogOptions": {"awslogs-group": "/ecs/self"}},
    {"DockerId": "p", "Type": "CNI_PAUSE", "KnownStatus": "RESOURCES_PROVISIONED"},
    {"DockerId": "s", "Type": "NORMAL", "KnownStatus": "STOPPED", "LogDriver": "awslogs",
     "LogOptions": {"awslogs-group": "/ecs/stopped"}}
  ]})";

TEST(EcsDetector, ReadsTaskAndTheLogsOfItsOtherContainers) {
  const auto resource = read_ecs(kTask, R"({"DockerId": "self"})", {});

  EXPECT_THAT(
      attributes_of(resource),
      ElementsAre(
          "cloud.provider=aws", "cloud.platform=aws_ecs",
          "aws.ecs.task.arn=arn:aws:ecs:eu-west-1:111111111111:task/demo/0123456789abcdef",
          "aws.ecs.task.family=walkthrough", "aws.ecs.task.revision=7",
          "cloud.account.id=111111111111", "cloud.region=eu-west-1",
          "aws.ecs.task.id=0123456789abcdef",
          "aws.ecs.cluster.arn=arn:aws:ecs:eu-west-1:111111111111:cluster/demo",
          "cloud.availability_zone=eu-west-1a", "aws.ecs.launchtype=fargate",
          "aws.log.group.names=[\"/ecs/demo\"]",
          "aws.log.group.arns=[\"arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/demo\"]",
          "aws.log.stream.names=[\"ecs/app/1\"]",
          "aws.log.stream.arns=[\"arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/demo:"
          "log-stream:ecs/app/1\"]"));
}

TEST(EcsDetector, TakesOldArnsAndClustersByArn) {
  const auto resource = read_ecs(
      R"({"TaskARN": "arn:aws:ecs:eu-west-1:1:task/0123", "Cluster": "arn:aws:ecs:x:1:cluster/c"})",
      "{}", {});

  EXPECT_THAT(attributes_of(resource), testing::IsSupersetOf({
                                           "aws.ecs.task.id=0123",
                                           "aws.ecs.cluster.arn=arn:aws:ecs:x:1:cluster/c",
                                       }));
}

TEST(EcsDetector, RefusesWhatIsNoDocument) {
  EXPECT_THAT(attributes_of(read_ecs("<html>", "{}", {})),
              ElementsAre("error: task metadata: want a JSON object, got \"<html>\""));
  EXPECT_FALSE(read_ecs("{}", "[]", {}));
  EXPECT_FALSE(read_ecs(std::string(100'000, '['), "{}", {}));
}

TEST(Ec2Detector, ReadsTheIdentityDocumentAndTags) {
  const Instance instance{.identity_json = R"({"region": "eu-west-1", "accountId": "111111111111",
        "availabilityZone": "eu-west-1b", "instanceId": "i-1", "imageId": "ami-1",
        "instanceType": "t3.micro", "kernelId": null})",
                          .hostname = "ip-10-0-0-7.eu-west-1.compute.internal",
                          .tags = {{"Team", "a"}}};

  EXPECT_THAT(attributes_of(read_ec2(instance, {})),
              ElementsAre("cloud.provider=aws", "cloud.platform=aws_ec2", "cloud.region=eu-west-1",
                          "cloud.account.id=111111111111", "cloud.availability_zone=eu-west-1b",
                          "host.id=i-1", "host.image.id=ami-1", "host.type=t3.micro",
                          "host.name=ip-10-0-0-7.eu-west-1.compute.internal", "ec2.tag.Team=a"));
}

TEST(MergeOfResources, KeepsOrReplacesWhatIsThere) {
  const Resource from{.attributes = {{"a", std::string("new")}, {"b", std::string("new")}},
                      .schema_url = "new"};
  const Resource before{.attributes = {{"b", std::int64_t{1}}, {"c", true}}, .schema_url = "old"};
  Resource kept = before;
  Resource replaced = before;

  merge(kept, from, false);
  merge(replaced, from, true);

  EXPECT_THAT(attributes_of(kept), ElementsAre("b=1", "c=true", "a=new"));
  EXPECT_THAT(attributes_of(replaced), ElementsAre("b=new", "c=true", "a=new"));
  EXPECT_EQ(kept.schema_url, "old");
}

}  // namespace
}  // namespace tributary::collector::resourcedetection
