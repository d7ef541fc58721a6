#include "collector/exporters/prometheusremotewrite/spool_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/fake_requests.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SpoolReportTest : public ::testing::Test {
 protected:
  SpoolReportTest() {
    queue_ = world_.open({.spool = {.directory = directory_.path()}}).value();
    for (int i = 0; i < 3; ++i) queue_->push(good_request());
    queue_->front();
    queue_->pop();
  }
  // One series with two samples.
  EncodedRequest good_request() const {
    const std::vector<Sample> samples = {{1000, 1.0}, {2000, 2.0}};
    const std::vector<Label> labels = {{"__name__", "up"}};
    remote::WriteRequestEncoder encoder;
    encoder.add({.labels = labels, .samples = samples});
    EncodedRequest request;
    request.body = net::make_body(remote::compress(encoder.finish()));
    request.series = 1;
    request.samples = 2;
    request.oldest_ms = to_ms(world_.clock.now());
    return request;
  }
  SpoolReport inspect(SpoolCheck check) {
    return inspect_spool(disk_, directory_.path(), check).value();
  }

  TemporaryDirectory directory_;
  RealDisk disk_;
  SpoolWorld world_{disk_};
  std::unique_ptr<SpoolQueue> queue_;
};

TEST_F(SpoolReportTest, ShowsWhatWaitsWhileItIsInUse) {
  const SpoolReport report = inspect(SpoolCheck::headers);

  ASSERT_EQ(report.segments.size(), 1u);
  EXPECT_EQ(report.segments[0].all.requests, 3u);
  EXPECT_EQ(report.waiting.requests, 2u);
  EXPECT_EQ(report.waiting.samples, 4u);
  EXPECT_EQ(report.cursor.segment, 1u);
  EXPECT_EQ(report.faults, 0u);
  EXPECT_THAT(to_text(report, to_ms(world_.clock.now() + 90s)),
              HasSubstr("waiting: 2 requests with 4 samples"));
  EXPECT_THAT(to_text(report, to_ms(world_.clock.now() + 90s)), HasSubstr("1m30s ago"));
}

TEST_F(SpoolReportTest, FindsNoFaultInGoodRequests) {
  EXPECT_EQ(inspect(SpoolCheck::bodies).faults, 0u);
}

TEST_F(SpoolReportTest, NamesWhatIsDamaged) {
  queue_->push(numbered_request(5));  // no remote-write body
  queue_.reset();
  const std::string path = directory_.path() + "/0000000001.spool";
  std::string bytes = disk_.read(path).value();
  bytes[SpoolRecord::kHeaderBytes + 3] ^= 1;
  ASSERT_TRUE(disk_.create(path).value()->append(bytes + "torn"));

  const SpoolReport report = inspect(SpoolCheck::bodies);

  EXPECT_EQ(report.faults, 3u);
  EXPECT_THAT(report.first_faults,
              ElementsAre(HasSubstr("0000000001.spool at byte 0: the body is not what was written"),
                          HasSubstr("snappy"), HasSubstr("4 bytes before byte")));
}

TEST_F(SpoolReportTest, CountsWhatIsKeptAside) {
  queue_->front();
  queue_->quarantine_front("400 no");

  const SpoolReport report = inspect(SpoolCheck::bodies);

  EXPECT_EQ(report.quarantined, 1u);
  EXPECT_EQ(report.faults, 0u);
  EXPECT_EQ(report.waiting.requests, 1u);
}

TEST_F(SpoolReportTest, SaysWhatIsNotThere) {
  EXPECT_FALSE(inspect_spool(disk_, directory_.path() + "/none", SpoolCheck::headers));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
