#include "collector/receivers/prometheus/scrape_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "base/random.h"

namespace tributary::collector::prometheus {
namespace {

using exposition::Format;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What a batch says, one line per sample: `name{labels} value`, with `@time` where it has its own.
std::vector<std::string> lines_of(const Batch& batch) {
  std::vector<std::string> lines;
  const std::vector<Series> all = batch.shape->unpack();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Series& series = all[i];
    std::ostringstream line;
    line << series.name() << series.labels.to_string() << ' ';
    if (is_stale_marker(batch.values[i])) {
      line << "stale";
    } else {
      line << batch.values[i];
    }
    for (const auto& own : batch.timestamps)
      if (own.index == i) line << " @" << own.value;
    lines.push_back(line.str());
  }
  return lines;
}

Series series_at(const BatchPtr& batch, std::size_t index) { return batch->shape->unpack()[index]; }

bool is_report(const std::string& line) {
  return line.starts_with("up{") || line.starts_with("scrape_");
}

// A target with the labels job="j" and instance="i" and its rules, scraped once per second.
struct Fixture {
  explicit Fixture(SampleRules with = {}) : rules(std::move(with)) {}

  BatchPtr scrape(std::string_view page, Format format = Format::prometheus_text) {
    now_ms += 1000;
    outcome = scraper.read(format, page, now_ms);
    const auto batches =
        scraper.finish({.up = !outcome.error, .duration_seconds = 0.5, .body_bytes = 7}, outcome);
    markers = batches.size() > 1 ? batches[1] : nullptr;
    return batches[0];
  }
  // The page's samples and markers, without the report's series and the target's labels.
  std::vector<std::string> samples(std::string_view page, Format format = Format::prometheus_text) {
    std::vector<std::string> all = without_reports(*scrape(page, format));
    if (markers != nullptr)
      for (std::string& line : without_reports(*markers)) all.push_back(std::move(line));
    return all;
  }
  BatchPtr scrape_fails() { return scrape(""); }

  static std::vector<std::string> without_reports(const Batch& batch) {
    std::vector<std::string> kept;
    for (std::string line : lines_of(batch)) {
      if (is_report(line)) continue;
      for (const std::string_view part :
           {", instance=\"i\", job=\"j\"", "instance=\"i\", job=\"j\", ",
            "instance=\"i\", job=\"j\""})
        if (const auto at = line.find(part); at != std::string::npos) line.erase(at, part.size());
      kept.push_back(line);
    }
    return kept;
  }
  std::string failure() const { return outcome.error ? outcome.error->message() : ""; }

  Target target{.labels = {{"job", "j"}, {"instance", "i"}},
                .scheme = "http",
                .url = "http://i/metrics",
                .interval = 15s,
                .timeout = 10s};
  SampleRules rules;
  SeededRandom random{1};
  ScrapeCommon common{random, "v1"};
  PageScraper scraper{target, rules, common};
  BatchPtr markers;  // of the last scrape; null where nothing went stale
  PageOutcome outcome;
  std::int64_t now_ms = 1'700'000'000'000;
};

TEST(ScrapePage, AddsTargetLabelsAndReportsOnTheScrape) {
  Fixture target;

  const BatchPtr batch = target.scrape("a 1\nb{x=\"y\"} 2\n");

  EXPECT_EQ(batch->timestamp_ms, target.now_ms);
  EXPECT_THAT(lines_of(*batch),
              ElementsAre(R"(a{instance="i", job="j"} 1)", R"(b{instance="i", job="j", x="y"} 2)",
                          R"(up{instance="i", job="j"} 1)",
                          R"(scrape_duration_seconds{instance="i", job="j"} 0.5)",
                          R"(scrape_samples_scraped{instance="i", job="j"} 2)",
                          R"(scrape_samples_post_metric_relabeling{instance="i", job="j"} 2)",
                          R"(scrape_series_added{instance="i", job="j"} 2)"));
}

TEST(ScrapePage, ReportsMoreWhereAskedTo) {
  Fixture target({.extra_scrape_metrics = true, .sample_limit = 9});

  const auto lines = lines_of(*target.scrape("a 1\n"));

  ASSERT_EQ(lines.size(), 9U);
  EXPECT_EQ(lines[6], R"(scrape_timeout_seconds{instance="i", job="j"} 10)");
  EXPECT_EQ(lines[7], R"(scrape_sample_limit{instance="i", job="j"} 9)");
  EXPECT_EQ(lines[8], R"(scrape_body_size_bytes{instance="i", job="j"} 7)");
}

TEST(ScrapePage, KeepsTheShapeWhileThePageHasTheSameSeries) {
  Fixture target;

  const BatchPtr first = target.scrape("# TYPE a counter\na 1\nb 2\n");
  const BatchPtr second = target.scrape("# TYPE a counter\na 3\nb 4\n");
  const BatchPtr third = target.scrape("# TYPE a counter\na 5\nb 6\n");
  const BatchPtr fourth = target.scrape("# TYPE a counter\na 5\nb 6\n");

  EXPECT_EQ(first->shape, second->shape);
  EXPECT_EQ(second->shape, third->shape);
  EXPECT_EQ(third->shape, fourth->shape);
  EXPECT_EQ(third->values[0], 5);
  EXPECT_EQ(third->values[1], 6);
  EXPECT_EQ(lines_of(*fourth).back(), R"(scrape_series_added{instance="i", job="j"} 0)");
}

TEST(ScrapePage, MarksAVanishedSeriesStaleOnce) {
  Fixture target;
  target.scrape("a 1\nb 2\nc 3\n");

  EXPECT_THAT(target.samples("a 1\nc 3\n"), ElementsAre("a{} 1", "c{} 3", "b{} stale"));
  EXPECT_THAT(target.samples("a 1\nc 3\n"), ElementsAre("a{} 1", "c{} 3"));
  EXPECT_THAT(target.samples("a 1\n"), ElementsAre("a{} 1", "c{} stale"));
}

TEST(ScrapePage, SharesASeriesThatComesBackWithANewOne) {
  Fixture target;
  target.scrape("a 1\nb 2\n");
  target.scrape("a 1\n");

  EXPECT_THAT(target.samples("b 7\na 1\n"), ElementsAre("b{} 7", "a{} 1"));
  EXPECT_EQ(target.outcome.series_added, 1U);
}

TEST(ScrapePage, TakesSeriesInAnyOrder) {
  Fixture target;
  target.scrape("a 1\nb 2\nc 3\nd 4\n");

  EXPECT_THAT(target.samples("d 4\nx 9\nb 2\nc 3\na 1\n"),
              ElementsAre("d{} 4", "x{} 9", "b{} 2", "c{} 3", "a{} 1"));
  EXPECT_THAT(target.samples("d 4\nb 2\nc 3\na 1\n"),
              ElementsAre("d{} 4", "b{} 2", "c{} 3", "a{} 1", "x{} stale"));
}

TEST(ScrapePage, AFailedScrapeMarksEverythingStaleOnce) {
  Fixture target;
  target.scrape("a 1\nb 2\n");

  EXPECT_THAT(target.samples(""), ElementsAre("a{} stale", "b{} stale"));
  EXPECT_THAT(target.samples(""), IsEmpty());
  EXPECT_THAT(target.samples("a 1\nb 2\n"), ElementsAre("a{} 1", "b{} 2"));
  EXPECT_EQ(target.outcome.series_added, 0U);
  EXPECT_THAT(target.samples("a 1\n"), ElementsAre("a{} 1", "b{} stale"));
}

TEST(ScrapePage, KeepsTheShapeAcrossAFailure) {
  Fixture target;
  const BatchPtr before = target.scrape("a 1\n");

  target.scrape_fails();

  EXPECT_EQ(target.scrape("a 2\n")->shape, before->shape);
}

// Prometheus 2.42 and 3 do the same: seen with `a 1`, `b 2` before a broken third line.
TEST(ScrapePage, ABrokenPageLeavesAliveWhatStoodBeforeTheBreak) {
  Fixture target;
  target.scrape("a 1\nb 2\nc 3\n");

  EXPECT_THAT(target.samples("a 1\nb 2\n7&-\n"), ElementsAre("c{} stale"));
  EXPECT_THAT(target.failure(), HasSubstr("line 3"));
  EXPECT_EQ(target.outcome.scraped, 2U);
  EXPECT_THAT(target.samples("7&-\n"), ElementsAre("a{} stale", "b{} stale"));
  EXPECT_THAT(target.samples("a 1\nb 2\nc 3\n"), ElementsAre("a{} 1", "b{} 2", "c{} 3"));
}

TEST(ScrapePage, DoesNotTrackSeriesWithTheirOwnTime) {
  Fixture target;

  EXPECT_THAT(target.samples("a 1 1700000000500\nb 2\n"),
              ElementsAre("a{} 1 @1700000000500", "b{} 2"));
  EXPECT_THAT(target.samples("a 1 1700000001500\nb 2\n"),
              ElementsAre("a{} 1 @1700000001500", "b{} 2"));
  EXPECT_THAT(target.samples("b 2\n"), ElementsAre("b{} 2"));
}

TEST(ScrapePage, TracksThemOnRequest) {
  Fixture target({.track_timestamps_staleness = true});
  target.scrape("a 1 1700000000500\n");

  EXPECT_THAT(target.samples("b 2\n"), ElementsAre("b{} 2", "a{} stale"));
}

TEST(ScrapePage, ASeriesThatTurnsToItsOwnTimeGoesStale) {
  Fixture target;
  target.scrape("a 1\n");

  EXPECT_THAT(target.samples("a 1 1700000000500\n"),
              ElementsAre("a{} 1 @1700000000500", "a{} stale"));
}

TEST(ScrapePage, IgnoresTimesWhereTheyAreNotHonoured) {
  Fixture target({.honor_timestamps = false});

  EXPECT_THAT(target.samples("a 1 1700000000500\n"), ElementsAre("a{} 1"));
  EXPECT_THAT(target.samples("b 1\n"), ElementsAre("b{} 1", "a{} stale"));
}

TEST(ScrapePage, DropsSamplesFromTheFarFuture) {
  Fixture target;
  const std::int64_t next = target.now_ms + 1000;
  const auto page = [](std::int64_t ms) { return "a 1 " + std::to_string(ms) + "\nb 2\n"; };

  EXPECT_THAT(target.samples(page(next + 600'001)), ElementsAre("b{} 2"));
  EXPECT_EQ(target.outcome.future, 1U);
  EXPECT_EQ(target.outcome.kept, 2U);
  EXPECT_THAT(target.samples(page(next)), ElementsAre("a{} 1 @" + std::to_string(next), "b{} 2"));
}

TEST(ScrapePage, KeepsTheFirstOfTwoSamplesOfASeries) {
  Fixture target;
  const std::string page =
      "a{x=\"1\",y=\"2\"} 1\nb 2\na{x=\"1\",y=\"2\"} 3\na{y=\"2\",x=\"1\"} 4\n";

  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(target.samples(page), ElementsAre(R"(a{x="1", y="2"} 1)", "b{} 2"));
    EXPECT_EQ(target.outcome.duplicates, 2U);
    EXPECT_EQ(target.outcome.kept, 4U);
  }
}

TEST(ScrapePage, TakesSeveralSamplesOfASeriesWithTimesOfTheirOwn) {
  Fixture target;
  const std::string page = "a 1 1700000000100\na 2 1700000000200\n";

  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(target.samples(page), ElementsAre("a{} 1 @1700000000100", "a{} 2 @1700000000200"));
}

TEST(ScrapePage, RenamesClashingLabels) {
  Fixture target;

  EXPECT_THAT(lines_of(*target.scrape(
                  "a{job=\"x\",exported_job=\"y\",exported_exported_job=\"z\"} 1\n"))[0],
              R"(a{exported_exported_exported_job="x", exported_exported_job="z", )"
              R"(exported_job="y", instance="i", job="j"} 1)");
}

TEST(ScrapePage, LetsScrapedLabelsWinWithHonorLabels) {
  Fixture target({.honor_labels = true});

  const auto lines = lines_of(*target.scrape("a{job=\"x\"} 1\nb{instance=\"\"} 2\n"));

  EXPECT_EQ(lines[0], R"(a{instance="i", job="x"} 1)");
  EXPECT_EQ(lines[1], R"(b{job="j"} 2)");
}

RelabelRule drop_metric(std::string_view regex) {
  RelabelRule rule;
  rule.action = RelabelAction::drop;
  rule.source_labels = {"__name__"};
  rule.regex = Regex::compile(regex).value();
  return rule;
}

TEST(ScrapePage, DropsSeriesByMetricRelabelling) {
  Fixture target({.metric_relabel = {drop_metric("go_.*|up")}});

  for (int i = 0; i < 3; ++i) {
    const BatchPtr batch = target.scrape("go_x 1\na 2\ngo_y 3\n");
    EXPECT_THAT(lines_of(*batch), testing::Contains(R"(up{instance="i", job="j"} 1)"));
    EXPECT_THAT(Fixture::without_reports(*batch), ElementsAre("a{} 2"));
    EXPECT_EQ(target.outcome.scraped, 3U);
    EXPECT_EQ(target.outcome.kept, 1U);
  }
}

TEST(ScrapePage, FailsWhereRelabellingTakesTheNameAway) {
  RelabelRule rule;
  rule.action = RelabelAction::label_drop;
  rule.regex = Regex::compile("__name__").value();
  Fixture target({.metric_relabel = {rule}});

  EXPECT_THAT(target.samples("a 1\n"), IsEmpty());
  EXPECT_THAT(target.failure(), HasSubstr("missing metric name"));
}

TEST(ScrapePage, SetsExternalLabelsOnEverySeries) {
  Fixture target({.external_labels = {{"region", "eu"}}});

  for (const std::string& line : lines_of(*target.scrape("a{region=\"us\"} 1\n")))
    EXPECT_THAT(line, HasSubstr(R"(region="eu")"));
}

TEST(ScrapePage, FailsTheScrapeAtTheSampleLimit) {
  Fixture target({.metric_relabel = {drop_metric("go_.*")}, .sample_limit = 2});

  EXPECT_THAT(target.samples("a 1\ngo_x 1\nb 2\n"), ElementsAre("a{} 1", "b{} 2"));
  EXPECT_THAT(target.samples("x 1\ny 2\nz 3\ngo_x 1\n"), ElementsAre("a{} stale", "b{} stale"));
  EXPECT_THAT(target.failure(), HasSubstr("sample_limit"));
  EXPECT_EQ(target.outcome.scraped, 4U);
  EXPECT_EQ(target.outcome.kept, 3U);
}

TEST(ScrapePage, FailsTheScrapeAtTheLabelLimits) {
  const auto failure = [](SampleRules rules, std::string_view page) {
    Fixture target(std::move(rules));
    target.scrape(page);
    return target.failure();
  };

  EXPECT_EQ(failure({.label_limit = 4}, "a{x=\"1\"} 1\n"), "");  // with name, job and instance
  EXPECT_THAT(failure({.label_limit = 3}, "a{x=\"1\"} 1\n"), HasSubstr("got 4, at most 3"));
  EXPECT_EQ(failure({.label_name_length_limit = 8}, "a{x=\"1\"} 1\n"), "");
  EXPECT_THAT(failure({.label_name_length_limit = 8}, "a{long_name=\"1\"} 1\n"),
              HasSubstr("label_name_length_limit exceeded by metric \"a\", label \"long_name\""));
  EXPECT_THAT(failure({.label_value_length_limit = 3}, "a{x=\"1234\"} 1\n"),
              HasSubstr("label_value_length_limit exceeded by metric \"a\", label \"x\""));
}

TEST(ScrapePage, RefusesOtherNamesWhereValidationIsLegacy) {
  Fixture target({.names = NameValidation::legacy});

  target.scrape("{\"my.metric\"} 1\n");

  EXPECT_THAT(target.failure(), HasSubstr("my.metric"));
}

TEST(ScrapePage, ForgetsLinesOfPagesThatKeepFailing) {
  Fixture target;
  for (int page = 0; page < 50; ++page) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "m{n=\"" + std::to_string(page * 100 + i) + "\"} 1\n";
    target.scrape(text + "broken line here\n");
  }

  EXPECT_LE(target.scraper.known_lines(), 1100U);
}

TEST(ScrapePage, ForgetsLinesThatAreGone) {
  Fixture target;
  for (int page = 0; page < 50; ++page)
    target.scrape("a 1\nb{n=\"" + std::to_string(page) + "\"} 1\n");

  EXPECT_EQ(target.scraper.known_lines(), 2U);
}

TEST(ScrapePage, EndsWithMarkersForAllAliveAndTheReports) {
  Fixture target;
  EXPECT_THAT(target.scraper.end(1), IsEmpty());
  target.scrape("a 1\n");

  const auto end = target.scraper.end(5);

  std::vector<std::string> lines;
  for (const BatchPtr& batch : end) {
    EXPECT_EQ(batch->timestamp_ms, 5);
    for (const double value : batch->values) EXPECT_TRUE(is_stale_marker(value));
    for (const std::string& line : lines_of(*batch)) lines.push_back(line);
  }
  EXPECT_EQ(lines.size(), 6U);
  EXPECT_THAT(target.scraper.end(6), IsEmpty());
}

// Families and roles.

struct Seen {
  std::string family;
  MetricType type;
  Role role;

  bool operator==(const Seen&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.family << " " << tributary::to_string(seen.type) << " "
             << static_cast<int>(seen.role);
}

std::map<std::string, Seen> families(std::string_view page, Format format, int times = 1) {
  Fixture target;
  BatchPtr batch;
  for (int i = 0; i < times; ++i) batch = target.scrape(page, format);
  std::map<std::string, Seen> seen;
  for (const Series& series : batch->shape->unpack())
    seen[series.name()] = {series.family->name, series.family->type, series.role};
  return seen;
}

TEST(ScrapePage, GivesFamiliesAndRolesInTextFormat) {
  auto seen = families(
      "# TYPE c_total counter\nc_total 1\n# TYPE g gauge\ng 1\n# TYPE u untyped\nu 1\nnone 1\n"
      "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\nh 1\n"
      "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n",
      Format::prometheus_text);

  EXPECT_EQ(seen["c_total"], (Seen{"c_total", MetricType::counter, Role::value}));
  EXPECT_EQ(seen["g"], (Seen{"g", MetricType::gauge, Role::value}));
  EXPECT_EQ(seen["u"], (Seen{"u", MetricType::unknown, Role::value}));
  EXPECT_EQ(seen["none"], (Seen{"none", MetricType::unknown, Role::value}));
  EXPECT_EQ(seen["h_bucket"], (Seen{"h", MetricType::histogram, Role::bucket}));
  EXPECT_EQ(seen["h_sum"], (Seen{"h", MetricType::histogram, Role::sum}));
  EXPECT_EQ(seen["h_count"], (Seen{"h", MetricType::histogram, Role::count}));
  EXPECT_EQ(seen["h"], (Seen{"h", MetricType::unknown, Role::value}));
  EXPECT_EQ(seen["s"], (Seen{"s", MetricType::summary, Role::quantile}));
  EXPECT_EQ(seen["s_count"], (Seen{"s", MetricType::summary, Role::count}));
  EXPECT_EQ(seen["up"], (Seen{"up", MetricType::gauge, Role::value}));
}

TEST(ScrapePage, GivesFamiliesAndRolesInOpenMetrics) {
  auto seen = families(
      "# TYPE c counter\nc_total 1\nc_created 1\n# TYPE build info\nbuild_info 1\n"
      "# TYPE st stateset\nst{st=\"a\"} 1\n# TYPE gh gaugehistogram\ngh_bucket{le=\"+Inf\"} 1\n"
      "gh_gcount 1\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_created 1\n# EOF\n",
      Format::openmetrics);

  EXPECT_EQ(seen["c_total"], (Seen{"c_total", MetricType::counter, Role::value}));
  EXPECT_EQ(seen["c_created"], (Seen{"c", MetricType::counter, Role::created}));
  EXPECT_EQ(seen["build_info"], (Seen{"build", MetricType::info, Role::info}));
  EXPECT_EQ(seen["st"], (Seen{"st", MetricType::stateset, Role::value}));
  EXPECT_EQ(seen["gh_bucket"], (Seen{"gh_bucket", MetricType::gauge, Role::value}));
  EXPECT_EQ(seen["gh_gcount"], (Seen{"gh_gcount", MetricType::unknown, Role::value}));
  EXPECT_EQ(seen["h_created"], (Seen{"h", MetricType::histogram, Role::created}));
}

TEST(ScrapePage, WritesUnitsAsOpenTelemetryDoes) {
  Fixture target;

  const auto batch =
      target.scrape("# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# EOF\n",
                    Format::openmetrics);

  EXPECT_EQ(series_at(batch, 0).family->unit, "s");
  EXPECT_EQ(ucum_unit("bytes_per_second"), "By/s");
  EXPECT_EQ(ucum_unit("requests_per_minute"), "requests/m");
  EXPECT_EQ(ucum_unit("ratio"), "1");
  EXPECT_EQ(ucum_unit("furlongs"), "furlongs");
  EXPECT_EQ(ucum_unit(""), "");
}

TEST(ScrapePage, LearnsMetadataThatComesAfterTheSamples) {
  const std::string page = "c_total 1\n# TYPE c_total counter\n";

  EXPECT_EQ(families(page, Format::prometheus_text)["c_total"].type, MetricType::unknown);
  EXPECT_EQ(families(page, Format::prometheus_text, 2)["c_total"].type, MetricType::counter);
}

TEST(ScrapePage, FollowsMetadataThatChanges) {
  Fixture target;
  const auto first = target.scrape("# HELP a one\n# TYPE a gauge\na 1\nb 1\n");
  target.scrape("# HELP a one\n# TYPE a gauge\na 1\nb 1\n");
  const auto changed = target.scrape("# HELP a two\n# TYPE a gauge\na 1\nb 1\n");
  const auto after = target.scrape("# HELP a two\n# TYPE a gauge\na 1\nb 1\n");

  EXPECT_EQ(series_at(first, 0).family->help, "one");
  EXPECT_EQ(series_at(changed, 0).family->help, "two");
  EXPECT_EQ(series_at(changed, 1).family, series_at(first, 1).family);
  EXPECT_EQ(after->shape, changed->shape);
}

TEST(ScrapePage, WritesBoundsAsOpenMetricsDoes) {
  Fixture target;

  EXPECT_THAT(target.samples("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n"
                             "# TYPE s summary\ns{quantile=\"0\"} 3\n"
                             "# TYPE g gauge\ng{le=\"1\"} 4\n"),
              ElementsAre(R"(h_bucket{le="1.0"} 1)", R"(h_bucket{le="+Inf"} 2)",
                          R"(s{quantile="0.0"} 3)", R"(g{le="1"} 4)"));
}

TEST(ScrapePage, KeepsExemplars) {
  Fixture target;

  const BatchPtr batch = target.scrape(
      "# TYPE c counter\nc_total 1 # {trace_id=\"ab\"} 0.5\nd 2\n# EOF\n", Format::openmetrics);

  ASSERT_EQ(batch->exemplars.size(), 1U);
  EXPECT_EQ(batch->exemplars[0].index, 0U);
  EXPECT_EQ(batch->exemplars[0].value, (Exemplar{{{"trace_id", "ab"}}, 0.5, target.now_ms}));
}

// Resources and scopes.

std::string attributes(const Resource& resource) {
  std::string text;
  for (const Attribute& attribute : resource.attributes)
    text += attribute.key + "=" + tributary::to_string(attribute.value) + " ";
  return text;
}

TEST(ScrapePage, DescribesTheTargetAsAResource) {
  EXPECT_EQ(attributes(make_resource("j", "example.org:8080", "http", Compat::adot_0_49)),
            "service.name=j server.address=example.org service.instance.id=example.org:8080 "
            "server.port=8080 url.scheme=http ");
  EXPECT_EQ(attributes(make_resource("j", "0.0.0.0:8000", "http", Compat::adot_0_49)),
            "service.name=j service.instance.id=0.0.0.0:8000 server.port=8000 url.scheme=http ");
  EXPECT_EQ(attributes(make_resource("j", "localhost", "https", Compat::adot_0_49)),
            "service.name=j service.instance.id=localhost server.port= url.scheme=https ");
}

TEST(ScrapePage, DescribesTheTargetAsReleasesBeforeDid) {
  EXPECT_EQ(attributes(make_resource("j", "example.org:8080", "http", Compat::adot_0_12)),
            "service.name=j host.name=example.org job=j instance=example.org:8080 port=8080 "
            "scheme=http ");
  EXPECT_EQ(attributes(make_resource("j", "example.org:8080", "http", Compat::adot_0_35)),
            "service.name=j net.host.name=example.org service.instance.id=example.org:8080 "
            "net.host.port=8080 http.scheme=http ");
  EXPECT_EQ(attributes(make_resource("j", "0.0.0.0:8000", "http", Compat::adot_0_35)),
            "service.name=j service.instance.id=0.0.0.0:8000 net.host.port=8000 http.scheme=http ");
}

TEST(ScrapePage, SendsTargetInfoAsASeriesOf2021) {
  Fixture target({.compat = Compat::adot_0_12});
  const std::string page = "a 1\ntarget_info{env=\"prod\"} 1\n";

  const BatchPtr batch = target.scrape(page);

  EXPECT_THAT(Fixture::without_reports(*batch),
              ElementsAre("a{} 1", "target_info{env=\"prod\"} 1"));
}

TEST(ScrapePage, TurnsTargetInfoIntoAttributesOfTheResource) {
  Fixture target;
  const std::string page = "a 1\ntarget_info{env=\"prod\"} 1\n";
  target.scrape(page);

  const BatchPtr batch = target.scrape(page);

  EXPECT_THAT(Fixture::without_reports(*batch), ElementsAre("a{} 1"));
  EXPECT_THAT(attributes(*series_at(batch, 0).resource), HasSubstr("env=prod"));
  EXPECT_EQ(series_at(batch, 0).resource, series_at(batch, 1).resource);  // of up, too
  EXPECT_EQ(target.scrape(page)->shape, target.scrape(page)->shape);
}

TEST(ScrapePage, ReadsALineThatBeginsAsTheLastOneOfThePageBeforeEnded) {
  Fixture target;
  target.scrape("a 1\n# HE");

  const BatchPtr batch = target.scrape("a 1\n# HELP b one\nb 2\n");

  EXPECT_THAT(Fixture::without_reports(*batch), ElementsAre("a{} 1", "b{} 2"));
}

TEST(ScrapePage, ReadsTheScopeFromLabels) {
  Fixture target;

  const BatchPtr batch = target.scrape(
      "a{otel_scope_name=\"lib\",otel_scope_version=\"2\",otel_scope_x=\"y\"} 1\nb 1\n"
      "c{otel_scope_name=\"lib\"} 1\n");

  EXPECT_EQ(*series_at(batch, 0).scope, (Scope{"lib", "2", {{"x", "y"}}}));
  EXPECT_EQ(*series_at(batch, 2).scope, (Scope{"lib", "", {}}));  // not the version of another
  EXPECT_THAT(series_at(batch, 1).scope->name, HasSubstr("prometheusreceiver"));
  EXPECT_EQ(series_at(batch, 1).scope->version, "v1");
}

// The fast path against the slow one: a scraper with a history and one without see the same page.
TEST(ScrapePage, GivesTheSameSamplesWithAndWithoutHistory) {
  SeededRandom random(42);
  Fixture with_history;
  for (int round = 0; round < 300; ++round) {
    std::string page = "# TYPE m counter\n";
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t dice = random.next() % 100;
      if (dice < 5) continue;
      const std::string label = dice < 8 ? "new" + std::to_string(round) : std::to_string(i);
      page += "m{n=\"" + label + "\"} " + std::to_string(round * 100 + i);
      if (dice == 99) page += " 1700000000000";
      page += '\n';
    }

    Fixture fresh;
    auto expected = fresh.samples(page);
    auto got = with_history.samples(page);
    std::erase_if(got, [](const std::string& line) { return line.ends_with("stale"); });
    ASSERT_EQ(got, expected) << page;
    ASSERT_EQ(with_history.outcome.duplicates, fresh.outcome.duplicates);
  }
}

}  // namespace
}  // namespace tributary::collector::prometheus
