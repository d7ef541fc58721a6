// Feeds several pages, separated by lines of a form feed, to one scraper of a target, and compares
// each batch with what a scraper without history makes of the same page. The first byte sets the
// rules.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/check.h"
#include "collector/receivers/prometheus/scrape_page.h"

namespace {

using namespace tributary;
using namespace tributary::collector::prometheus;

// Every sample of the page as text, without the receiver's own and the stale ones.
std::multiset<std::string> samples(const Batch& batch) {
  std::multiset<std::string> all;
  TRIBUTARY_CHECK(batch.shape->size() == batch.values.size());
  std::size_t next_time = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Series& series = (*batch.shape)[i];
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

  PageScraper with_history(target, rules, "v");
  std::int64_t now_ms = 1'700'000'000'000;
  // A bound keeps the spelling that it got by the TYPE lines of the page that first had it.
  const bool has_bounds = text.find("le") != text.npos || text.find("quantile") != text.npos;
  while (true) {
    const std::size_t end = text.find("\f\n");
    const std::string_view page = text.substr(0, end);
    now_ms += 1000;
    const PageOutcome outcome = with_history.read(format, page, now_ms);
    const BatchPtr batch = with_history.finish({.up = !outcome.error}, outcome);

    PageScraper fresh(target, rules, "v");
    const PageOutcome expected = fresh.read(format, page, now_ms);
    TRIBUTARY_CHECK(expected.error.has_value() == outcome.error.has_value());
    TRIBUTARY_CHECK(expected.scraped == outcome.scraped && expected.kept == outcome.kept);
    const BatchPtr other = fresh.finish({.up = !expected.error}, expected);
    TRIBUTARY_CHECK(has_bounds || samples(*other) == samples(*batch));
    if (end == std::string_view::npos) return 0;
    text.remove_prefix(end + 2);
  }
}
