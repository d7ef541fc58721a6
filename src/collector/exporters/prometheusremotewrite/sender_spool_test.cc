// The sender with a queue on a disk that fills up. The queue by itself: spool_fault_test.cc; over
// restarts: exporter_spool_test.cc.
#include <gtest/gtest.h>

#include "base/faulty_disk.h"
#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/exporter_fixture.h"
#include "collector/exporters/prometheusremotewrite/spool_queue.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

class SenderSpoolTest : public ::testing::Test {
 protected:
  SenderSpoolTest() {
    fake_.http->answer = [this](const net::Request& request) -> Result<net::Response> {
      if (down_) return status(503);
      for (std::string& sample : Decoded(*request.body).samples)
        received_.push_back(std::move(sample));
      return status(200);
    };
    sender_.use_queue([this](RequestQueue::OnLoss on_loss) { return open(std::move(on_loss)); });
  }
  ~SenderSpoolTest() override { stop(); }

  Result<std::unique_ptr<RequestQueue>> open(RequestQueue::OnLoss on_loss) {
    SpoolQueue::Outside outside{.disk = disk_,
                                .clock = fake_.loop.clock(),
                                .telemetry = fake_.telemetry,
                                .log = Logger(fake_.sink),
                                .exporter = "prometheusremotewrite"};
    SpoolQueue::Options options;
    options.spool.directory = directory_.path();
    TRIBUTARY_TRY(auto queue,
                  SpoolQueue::open(std::move(outside), std::move(options), std::move(on_loss)));
    return std::unique_ptr<RequestQueue>(std::move(queue));
  }
  void start() { ASSERT_TRUE(sender_.start(std::make_unique<net::FakeHttpClient>(fake_.http))); }
  void stop() { net::run_task(fake_.loop, sender_.stop(fake_.loop.clock().monotonic() + 1s)); }
  void collect_for(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      const std::int64_t at = to_ms(fake_.loop.clock().now());
      sender_.accounts().taken(1, 0, 0);
      sender_.add(shapes_.get(shape_), fake_batch(shape_, at));
      collected_.push_back("a 1@" + std::to_string(at));
      fake_.loop.advance(1s);
    }
  }
  static Sender::Options options() {
    Sender::Options out;
    out.request.method = "POST";
    out.request.url = *net::parse_url("http://hub/write");
    return out;
  }

  FakeContext fake_;
  TemporaryDirectory directory_;
  FaultyDisk disk_;
  bool down_ = false;
  std::vector<std::string> received_;
  std::vector<std::string> collected_;
  ShapeCache shapes_{{}};
  ShapePtr shape_ = fake_shape({"a"});
  Sender sender_{fake_.make({"prometheusremotewrite", ""}), options()};
};

TEST_F(SenderSpoolTest, LosesAndReordersNothingWhenTheDiskFillsUpInAnOutage) {
  start();
  collect_for(10);
  down_ = true;
  collect_for(30);
  FaultyDisk::Faults full;
  full.bytes_left = 100;
  disk_.set(full);
  collect_for(30);

  down_ = false;
  fake_.loop.advance(1min);

  EXPECT_EQ(received_, collected_);
  EXPECT_EQ(fake_.logged("The disk does not take requests; they wait in memory"), 1u);
  Balance balance;
  balance.came("consumed", collected_.size());
  sender_.accounts().report(balance);
  EXPECT_EQ(balance.difference(), 0) << balance.to_string();
}

TEST_F(SenderSpoolTest, SaysWhatAFullDiskDoesNotKeepOverAStop) {
  start();
  down_ = true;
  collect_for(5);
  FaultyDisk::Faults full;
  full.bytes_left = 0;
  disk_.set(full);
  collect_for(5);

  stop();

  EXPECT_EQ(fake_.logged("Samples stay on disk and are sent after the next start"), 1u);
  EXPECT_EQ(fake_.logged("\"reason\":\"shutdown\""), 1u);
  Balance balance;
  balance.came("consumed", collected_.size());
  sender_.accounts().report(balance);
  EXPECT_EQ(balance.difference(), 0) << balance.to_string();
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
