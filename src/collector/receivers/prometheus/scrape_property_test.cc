// PageScraper against PlainScraper, over random pages: series come, go, move, repeat, carry times
// and exemplars, families change their types, pages break, and come in pieces of any size.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "collector/receivers/prometheus/plain_scraper.h"
#include "collector/receivers/prometheus/scrape_page.h"

namespace tributary::collector::prometheus {
namespace {

using exposition::Format;

constexpr std::size_t kFamilies = 12;

// A target whose page changes a little from scrape to scrape.
class RandomTarget {
 public:
  RandomTarget(std::uint64_t seed, Format format) : random_(seed), format_(format) {
    const std::size_t size = chance(25) ? 1200 : 40;
    for (std::size_t i = 0; i < size; ++i) series_.push_back({below(kFamilies), next_++});
    std::sort(series_.begin(), series_.end());
  }

  std::uint64_t below(std::uint64_t limit) { return random_.next() % limit; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

  void change() {
    if (chance(20)) return;
    for (std::size_t i = below(4); i > 0 && !series_.empty(); --i)
      series_.erase(at(below(series_.size())));
    if (chance(10)) series_.erase(series_.begin(), at(series_.size() / 2));
    for (std::size_t i = below(4); i > 0; --i)
      series_.insert(at(below(series_.size() + 1)), {below(kFamilies), next_++});
    if (chance(5)) std::shuffle(series_.begin(), series_.end(), engine_);
    if (chance(10)) std::sort(series_.begin(), series_.end());
    if (chance(10)) types_[below(kFamilies)] = below(3);
    if (chance(10)) with_times_ = below(3) * 30;
  }

  std::string page(std::int64_t now_ms) {
    std::string page;
    if (chance(3)) return page;
    std::size_t family = kFamilies;
    for (const auto& [of, id] : series_) {
      if (of != family) page += type_line(of);
      family = of;
      page += line(of, id, now_ms);
      if (chance(1)) page += line(of, id, now_ms);
    }
    for (std::size_t i = 0; i < kFamilies; ++i) page += type_line(i);
    if (chance(10)) page += "target_info{v=\"" + std::to_string(below(2)) + "\"} 1\n";
    if (chance(10)) page.insert(page.find('\n', below(page.size())) + 1, "broken {\n");
    if (format_ == Format::openmetrics) return page + "# EOF\n";
    if (chance(10)) page.pop_back();
    return page;
  }

 private:
  using Member = std::pair<std::size_t, std::size_t>;  // family, number

  std::vector<Member>::iterator at(std::size_t i) {
    return series_.begin() + static_cast<std::ptrdiff_t>(i);
  }
  std::string type_line(std::size_t family) {
    static constexpr std::array<const char*, 3> kTypes = {"counter", "gauge", "histogram"};
    return "# TYPE m" + std::to_string(family) + " " + kTypes[types_[family]] + "\n";
  }
  std::string line(std::size_t family, std::size_t id, std::int64_t now_ms) {
    const std::string number = std::to_string(id);
    std::string text = "m" + std::to_string(family);
    if (id % 40 == 7) text = "dropped";
    const bool turned = chance(2);
    text += turned ? "{b=\"x\",a=\"" + number + "\"}" : "{a=\"" + number + "\",b=\"x\"}";
    text += chance(95) ? " " + std::to_string(below(1000)) : std::string(" +1.5e3");
    if (chance(with_times_)) text += time(now_ms);
    if (format_ == Format::openmetrics && chance(5)) text += " # {t=\"" + number + "\"} 1";
    return text + "\n";
  }
  std::string time(std::int64_t now_ms) {
    const std::int64_t ms = now_ms + (chance(5) ? 3'600'000 : -500);
    return format_ == Format::openmetrics ? " " + std::to_string(ms / 1000) + ".5"
                                          : " " + std::to_string(ms);
  }

  SeededRandom random_;
  std::mt19937_64 engine_{1};
  Format format_;
  std::size_t next_ = 0;
  std::uint64_t with_times_ = 0;
  std::map<std::size_t, std::size_t> types_;
  std::vector<Member> series_;
};

Labels named(const Series& series) {
  Labels labels = series.labels;
  labels.set(kMetricName, series.name());
  return labels;
}

// The page's samples as PlainScraper writes them, without the report's.
std::vector<std::string> samples_of(const Batch& batch) {
  std::vector<std::string> samples;
  const std::vector<Series> series = batch.shape->unpack();
  auto time = batch.timestamps.begin();
  auto exemplar = batch.exemplars.begin();
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].name() == "up") break;
    std::string text = named(series[i]).to_string() + " " + std::to_string(batch.values[i]);
    if (time != batch.timestamps.end() && time->index == i)
      text += " @" + std::to_string((time++)->value);
    if (exemplar != batch.exemplars.end() && exemplar->index == i)
      text += " # " + (exemplar++)->value.labels.to_string();
    samples.push_back(std::move(text));
  }
  return samples;
}

void expect_sound_runs(const Shape& shape) {
  std::size_t small = 0;
  for (const SeriesRunPtr& run : shape.runs()) {
    EXPECT_LE(run->size(), SeriesRun::kSeriesMax);
    if (run->size() < RunCutter::kSeriesMin) ++small;
  }
  EXPECT_LE(small, 2U);  // the report's, and that of a small page
}

class Pair {
 public:
  Pair(SampleRules with, Format of) : rules_(std::move(with)), format_(of) {}

  void scrape(RandomTarget& source) {
    now_ms_ += 1000;
    const std::string page = source.page(now_ms_);
    const PageOutcome expected = plain_.read(format_, page, now_ms_);
    const PageOutcome outcome = read_in_pieces(source, page);

    ASSERT_EQ(outcome.error.has_value(), expected.error.has_value());
    if (expected.error && expected.error->code() != Code::limit_exceeded) {
      ASSERT_EQ(outcome.error->message(), expected.error->message());
    }
    ASSERT_EQ(outcome.scraped, expected.scraped);
    ASSERT_EQ(outcome.kept, expected.kept);
    ASSERT_EQ(outcome.series_added, expected.series_added);
    ASSERT_EQ(outcome.duplicates, expected.duplicates);
    ASSERT_EQ(outcome.future, expected.future);
    const auto batches = scraper_.finish({.up = !outcome.error}, outcome);
    ASSERT_EQ(samples_of(*batches[0]), plain_.samples);
    ASSERT_EQ(batches[0]->values.size(), batches[0]->shape->size());
    std::set<std::string> stale;
    if (batches.size() > 1) {
      for (const Series& series : batches[1]->shape->unpack())
        ASSERT_TRUE(stale.insert(named(series).to_string()).second);
    }
    ASSERT_EQ(stale, plain_.stale);
    expect_sound_runs(*batches[0]->shape);
    if (!outcome.error) expect_settled_families(page);
  }

 private:
  PageOutcome read_in_pieces(RandomTarget& source, std::string_view page) {
    scraper_.begin(format_, now_ms_);
    const std::size_t longest = source.chance(50) ? 50 : 5000;
    while (!page.empty()) {
      const std::size_t size = std::min<std::size_t>(page.size(), 1 + source.below(longest));
      scraper_.feed(page.substr(0, size));
      page.remove_prefix(size);
    }
    return scraper_.complete();
  }

  // When a page has come twice, all its metadata has found its series.
  void expect_settled_families(const std::string& page) {
    PageScraper fresh(target_, rules_, common_);
    BatchPtr settled;
    for (int i = 0; i < 2; ++i) {
      const PageOutcome outcome = fresh.read(format_, page, now_ms_);
      settled = fresh.finish({.up = true}, outcome)[0];
    }
    const std::int64_t again_ms = now_ms_;
    const PageOutcome expected = plain_.read(format_, page, again_ms);
    const PageOutcome outcome = scraper_.read(format_, page, again_ms);
    const auto batch = scraper_.finish({.up = true}, outcome)[0];
    ASSERT_EQ(outcome.series_added, expected.series_added);
    const auto want = settled->shape->unpack();
    const auto got = batch->shape->unpack();
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].family, want[i].family) << got[i].name();
      ASSERT_EQ(got[i].role, want[i].role) << got[i].name();
    }
  }

  Target target_{.labels = {{"job", "j"}, {"instance", "i"}},
                 .scheme = "http",
                 .url = "http://i/metrics",
                 .interval = 15s,
                 .timeout = 10s};
  SampleRules rules_;
  Format format_;
  SeededRandom random_{1};
  ScrapeCommon common_{random_, "v"};
  PlainScraper plain_{target_, rules_, common_};
  PageScraper scraper_{target_, rules_, common_};
  std::int64_t now_ms_ = 1'700'000'000'000;
};

TEST(ScrapeProperty, GivesWhatThePlainWayGives) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Format format = seed % 3 == 0 ? Format::openmetrics : Format::prometheus_text;
    RelabelRule drop;
    drop.action = RelabelAction::drop;
    drop.source_labels = {"__name__"};
    drop.regex = Regex::compile("dropped").value();
    Pair pair({.honor_timestamps = seed % 5 != 1,
               .track_timestamps_staleness = seed % 7 == 2,
               .metric_relabel = {drop},
               .sample_limit = seed % 11 == 3 ? 35U : 0U},
              format);
    RandomTarget target(seed, format);
    for (int scrape = 0; scrape < 40; ++scrape) {
      SCOPED_TRACE(scrape);
      target.change();
      pair.scrape(target);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace tributary::collector::prometheus
