// Feeds several pages, separated by lines of a form feed, to one scraper of a target, each cut into
// pieces, and compares each batch with what a scraper without history makes of the same page,
// whole. The first byte sets the rules.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "collector/receivers/prometheus/scrape_page.h"

namespace {

using namespace tributary;
using namespace tributary::collector::prometheus;

// Every sample of the page as text, without the receiver's own and the stale ones.
std::multiset<std::string> samples(const Batch& batch) {
  std::multiset<std::string> all;
  TRIBUTARY_CHECK(batch.shape->size() == batch.values.size());
  std::size_t next_time = 0;
  const std::vector<Series> shape = batch.shape->unpack();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Series& series = shape[i];
    std::string text = series.name() + series.labels.to_string() + std::to_string(batch.values[i]);
    if (next_time < batch.timestamps.size() && batch.timestamps[next_time].index == i)
      text += "@" + std::to_string(batch.timestamps[next_time++].value);
    const bool own = series.family->help.starts_with("Samples that") ||
                     series.name().starts_with("scrape_") || series.name() == "up";
    if (!own && !is_stale_marker(batch.values[i])) all.insert(std::move(text));
  }
  TRIBUTARY_CHECK(next_time == batch.timestamps.size());
  return all;
}

PageOutcome read_in_pieces(PageScraper& scraper, exposition::Format format, std::string_view page,
                           std::int64_t now_ms, Random& random) {
  scraper.begin(format, now_ms);
  while (!page.empty()) {
    const std::size_t size = std::min<std::size_t>(page.size(), 1 + random.next() % 40);
    scraper.feed(page.substr(0, size));
    page.remove_prefix(size);
  }
  return scraper.complete();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Target target{.labels = {{"instance", "i"}, {"job", "j"}},
                      .scheme = "http",
                      .url = "http://i/metrics",
                      .interval = 15s,
                      .timeout = 10s};
  SampleRules rules;
  rules.honor_labels = (data[0] & 1) != 0;
  rules.honor_timestamps = (data[0] & 2) == 0;
  rules.track_timestamps_staleness = (data[0] & 4) != 0;
  if ((data[0] & 8) != 0) rules.sample_limit = 3;
  const auto format =
      (data[0] & 16) != 0 ? exposition::Format::openmetrics : exposition::Format::prometheus_text;

  SeededRandom random(size);
  ScrapeCommon common(random, "v");
  PageScraper with_history(target, rules, common);
  std::int64_t now_ms = 1'700'000'000'000;
  // A bound keeps the spelling that it got by the TYPE lines of the page that first had it.
  const bool has_bounds = text.find("le") != text.npos || text.find("quantile") != text.npos;
  while (true) {
    const std::size_t end = text.find("\f\n");
    const std::string_view page = text.substr(0, end);
    now_ms += 1000;
    const PageOutcome outcome = read_in_pieces(with_history, format, page, now_ms, random);
    const BatchPtr batch = with_history.finish({.up = !outcome.error}, outcome)[0];

    PageScraper fresh(target, rules, common);
    const PageOutcome expected = fresh.read(format, page, now_ms);
    TRIBUTARY_CHECK(expected.error.has_value() == outcome.error.has_value());
    TRIBUTARY_CHECK(!expected.error || expected.error->message() == outcome.error->message());
    TRIBUTARY_CHECK(expected.scraped == outcome.scraped && expected.kept == outcome.kept);
    const BatchPtr other = fresh.finish({.up = !expected.error}, expected)[0];
    TRIBUTARY_CHECK(has_bounds || samples(*other) == samples(*batch));
    if (end == std::string_view::npos) return 0;
    text.remove_prefix(end + 2);
  }
}
