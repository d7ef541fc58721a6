// What turning a scraped page into a batch costs. The page is made before the timed part: half of
// its series are histogram buckets, the rest counters and gauges, values as a Go exporter prints
// them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/random.h"
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

SeededRandom random_key(1);
ScrapeCommon common(random_key, "v");

void scrape(PageScraper& scraper, const std::string& page, std::int64_t at_ms) {
  const PageOutcome outcome = scraper.read(exposition::Format::prometheus_text, page, at_ms);
  benchmark::DoNotOptimize(scraper.finish({.up = true}, outcome));
}

// The same series each time, other values.
void BM_SteadyPage(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const std::vector<std::string> pages = {make_page(series, 0), make_page(series, 1)};
  const SampleRules rules;
  PageScraper scraper(kTarget, rules, common);
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
    PageScraper scraper(kTarget, rules, common);
    scrape(scraper, page, 1);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(page.size()) * state.iterations());
}
BENCHMARK(BM_FirstPage)->Arg(1'000);

// Series of the page that are others in the next scrape: in turn two pages that differ in every
// `step`-th one.
std::string with_other_series(std::string page, std::size_t step, std::size_t round) {
  const std::string mark = std::to_string(round);
  for (std::size_t at = 0, i = 0; (at = page.find("handler=\"/api", at)) != page.npos; at += 9)
    if (++i % step == 0) page.insert(at + 9, mark);
  return page;
}

// range(1): every so many-th series is new in each scrape; 1 = all.
void BM_ChurningPage(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const std::string page = make_page(series, 0);
  const SampleRules rules;
  PageScraper scraper(kTarget, rules, common);
  std::int64_t now_ms = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string other = with_other_series(page, static_cast<std::size_t>(state.range(1)),
                                                static_cast<std::size_t>(now_ms));
    state.ResumeTiming();
    scrape(scraper, other, ++now_ms);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
}
BENCHMARK(BM_ChurningPage)->Args({10'000, 10})->Args({10'000, 1});

// The same series in another order each time, as from a hash table.
void BM_ReorderedPage(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < series; ++i)
    lines.push_back("app_requests{handler=\"/api/v1/items\",code=\"" + std::to_string(i) + "\"} " +
                    std::to_string(i) + "\n");
  std::vector<std::string> pages;
  std::mt19937_64 engine(1);
  for (int i = 0; i < 8; ++i) {
    std::shuffle(lines.begin(), lines.end(), engine);
    std::string& page = pages.emplace_back("# TYPE app_requests counter\n");
    for (const std::string& line : lines) page += line;
  }
  const SampleRules rules;
  PageScraper scraper(kTarget, rules, common);
  std::int64_t now_ms = 0;
  for (auto _ : state) {
    ++now_ms;
    scrape(scraper, pages[static_cast<std::size_t>(now_ms) % 8], now_ms);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
}
BENCHMARK(BM_ReorderedPage)->Arg(10'000);

// What is resident per series between two scrapes, runs and all.
void BM_BytesPerSeries(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const std::string page = make_page(series, 0);
  const SampleRules rules;
  PageScraper scraper(kTarget, rules, common);
  for (auto _ : state) scrape(scraper, page, 1);
  std::size_t bytes = scraper.bytes();
  const PageOutcome outcome = scraper.read(exposition::Format::prometheus_text, page, 2);
  for (const SeriesRunPtr& run : scraper.finish({.up = true}, outcome)[0]->shape->runs())
    bytes += run->bytes();
  state.counters["bytes_per_series"] = static_cast<double>(bytes) / static_cast<double>(series);
}
BENCHMARK(BM_BytesPerSeries)->Arg(60)->Arg(10'000)->Iterations(2);

}  // namespace

BENCHMARK_MAIN();
