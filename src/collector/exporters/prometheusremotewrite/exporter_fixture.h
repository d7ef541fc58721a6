// The exporter under test, whole: against a scripted other side, on a simulated clock.
//
// Threads: the test's.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/exporters/prometheusremotewrite/exporter.h"
#include "collector/exporters/prometheusremotewrite/fake_samples.h"
#include "collector/pipeline/fake_context.h"
#include "collector/pipeline/ledger.h"
#include "net/run_task.h"

namespace tributary::collector::prometheusremotewrite {

inline net::Response status(int code, std::string body = "", net::Headers headers = {}) {
  return {.status = code, .headers = std::move(headers), .body = std::move(body)};
}

// The other side answers with `answer_`; what it accepted stands in `received_`.
class ExporterTest : public ::testing::Test {
 protected:
  ExporterTest() {
    fake_.http->answer = [this](const net::Request& request) -> Result<net::Response> {
      const Result<net::Response> answer = answer_(request);
      if (answer && answer->status / 100 == 2) {
        const Decoded decoded(*request.body);
        EXPECT_TRUE(decoded.good);
        received_.insert(received_.end(), decoded.samples.begin(), decoded.samples.end());
      }
      return answer;
    };
  }
  ~ExporterTest() override {
    if (exporter_) stop(0s);
  }

  void start(const std::string& yaml = "") {
    start<Config>("prometheusremotewrite",
                  "endpoint: http://hub:9009/api/v1/remote_write\n" + yaml);
  }
  template <class ConfigType>
  void start(const std::string& type, const std::string& yaml) {
    const FakeSettings<ConfigType> settings(yaml);
    ASSERT_TRUE(settings.good()) << settings.messages();
    auto made = Exporter::make(fake_.make({type, ""}), settings.value);
    ASSERT_TRUE(made) << made.error().message();
    exporter_ = std::move(*made);
    const auto started = exporter_->start(host_);
    ASSERT_TRUE(started) << started.error().message();
  }
  void stop(Duration grace) {
    net::run_task(fake_.loop, exporter_->stop(fake_.loop.clock().monotonic() + grace));
  }
  // One collection of the shape, stamped with seconds since the start of the test.
  void collect() {
    const Duration since = fake_.loop.clock().monotonic() - Instant{};
    consume(fake_batch(shape_, to_ms(since)));
  }
  void consume(const BatchPtr& batch) {
    consumed_ += batch->size();
    exporter_->consume(batch);
  }
  void collect_for(Duration duration, Duration interval) {
    for (Duration passed{}; passed < duration; passed += interval) {
      collect();
      fake_.loop.advance(interval);
    }
  }
  double metric(std::string_view name) {
    const std::string text = fake_.telemetry.render();
    const std::size_t at = text.find("\n" + std::string(name));
    if (at == std::string::npos) return -1;
    const std::size_t end = text.find('\n', at + 1);
    return std::stod(text.substr(text.rfind(' ', end - 1), end));
  }
  double samples(std::string_view what) {
    return metric("tributary_exporter_samples_" + std::string(what));
  }
  double dropped(std::string_view reason) {
    return samples("dropped{exporter=\"prometheusremotewrite\",reason=\"" + std::string(reason));
  }
  double rejected(std::string_view reason) {
    return samples("rejected{exporter=\"prometheusremotewrite\",reason=\"" + std::string(reason));
  }
  // Every sample is in exactly one place.
  void expect_balance() {
    Balance balance;
    balance.came("consumed", consumed_);
    exporter_->report(balance);
    EXPECT_EQ(balance.difference(), 0) << balance.to_string();
  }
  std::size_t attempts() const { return fake_.http->requests.size(); }

  FakeContext fake_;
  FakeHost host_;
  ShapePtr shape_ = fake_shape({"a"});
  std::function<Result<net::Response>(const net::Request&)> answer_ =
      [](const net::Request&) -> Result<net::Response> { return status(200); };
  std::vector<std::string> received_;
  std::uint64_t consumed_ = 0;
  std::unique_ptr<Exporter> exporter_;
};

}  // namespace tributary::collector::prometheusremotewrite
