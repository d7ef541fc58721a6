// What turning a scraped page into a batch costs. The page is made before the timed part: half of
// its series are histogram buckets, the rest counters and gauges, values as a Go exporter prints
// them.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "collector/receivers/prometheus/scrape_page.h"

namespace {

using namespace tributary;
using namespace tributary::collector::prometheus;

std::string make_page(std::size_t series, std::size_t round) {
  std::string page;
  const auto value = [&](std::size_t i) { return std::to_string(i * 7919 + round * 13); };
  for (std::size_t family = 0, made = 0; made < series; ++family) {
    const std::string name = "app_requests_" + std::to_string(family);
    const bool is_histogram = family % 2 == 0;
    page += "# HELP " + name + " Something that is counted in the application.\n";
    page += "# TYPE " + name + (is_histogram ? " histogram\n" : " counter\n");
    for (std::size_t i = 0; i < 12 && made < series; ++i, ++made) {
      page += name;
      page += is_histogram
                  ? "_bucket{handler=\"/api/v1/items\",method=\"GET\",le=\"" + std::to_string(i) +
                        ".5\"} "
                  : "{handler=\"/api/v1/items\",code=\"" + std::to_string(200 + i) + "\"} ";
      page += value(made) + "\n";
    }
  }
  return page;
}

const Target kTarget{.labels = {{"instance", "10.0.0.1:8000"}, {"job", "app"}},
                     .scheme = "http",
                     .url = "http://10.0.0.1:8000/metrics",
                     .interval = 15s,
                     .timeout = 10s};

void scrape(PageScraper& scraper, const std::string& page, std::int64_t at_ms) {
  const PageOutcome outcome = scraper.read(exposition::Format::prometheus_text, page, at_ms);
  benchmark::DoNotOptimize(scraper.finish({.up = true}, outcome));
}

// The same series each time, other values.
void BM_SteadyPage(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const std::vector<std::string> pages = {make_page(series, 0), make_page(series, 1)};
  const SampleRules rules;
  PageScraper scraper(kTarget, rules, "v");
  std::int64_t now_ms = 0;
  std::size_t bytes = 0;
  for (int i = 0; i < 3; ++i) scrape(scraper, pages[0], ++now_ms);
  for (auto _ : state) {
    const std::string& page = pages[static_cast<std::size_t>(++now_ms) % 2];
    scrape(scraper, page, now_ms);
    bytes += page.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_SteadyPage)->Arg(100)->Arg(1'000)->Arg(10'000);

// Every page is the first one of its target.
void BM_FirstPage(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const std::string page = make_page(series, 0);
  const SampleRules rules;
  for (auto _ : state) {
    PageScraper scraper(kTarget, rules, "v");
    scrape(scraper, page, 1);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(page.size()) * state.iterations());
}
BENCHMARK(BM_FirstPage)->Arg(1'000);

// Two pages in turn, whose every twentieth series is another one.
void BM_ChangingPage(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const std::string page = make_page(series, 0);
  std::string other = page;
  for (std::size_t at = 0, i = 0; (at = other.find("handler", at)) != other.npos; at += 7)
    if (++i % 20 == 0) other[at + 9] = '#';
  const SampleRules rules;
  PageScraper scraper(kTarget, rules, "v");
  std::int64_t now_ms = 0;
  for (auto _ : state) {
    scrape(scraper, page, ++now_ms);
    scrape(scraper, other, ++now_ms);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(2 * series) * state.iterations());
}
BENCHMARK(BM_ChangingPage)->Arg(1'000);

}  // namespace

BENCHMARK_MAIN();
