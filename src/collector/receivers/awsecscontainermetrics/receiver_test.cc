#include "collector/receivers/awsecscontainermetrics/receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"
#include "net/run_task.h"

namespace tributary::collector::awsecscontainermetrics {
namespace {

using ::testing::HasSubstr;

constexpr const char* kEndpoint = "http://169.254.170.2/v4/abc";

class ReceiverTest : public ::testing::Test {
 protected:
  ReceiverTest() {
    fake_.environment["ECS_CONTAINER_METADATA_URI_V4"] = kEndpoint;
    fake_.http->answer = [this](const net::Request& request) { return answer(request); };
  }

  virtual Result<net::Response> answer(const net::Request& request) {
    const bool is_task = request.url.target == "/v4/abc/task";
    return net::Response{.status = status_, .headers = {}, .body = is_task ? task_ : stats_};
  }

  Result<void> start(Config config = {}) {
    receiver_ =
        std::make_unique<Receiver>(fake_.make({"awsecscontainermetrics", ""}), config, consumer_);
    return receiver_->start(host_);
  }
  void stop(Duration grace = 10s) {
    net::run_task(fake_.loop, receiver_->stop(fake_.loop.clock().monotonic() + grace));
  }
  std::size_t batches() const { return consumer_.batches.size(); }

  FakeContext fake_;
  FakeHost host_;
  FakeConsumer consumer_;
  std::unique_ptr<Receiver> receiver_;
  int status_ = 200;
  std::string task_ = R"({"Containers":[{"DockerId":"a"}]})";
  std::string stats_ = R"({"a":{"id":"a","memory_stats":{"usage":5}}})";
};

TEST_F(ReceiverTest, CollectsAtOnceAndThenEachInterval) {
  ASSERT_TRUE(start());
  fake_.loop.run_posted();
  EXPECT_EQ(batches(), 2u);

  fake_.loop.advance(19s);
  EXPECT_EQ(batches(), 2u);
  fake_.loop.advance(1s);
  EXPECT_EQ(batches(), 4u);

  ASSERT_EQ(fake_.http->requests.size(), 4u);
  EXPECT_EQ(fake_.http->requests[0].url.to_string(), "http://169.254.170.2/v4/abc/task");
  EXPECT_EQ(fake_.http->requests[1].url.to_string(), "http://169.254.170.2/v4/abc/task/stats");
  EXPECT_EQ(consumer_.batches[0]->shape, consumer_.batches[2]->shape);
  EXPECT_EQ(consumer_.batches[2]->timestamp_ms - consumer_.batches[0]->timestamp_ms, 20'000);
  EXPECT_THAT(
      fake_.telemetry.render(),
      HasSubstr("otelcol_receiver_accepted_metric_points{receiver=\"awsecscontainermetrics\","
                "transport=\"http\"} 108\n"));
  stop();
}

TEST_F(ReceiverTest, CollectsOnceMoreWhenStopped) {
  ASSERT_TRUE(start());
  fake_.loop.run_posted();

  fake_.loop.advance(3s);
  stop();

  EXPECT_EQ(batches(), 4u);
  fake_.loop.advance(1min);
  EXPECT_EQ(batches(), 4u);
}

TEST_F(ReceiverTest, RefusesToStartWithoutTheEndpoint) {
  fake_.environment.clear();

  const auto started = start();

  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("ECS_CONTAINER_METADATA_URI_V4 is not set"));
  stop();
}

TEST_F(ReceiverTest, RefusesToStartWithABrokenEndpoint) {
  fake_.environment["ECS_CONTAINER_METADATA_URI_V4"] = "169.254.170.2/v4";

  const auto started = start();

  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("\"169.254.170.2/v4\""));
}

TEST_F(ReceiverTest, LogsAFailureOnceAMinuteAndGoesOn) {
  status_ = 500;
  ASSERT_TRUE(start());
  fake_.loop.run_posted();
  fake_.loop.advance(40s);
  EXPECT_EQ(fake_.logged("Failed to collect stats"), 1u);
  EXPECT_THAT(fake_.log_lines[0], HasSubstr("/v4/abc/task: got status 500, want 200"));

  fake_.loop.advance(20s);
  EXPECT_EQ(fake_.logged("Failed to collect stats"), 2u);
  EXPECT_EQ(fake_.logged("\"failures not logged\":2"), 1u);
  EXPECT_THAT(
      fake_.telemetry.render(),
      HasSubstr("tributary_receiver_failed_collections{receiver=\"awsecscontainermetrics\"} "
                "4\n"));
  EXPECT_EQ(batches(), 0u);

  status_ = 200;
  fake_.loop.advance(20s);
  EXPECT_EQ(batches(), 2u);
  EXPECT_EQ(fake_.logged("Collecting stats again"), 1u);
  stop();
}

TEST_F(ReceiverTest, LogsADocumentThatItCannotRead) {
  stats_ = R"({"a":{"memory_stats":{"usage":-5}}})";

  ASSERT_TRUE(start());
  fake_.loop.run_posted();

  EXPECT_EQ(fake_.logged("task/stats: a.memory_stats.usage: got -5"), 1u);
  EXPECT_EQ(batches(), 0u);
  stop();
}

TEST_F(ReceiverTest, GivesUpOnASlowEndpointBeforeTheNextCollection) {
  fake_.http->delay = net::FakeHttp::kNever;
  ASSERT_TRUE(start());
  fake_.loop.run_posted();

  fake_.loop.advance(10s);
  EXPECT_EQ(fake_.logged("Failed to collect stats"), 1u);
  fake_.http->delay = 0s;
  fake_.loop.advance(10s);

  EXPECT_EQ(batches(), 2u);
  stop();
}

TEST_F(ReceiverTest, StopsInTimeWhileTheEndpointHangs) {
  fake_.http->delay = net::FakeHttp::kNever;
  ASSERT_TRUE(start());
  fake_.loop.run_posted();

  const Instant before = fake_.loop.clock().monotonic();
  stop(4s);

  EXPECT_LE(fake_.loop.clock().monotonic() - before, 2s);
  EXPECT_EQ(fake_.http->in_flight, 0u);
}

TEST_F(ReceiverTest, StopsWithoutHavingStarted) {
  receiver_ =
      std::make_unique<Receiver>(fake_.make({"awsecscontainermetrics", ""}), Config{}, consumer_);

  stop();

  EXPECT_EQ(batches(), 0u);
}

TEST(Config, ReadsItsSettings) {
  const FakeSettings<Config> settings("{collection_interval: 5s, compat: 2021}");

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.value.collection_interval, 5s);
  EXPECT_EQ(settings.value.compat->value, Compat::adot_0_12);
}

TEST(Config, RefusesAnIntervalOfNothing) {
  const FakeSettings<Config> settings("collection_interval: 0s");

  EXPECT_THAT(settings.messages(), HasSubstr("collection_interval: must be more than 0s"));
}

}  // namespace
}  // namespace tributary::collector::awsecscontainermetrics
