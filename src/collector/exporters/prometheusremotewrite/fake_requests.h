// For tests of queues: requests that can be told apart, whose bodies show when they were damaged.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "collector/exporters/prometheusremotewrite/spool_queue.h"

namespace tributary::collector::prometheusremotewrite {

// The `number`th: its body is its number and filler, its samples are number + 1.
inline EncodedRequest numbered_request(std::size_t number, std::size_t bytes = 20) {
  std::string body = std::to_string(number) + ' ';
  while (body.size() < bytes) body += static_cast<char>('a' + (body.size() * 7 + number) % 26);
  EncodedRequest request;
  request.body = net::make_body(std::move(body));
  request.series = 1;
  request.samples = number + 1;
  return request;
}

inline std::size_t number_of(const EncodedRequest& request) {
  const std::size_t number = std::stoul(*request.body);
  EXPECT_EQ(*request.body, *numbered_request(number, request.bytes()).body);
  EXPECT_EQ(request.samples, number + 1);
  return number;
}

// Takes everything out of the queue.
inline std::vector<std::size_t> drain(RequestQueue& queue) {
  std::vector<std::size_t> out;
  for (; const EncodedRequest* front = queue.front(); queue.pop()) out.push_back(number_of(*front));
  return out;
}

// What a spool's queue needs of the world.
struct SpoolWorld {
  explicit SpoolWorld(Disk& spool_disk) : disk(spool_disk) {}

  SpoolQueue::Outside outside() {
    return {.disk = disk,
            .clock = clock,
            .telemetry = telemetry,
            .log = Logger(std::make_shared<LogSink>(
                LogSink::Options{}, clock,
                [this](std::string_view line) { log.append(line).append("\n"); })),
            .exporter = "test"};
  }
  Result<std::unique_ptr<SpoolQueue>> open(const SpoolQueue::Options& options) {
    return SpoolQueue::open(outside(), options, [this](const RequestQueue::Loss& loss) {
      const bool full = loss.cause == RequestQueue::Loss::Cause::full;
      (full ? lost_full : lost_unreadable) += loss.samples;
      ++losses;
    });
  }

  Disk& disk;
  FakeClock clock;
  Telemetry telemetry;
  std::string log;
  std::size_t lost_full = 0;  // samples
  std::size_t lost_unreadable = 0;
  std::size_t losses = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
