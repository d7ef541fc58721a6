// The exporter with its queue on disk, over restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/exporter_fixture.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::HasSubstr;

class ExporterSpoolTest : public ExporterTest {
 protected:
  // Samples are stamped with seconds since the start of the test, so the wall clock shows them too.
  ExporterSpoolTest() { fake_.loop.fake_clock().set(Timestamp(1s)); }
  ~ExporterSpoolTest() override {
    if (exporter_) stop(0s);
    exporter_.reset();
  }
  std::string wal() const { return "wal: {directory: " + directory_.path() + "}\n"; }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_.path() + "/prom_remotewrite"))
      count += entry.path().extension() == ".spool" ? 1 : 0;
    return count;
  }

  TemporaryDirectory directory_;
};

TEST_F(ExporterSpoolTest, SendsAfterARestartWhatAnOutageLeft) {
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(503); };
  start(wal());
  collect_for(60s, 1s);
  EXPECT_GT(samples("spooled"), 50);
  EXPECT_LT(samples("queued"), 3);
  stop(1s);
  EXPECT_EQ(dropped("shutdown"), 0);
  expect_balance();
  exporter_.reset();

  answer_ = [](const net::Request&) -> Result<net::Response> { return status(200); };
  start(wal());
  collect_for(5s, 1s);
  fake_.loop.advance(5s);

  std::vector<std::string> expected;
  for (int second = 0; second < 66; ++second)
    if (second != 60) expected.push_back("a 1@" + std::to_string(second * 1000));
  EXPECT_EQ(received_, expected);
  EXPECT_EQ(files(), 0u);
}

TEST_F(ExporterSpoolTest, LeavesNothingBehindWhileAllIsWell) {
  start(wal());

  for (int i = 0; i < 10; ++i) {
    collect();
    fake_.loop.advance(1s);
    EXPECT_EQ(files(), 0u);
  }

  EXPECT_EQ(received_.size(), 10u);
  EXPECT_EQ(samples("spooled"), 0);
  expect_balance();
}

TEST_F(ExporterSpoolTest, GivesUpOnDiskWhatIsTooOldByTheWallClock) {
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(503); };
  start(wal() + "max_sample_age: 10m\n");
  collect_for(10s, 1s);
  stop(1s);
  exporter_.reset();
  fake_.loop.advance(11min);

  answer_ = [](const net::Request&) -> Result<net::Response> { return status(200); };
  start(wal() + "max_sample_age: 10m\n");
  collect_for(3s, 1s);

  EXPECT_EQ(received_.size(), 3u);
  EXPECT_EQ(samples("expired"), 10);
}

TEST_F(ExporterSpoolTest, KeepsAsideWhatIsRefusedForGood) {
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(400, "bad label"); };
  start(wal());
  collect_for(2s, 1s);

  EXPECT_EQ(metric("tributary_exporter_spool_quarantined_samples"), 2);
  EXPECT_TRUE(std::filesystem::exists(directory_.path() +
                                      "/prom_remotewrite/quarantine/0000000002.request"));
  expect_balance();
}

TEST_F(ExporterSpoolTest, DoesNotShareItsDirectory) {
  start(wal());
  const FakeSettings<Config> settings("endpoint: http://hub:9009/api/v1/remote_write\n" + wal());
  auto second = Exporter::make(fake_.make({"prometheusremotewrite", "b"}), settings.value).value();

  const auto refused = second->start(host_);

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr(directory_.path() + "/prom_remotewrite/lock"));
  EXPECT_THAT(refused.error().message(), HasSubstr(std::to_string(::getpid())));
  net::run_task(fake_.loop, second->stop(fake_.loop.clock().monotonic()));
}

TEST_F(ExporterSpoolTest, WantsAStorageThatIsThere) {
  const FakeSettings<Config> settings(
      "endpoint: http://hub:9009/api/v1/remote_write\nsending_queue: {storage: file_storage}\n");
  auto exporter = Exporter::make(fake_.make({"prometheusremotewrite", ""}), settings.value).value();

  const auto refused = exporter->start(host_);

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("file_storage"));
  EXPECT_THAT(refused.error().message(), HasSubstr("service.extensions"));
}

TEST_F(ExporterSpoolTest, UsesTheStorageOfAnExtension) {
  class Storage final : public StorageExtension {
   public:
    explicit Storage(std::string directory) : directory_(std::move(directory)) {}
    Result<void> start(Host&) override { return {}; }
    net::Task<void> stop(Instant) override { co_return; }
    Place place_for(const ComponentId& id) const override {
      return {.directory = directory_ + "/" + id.type};
    }

   private:
    std::string directory_;
  };
  Storage storage(directory_.path());
  host_.extensions[{"file_storage", ""}] = &storage;
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(503); };

  start("remote_write_queue: {storage: file_storage}\n");
  collect_for(5s, 1s);

  EXPECT_TRUE(
      std::filesystem::exists(directory_.path() + "/prometheusremotewrite/0000000001.spool"));
  stop(0s);
  exporter_.reset();
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
