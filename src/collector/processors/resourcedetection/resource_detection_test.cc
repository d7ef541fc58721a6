#include "collector/processors/resourcedetection/resource_detection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"
#include "model/series_run.h"
#include "net/run_task.h"

namespace tributary::collector::resourcedetection {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

net::Response answer(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

struct Fixture {
  explicit Fixture(std::string settings)
      : processor(context.make({"resourcedetection", ""}), read(std::move(settings))) {
    context.http->answer = [this](const net::Request& request) -> Result<net::Response> {
      urls.push_back(request.url.to_string());
      const auto page = pages.find(urls.back());
      if (page == pages.end()) return answer(404, "none");
      return page->second;
    };
  }

  static Config read(std::string settings) {
    FakeSettings<Config> read(std::move(settings));
    EXPECT_TRUE(read.good()) << read.messages();
    return read.value;
  }

  // The attributes with which a series comes out that came in with `resource`.
  std::vector<std::string> pass(std::shared_ptr<const Resource> resource) {
    const auto family = std::make_shared<const MetricFamily>(MetricFamily{.name = "up"});
    const std::vector<Series> series = {{.family = family, .resource = std::move(resource)}};
    const RunMap map = processor.map(std::make_shared<const SeriesRun>(series));
    std::vector<std::string> all;
    const Series out = map.run->unpack().at(0);
    if (out.resource)
      for (const Attribute& one : out.resource->attributes)
        all.push_back(one.key + "=" + to_string(one.value));
    return all;
  }
  void prepare() { net::run_task(context.loop, processor.prepare(std::stop_token())); }

  FakeContext context;
  std::map<std::string, Result<net::Response>> pages;
  std::vector<std::string> urls;
  ResourceDetection processor;
};

std::shared_ptr<const Resource> resource_of(std::vector<Attribute> attributes) {
  return std::make_shared<const Resource>(Resource{.attributes = std::move(attributes)});
}

TEST(ResourceDetection, AddsWhatItFoundToEveryResource) {
  Fixture fixture("{detectors: [env]}");
  fixture.context.environment["OTEL_RESOURCE_ATTRIBUTES"] = "team=a,service.name=env";
  fixture.prepare();

  EXPECT_THAT(fixture.pass(resource_of({{"service.name", std::string("app")}})),
              ElementsAre("service.name=env", "team=a"));
  EXPECT_THAT(fixture.pass(nullptr), ElementsAre("team=a", "service.name=env"));
  EXPECT_EQ(fixture.context.logged("team=a, service.name=env"), 1U)
      << fixture.context.log_lines.at(0);
}

TEST(ResourceDetection, KeepsWhatTheDataHasWithoutOverride) {
  Fixture fixture("{override: false}");
  fixture.context.environment["OTEL_RESOURCE"] = "team=a,service.name=env";
  fixture.prepare();

  EXPECT_THAT(fixture.pass(resource_of({{"service.name", std::string("app")}})),
              ElementsAre("service.name=app", "team=a"));
}

TEST(ResourceDetection, GivesOneResourceOneOutcome) {
  Fixture fixture("{}");
  fixture.context.environment["OTEL_RESOURCE_ATTRIBUTES"] = "team=a";
  fixture.prepare();
  const auto family = std::make_shared<const MetricFamily>();
  const auto resource = resource_of({{"a", std::string("1")}});
  const std::vector<Series> series = {{.family = family, .resource = resource}};
  const auto first = std::make_shared<const SeriesRun>(series);
  const auto second = std::make_shared<const SeriesRun>(series);

  const RunMap one = fixture.processor.map(first);
  const RunMap other = fixture.processor.map(second);

  EXPECT_EQ(one.run->unpack().at(0).resource, other.run->unpack().at(0).resource);
}

TEST(ResourceDetection, LeavesRunsAloneWhereItFoundNothing) {
  Fixture fixture("{detectors: [env, ecs, ec2]}");
  fixture.context.environment["AWS_EXECUTION_ENV"] = "AWS_ECS_FARGATE";
  fixture.prepare();
  const std::vector<Series> series = {{.family = std::make_shared<const MetricFamily>()}};
  const auto run = std::make_shared<const SeriesRun>(series);

  EXPECT_EQ(fixture.processor.map(run).run, run);
  EXPECT_THAT(fixture.urls, IsEmpty());
  EXPECT_EQ(fixture.context.logged("failed to detect"), 0U);
}

TEST(ResourceDetection, LetsTheFirstDetectorHaveItsSay) {
  Fixture fixture("{detectors: [ecs, ec2]}");
  fixture.context.environment["ECS_CONTAINER_METADATA_URI_V4"] = "http://169.254.170.2/v4/x";
  fixture.pages.emplace("http://169.254.170.2/v4/x/task", answer(200, R"({"TaskARN":
      "arn:aws:ecs:eu-west-1:111111111111:task/c/t", "Cluster": "c", "LaunchType": "EC2"})"));
  fixture.pages.emplace("http://169.254.170.2/v4/x", answer(200, R"({"DockerId": "d"})"));
  const std::string imds = "http://169.254.169.254/latest/";
  fixture.pages.emplace(imds + "api/token", answer(200, "token"));
  fixture.pages.emplace(imds + "meta-data/instance-id", answer(200, "i-1"));
  fixture.pages.emplace(imds + "meta-data/hostname", answer(200, "h"));
  fixture.pages.emplace(imds + "dynamic/instance-identity/document",
                        answer(200, R"({"region": "eu-west-1", "instanceId": "i-1"})"));
  fixture.prepare();

  EXPECT_THAT(fixture.pass(nullptr),
              testing::IsSupersetOf({"cloud.platform=aws_ecs", "aws.ecs.launchtype=ec2",
                                     "host.id=i-1", "host.name=h"}));
  const net::Request& last = fixture.context.http->requests.back();
  EXPECT_EQ(last.headers.get("X-aws-ec2-metadata-token"), "token");
  EXPECT_FALSE(fixture.context.http->clients.at(0).proxy.from_environment);
}

TEST(ResourceDetection, ReadsTheTagsThatAreAskedFor) {
  Fixture fixture("{detectors: [ec2], ec2: {tags: ['^T'], tags_from_imds: true}}");
  fixture.context.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://imds.test/";
  const std::string metadata = "http://imds.test/latest/meta-data/";
  fixture.pages.emplace(metadata + "instance-id", answer(200, "i-1"));
  fixture.pages.emplace(metadata + "hostname", answer(200, "h"));
  fixture.pages.emplace("http://imds.test/latest/dynamic/instance-identity/document",
                        answer(200, "{}"));
  fixture.pages.emplace(metadata + "tags/instance", answer(200, "Team\nName\n"));
  fixture.pages.emplace(metadata + "tags/instance/Team", answer(200, "a"));
  fixture.prepare();

  const auto attributes = fixture.pass(nullptr);
  EXPECT_THAT(attributes, testing::Contains("ec2.tag.Team=a"));
  EXPECT_THAT(fixture.urls, testing::Not(testing::Contains(metadata + "tags/instance/Name")));
}

TEST(ResourceDetection, AsksAgainUntilItsTimeIsUp) {
  Fixture fixture("{detectors: [ecs, env]}");
  fixture.context.environment["ECS_CONTAINER_METADATA_URI_V4"] = "http://169.254.170.2/v4/x";
  fixture.context.environment["OTEL_RESOURCE_ATTRIBUTES"] = "team=a";
  const Instant start = fixture.context.loop.clock().monotonic();

  fixture.prepare();

  EXPECT_THAT(fixture.urls, ElementsAre(HasSubstr("/task"), HasSubstr("/task"),
                                        HasSubstr("/task")));  // after 0, 1 and 3 s
  EXPECT_LE(fixture.context.loop.clock().monotonic() - start, 5s);
  EXPECT_EQ(fixture.context.logged("failed to detect resource"), 3U);
  EXPECT_THAT(fixture.pass(nullptr), ElementsAre("team=a"));
}

TEST(ResourceDetection, GivesUpWhenStopped) {
  Fixture fixture("{detectors: [ecs], timeout: 1h}");
  fixture.context.environment["ECS_CONTAINER_METADATA_URI_V4"] = "http://169.254.170.2/v4/x";
  std::stop_source stop;
  net::Started<void> preparing(fixture.processor.prepare(stop.get_token()));
  fixture.context.loop.advance(10s);
  const bool done_early = preparing.done();

  stop.request_stop();
  fixture.context.loop.advance(0s);

  EXPECT_FALSE(done_early);
  EXPECT_TRUE(preparing.done());
}

TEST(ResourceDetection, MayInsistOnAnInstance) {
  Fixture fixture("{detectors: [ec2], timeout: 500ms, ec2: {fail_on_missing_metadata: true}}");
  fixture.context.http->delay = net::FakeHttp::kNever;
  fixture.prepare();

  EXPECT_EQ(fixture.context.logged("no instance metadata"), 1U);
}

}  // namespace
}  // namespace tributary::collector::resourcedetection
