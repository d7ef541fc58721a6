#include "collector/exporters/prometheusremotewrite/spool_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/disk.h"
#include "base/temporary_directory.h"
#include "collector/exporters/prometheusremotewrite/spool.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

// Made by another program, after docs/formats/spool.md.
std::string golden() {
  return RealDisk()
      .read(std::string(TRIBUTARY_SOURCE_DIR) +
            "/src/collector/exporters/prometheusremotewrite/testdata/golden.spool")
      .value();
}

SpoolRecord request(std::uint32_t series, std::uint32_t samples, std::int64_t oldest_ms) {
  SpoolRecord record;
  record.series = series;
  record.samples = samples;
  record.oldest_ms = oldest_ms;
  return record;
}

TEST(SpoolRecord, IsWrittenAsTheGoldenFile) {
  TemporaryDirectory directory;
  RealDisk disk;
  auto spool = Spool::open(disk, {.directory = directory.path()}, nullptr).value();

  ASSERT_TRUE(spool->push(request(2, 3, 1'700'000'000'123), "first body"));
  ASSERT_TRUE(spool->push(request(1, 1, 1'700'000'001'000), "second body"));
  ASSERT_TRUE(spool->front().value());
  spool->pop();

  EXPECT_EQ(disk.read(directory.path() + "/0000000001.spool").value(), golden());
}

TEST(SpoolRecord, IsReadFromTheGoldenFile) {
  TemporaryDirectory directory;
  RealDisk disk;
  ASSERT_TRUE(disk.create(directory.path() + "/0000000001.spool").value()->append(golden()));
  auto spool = Spool::open(disk, {.directory = directory.path()}, nullptr).value();

  const auto front = spool->front().value();

  EXPECT_EQ(spool->requests(), 1u);
  EXPECT_EQ(front->body, "second body");
  EXPECT_EQ(front->record.series, 1u);
  EXPECT_EQ(front->record.samples, 1u);
  EXPECT_EQ(front->record.oldest_ms, 1'700'000'001'000);
}

TEST(SpoolRecord, IsNoneAnywhereElse) {
  const std::string bytes = golden();

  EXPECT_TRUE(decode_spool_header(bytes, {1, 0}));
  EXPECT_FALSE(decode_spool_header(bytes, {1, 1}));
  EXPECT_FALSE(decode_spool_header(bytes, {2, 0}));
  EXPECT_FALSE(decode_spool_header(bytes.substr(0, 39), {1, 0}));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
