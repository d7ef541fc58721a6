#include "collector/exporters/debug/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "collector/pipeline/fake_context.h"

namespace tributary::collector::debug {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

BatchPtr one_sample() {
  MetricFamily family;
  family.name = "up";
  Series series;
  series.family = std::make_shared<const MetricFamily>(family);
  auto batch = std::make_shared<Batch>();
  batch->shape = std::make_shared<const Shape>(std::vector<Series>{series});
  batch->values = {1};
  return batch;
}

// The lines that an exporter with these settings logs for one batch.
template <class Settings>
std::vector<std::string> lines_of(const std::string& yaml) {
  FakeContext fake;
  FakeHost host;
  const FakeSettings<Settings> settings(yaml);
  EXPECT_TRUE(settings.good()) << settings.messages();
  Exporter exporter(fake.make({"debug", ""}), settings.value);
  EXPECT_TRUE(exporter.start(host));
  exporter.consume(one_sample());
  return fake.log_lines;
}

TEST(Debug, ShowsCountsAlone) {
  EXPECT_THAT(
      lines_of<Config>("{}"),
      ElementsAre(HasSubstr("Metrics\t{\"resource metrics\":1,\"metrics\":1,\"data points\":1}")));
}

TEST(Debug, CountsEachShape) {
  FakeContext fake;
  Exporter exporter(fake.make({"debug", ""}), Config{.sampling_initial = 100});
  const auto family = std::make_shared<const MetricFamily>(MetricFamily{.name = "a"});
  const auto batch_of = [&](std::size_t size) {
    Batch batch;
    batch.shape =
        std::make_shared<const Shape>(std::vector<Series>(size, Series{.family = family}));
    batch.values.resize(size);
    return std::make_shared<const Batch>(std::move(batch));
  };
  const BatchPtr one = batch_of(1);
  const BatchPtr three = batch_of(3);

  for (const BatchPtr& batch : {one, three, one, batch_of(2), three}) exporter.consume(batch);

  EXPECT_THAT(fake.log_lines,
              ElementsAre(HasSubstr("\"data points\":1}"), HasSubstr("\"data points\":3}"),
                          HasSubstr("\"data points\":1}"), HasSubstr("\"data points\":2}"),
                          HasSubstr("\"data points\":3}")));
}

TEST(Debug, ShowsTextBehindTheCounts) {
  EXPECT_THAT(lines_of<Config>("verbosity: normal"),
              ElementsAre(HasSubstr("Metrics"), HasSubstr("\nup{} 1\n")));
  EXPECT_THAT(lines_of<Config>("verbosity: detailed"),
              ElementsAre(HasSubstr("Metrics"), HasSubstr("     -> Name: up\n")));
}

TEST(Logging, ObeysTheLevelsOf2021) {
  EXPECT_THAT(lines_of<LoggingConfig>("{}"),
              ElementsAre(HasSubstr("MetricsExporter\t{\"resource metrics\":1,\"#metrics\":1")));
  EXPECT_THAT(lines_of<LoggingConfig>("loglevel: debug"),
              ElementsAre(HasSubstr("MetricsExporter"), HasSubstr("     -> Name: up\n")));
  EXPECT_THAT(lines_of<LoggingConfig>("loglevel: warn"), IsEmpty());
  EXPECT_THAT(lines_of<LoggingConfig>("verbosity: normal"),
              ElementsAre(HasSubstr("MetricsExporter"), HasSubstr("up{} 1")));
}

TEST(Logging, RefusesTwoWaysOfSayingTheSame) {
  const FakeSettings<LoggingConfig> settings("{loglevel: debug, verbosity: basic}");

  EXPECT_THAT(settings.messages(), HasSubstr("loglevel and verbosity exclude each other"));
}

TEST(Debug, RefusesOutputsThatWouldNotBeUsed) {
  EXPECT_THAT(FakeSettings<Config>("output_paths: [stderr]").messages(),
              HasSubstr("output_paths needs use_internal_logger: false"));
  EXPECT_THAT(FakeSettings<Config>("{use_internal_logger: false, output_paths: []}").messages(),
              HasSubstr("name at least one"));
  EXPECT_TRUE(FakeSettings<Config>("output_paths: [stdout]").good());  // the default, spelled out
  EXPECT_THAT(FakeSettings<Config>("verbosity: loud").messages(), HasSubstr("loud"));
}

TEST(Debug, WritesToAFileOfItsOwn) {
  const std::string path = ::testing::TempDir() + "debug_exporter_test.txt";
  std::filesystem::remove(path);

  const auto logged =
      lines_of<Config>("{use_internal_logger: false, output_paths: ['" + path + "']}");

  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text, "Metrics\t{\"resource metrics\": 1,\"metrics\": 1,\"data points\": 1}\n");
  EXPECT_THAT(logged, IsEmpty());
  std::filesystem::remove(path);
}

TEST(Debug, SaysWhichOutputCannotBeOpened) {
  FakeContext fake;
  FakeHost host;
  Config config;
  config.use_internal_logger = false;
  config.output_paths = {"/no/such/folder/file"};
  Exporter exporter(fake.make({"debug", ""}), config);

  const auto started = exporter.start(host);

  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("\"/no/such/folder/file\": No such file"));
}

TEST(Sampler, LetsTheFirstOfEachSecondThroughAndThenEachNth) {
  Sampler sampler(2, 3);
  const Instant start{};
  const auto allowed = [&](Duration at, int times) {
    int count = 0;
    for (int i = 0; i < times; ++i) count += sampler.allow(start + at) ? 1 : 0;
    return count;
  };

  EXPECT_EQ(allowed(0s, 2), 2);
  EXPECT_EQ(allowed(500ms, 6), 2);
  EXPECT_EQ(allowed(1s, 3), 2);
}

TEST(Sampler, ShowsNothingMoreWithoutThereafter) {
  Sampler sampler(1, 0);

  EXPECT_TRUE(sampler.allow(Instant{}));
  EXPECT_FALSE(sampler.allow(Instant{}));
  EXPECT_TRUE(sampler.allow(Instant{} + 1s));
}

}  // namespace
}  // namespace tributary::collector::debug
