// What sending samples by remote write costs: laying known series out once, writing numbers into
// them from then on, and, beside it, encoding and compressing them each time. Series are those of a
// page of a Go program, half of them histograms, with the labels that the collector gives them.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "remote/fragment.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace {

using namespace tributary;

constexpr std::size_t kRunSeries = 256;
constexpr std::int64_t kNow = 1'700'000'000'000;

Labels make_labels(std::string name, std::vector<Label> own) {
  own.push_back({"__name__", std::move(name)});
  own.push_back({"instance", "10.0.17.4:8000"});
  own.push_back({"job", "checkout"});
  own.push_back({"otel_scope_name",
                 "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/"
                 "prometheusreceiver"});
  own.push_back({"otel_scope_version", "v0.1.0"});
  return Labels(std::move(own));
}

std::vector<Labels> make_page(std::size_t series) {
  static const std::vector<std::string> kBounds = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                                   "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
  static const std::vector<std::string> kRoutes = {
      "/api/v1/users/{id}", "/api/v1/orders", "/api/v1/cart", "/api/v1/products/{sku}", "/healthz"};
  static const std::vector<std::string> kMethods = {"GET", "POST", "PUT"};
  std::vector<Labels> out;
  for (std::size_t set = 0; out.size() < series; ++set) {
    const std::string family = "http_server_" + std::to_string(set / 20);
    const std::string route = kRoutes[set % 5] + "/r" + std::to_string(set / 60);
    const std::string method = kMethods[set / 5 % 3];
    const std::string histogram = family + "_request_duration_seconds";
    for (const std::string& bound : kBounds) {
      out.push_back(make_labels(histogram + "_bucket",
                                {{"le", bound}, {"method", method}, {"route", route}}));
    }
    for (const char* suffix : {"_sum", "_count"})
      out.push_back(make_labels(histogram + suffix, {{"method", method}, {"route", route}}));
    for (int i = 0; i < 14; ++i) {
      out.push_back(make_labels("kafka_events_processed_total_" + std::to_string(set / 5),
                                {{"code", std::to_string(200 + i)},
                                 {"deployment", "checkout-1-7d9f8b6c5d"},
                                 {"method", method},
                                 {"route", route}}));
    }
  }
  out.resize(series);
  return out;
}

std::vector<double> make_values(std::size_t count) {
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(i % 7 == 0 ? static_cast<double>(i) * 0.37
                             : static_cast<double>(i * 7919 % 50'000));
  return out;
}

std::vector<std::string> encode_labels(const std::vector<Labels>& labels) {
  std::vector<std::string> out(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) remote::append_labels(out[i], labels[i].span());
  return out;
}

// In fragments of about a run of series each.
std::vector<remote::Fragment> lay_out(const std::vector<std::string>& labels,
                                      remote::SampleTimes times) {
  std::vector<remote::Fragment> out;
  remote::FragmentLayout layout(times);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if ((i % kRunSeries == 0 && !layout.empty()) || !layout.add(labels[i])) {
      out.push_back(layout.finish());
      layout.add(labels[i]);
    }
  }
  out.push_back(layout.finish());
  return out;
}

void set_counters(benchmark::State& state, std::size_t series, std::size_t bytes) {
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
  state.counters["bytes_per_series"] = static_cast<double>(bytes) / static_cast<double>(series);
}

void BM_LayOut(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const auto labels = encode_labels(make_page(series));
  std::size_t resident = 0;
  for (auto _ : state) {
    resident = 0;
    for (const auto& one : lay_out(labels, remote::SampleTimes::shared))
      resident += one.resident_bytes() + sizeof one;
  }
  set_counters(state, series, resident);
}
BENCHMARK(BM_LayOut)->Arg(60)->Arg(1'000)->Arg(50'000);

void BM_WriteNumbers(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const auto times = static_cast<remote::SampleTimes>(state.range(1));
  const auto fragments = lay_out(encode_labels(make_page(series)), times);
  const std::vector<double> values = make_values(series);
  std::string body;
  for (auto _ : state) {
    body.clear();
    std::size_t at = 0;
    for (const remote::Fragment& fragment : fragments) {
      fragment.write(body, std::span(values).subspan(at, fragment.series()), kNow);
      at += fragment.series();
    }
    benchmark::DoNotOptimize(body.data());
  }
  set_counters(state, series, body.size());
}
BENCHMARK(BM_WriteNumbers)->Args({1'000, 0})->Args({50'000, 0})->Args({50'000, 1});

void BM_EncodeAndCompress(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const auto labels = make_page(series);
  const std::vector<double> values = make_values(series);
  std::string body;
  for (auto _ : state) {
    remote::WriteRequestEncoder encoder;
    for (std::size_t i = 0; i < series; ++i) {
      const Sample sample{kNow, values[i]};
      encoder.add({.labels = labels[i].span(), .samples = {&sample, 1}});
    }
    body = remote::compress(encoder.finish());
    benchmark::DoNotOptimize(body.data());
  }
  set_counters(state, series, body.size());
}
BENCHMARK(BM_EncodeAndCompress)->Arg(1'000)->Arg(50'000);

}  // namespace

BENCHMARK_MAIN();
