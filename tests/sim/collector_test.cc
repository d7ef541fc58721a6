// The whole collector against an oracle that knows nothing of shapes: targets whose pages change at
// random (series appear, vanish, change places, types and times, stand there twice, pages break,
// targets fail), filters, small requests and an endpoint that refuses now and then. Every series
// that arrives has the samples, in order, that Prometheus' rules of scraping say. On a simulated
// clock; a failure names its seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "collector/pipeline/fake_context.h"
#include "collector/service/document.h"
#include "collector/service/service.h"
#include "components.h"
#include "config/yaml.h"
#include "net/run_task.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::collector {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  bool one_in(unsigned n) { return below(n) == 0; }
  template <class T>
  void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), random_);
  }

 private:
  std::mt19937 random_;
};

// By series, as `name{labels}`: its samples in order, as `value@time`.
using Received = std::map<std::string, std::vector<std::string>>;

std::string sample_text(double value, std::int64_t time_ms) {
  const std::string text = is_stale_marker(value) ? "stale"
                           : std::isnan(value)    ? "nan"
                                                  : std::to_string(value);
  return text + "@" + std::to_string(time_ms);
}

// The first series whose samples differ, or "".
std::string difference(const Received& got, const Received& wanted) {
  const auto text = [](const Received& all, const std::string& series) {
    const auto at = all.find(series);
    return at == all.end() ? "nothing" : join(at->second, " ");
  };
  for (const Received* side : {&got, &wanted}) {
    for (const auto& [series, samples] : *side) {
      if (text(got, series) != text(wanted, series))
        return series + "\n got    " + text(got, series) + "\n wanted " + text(wanted, series);
    }
  }
  return "";
}

bool is_report(const std::string& name) { return name == "up" || name.starts_with("scrape_"); }

class Reader final : public remote::WriteRequestVisitor {
 public:
  explicit Reader(Received& out) : out_(out) {}

  void on_series(const remote::SeriesView& series) override {
    std::vector<Label> labels;
    for (const auto& label : series.labels)
      labels.push_back({std::string(label.name), std::string(label.value)});
    const Labels all(std::move(labels));
    if (is_report(std::string(all.get(kMetricName)))) return;
    for (const Sample& sample : series.samples)
      out_[all.to_string()].push_back(sample_text(sample.value, sample.timestamp_ms));
  }
  void on_metadata(const remote::MetadataRef&) override {}

 private:
  Received& out_;
};

// One sample of a page.
struct Line {
  std::string family;
  std::string name;
  Labels labels;
  std::optional<std::int64_t> age_ms;  // with a time of its own, so long ago
};

// A target whose page changes, and what a scraper has to make of it.
class Target {
 public:
  using Keeps = std::function<bool(const Line&)>;

  Target(Dice& dice, std::string instance, Keeps keeps)
      : dice_(dice), instance_(std::move(instance)), keeps_(std::move(keeps)) {
    for (unsigned i = dice_.below(8); i > 0; --i) add();
  }

  // At the end of the program a scrape that fails says nothing, so then all is well.
  net::Response scrape(std::int64_t now_ms, bool is_end, Received& wanted) {
    if (dice_.one_in(3)) change();
    std::string page;
    std::vector<std::pair<const Line*, double>> seen;
    const bool breaks = !is_end && dice_.one_in(15);
    const std::size_t end =
        breaks ? dice_.below(static_cast<unsigned>(lines_.size()) + 1) : lines_.size();
    std::string family;
    for (std::size_t i = 0; i < end; ++i) {
      const Line& line = lines_[i];
      if (line.family != family) page += comments(family = line.family);
      const double value = kValues[dice_.below(6)];
      page += text(line, value, now_ms) + "\n";
      seen.emplace_back(&line, value);
    }
    if (breaks) page += "broken{ 1\n";
    const bool fails = !is_end && dice_.one_in(15);
    if (fails) seen.clear();
    expect(seen, now_ms, !breaks && !fails, wanted);
    net::Response out{.status = fails ? 500 : 200, .body = fails ? "" : page};
    out.headers.set("Content-Type", "text/plain; version=0.0.4");
    return out;
  }

 private:
  std::string comments(const std::string& family) {
    if (family == "h") return "# TYPE h histogram\n";
    switch (dice_.one_in(20) ? dice_.below(3) : 2) {
      case 0: return "# HELP " + family + " Help " + std::to_string(dice_.below(3)) + ".\n";
      case 1: return "# TYPE " + family + (dice_.one_in(2) ? " gauge\n" : " untyped\n");
      default: return "";
    }
  }
  static std::string text(const Line& line, double value, std::int64_t now_ms) {
    std::string out = line.name;
    char separator = '{';
    for (const Label& label : line.labels) {
      out += separator + label.name + "=\"" + label.value + "\"";
      separator = ',';
    }
    if (separator == ',') out += '}';
    out += " " + (std::isnan(value) ? "NaN" : std::to_string(value));
    if (line.age_ms) out += " " + std::to_string(now_ms - *line.age_ms);
    return out;
  }

  // What Prometheus' scrape loop makes of the page: the first of two equal series counts, what was
  // alive and has gone gets a marker, series with times of their own never do.
  void expect(const std::vector<std::pair<const Line*, double>>& seen, std::int64_t now_ms,
              bool is_good, Received& wanted) {
    std::set<std::string> on_page;
    std::map<std::string, Line> alive;
    for (const auto& [line, value] : seen) {
      const std::string series = final_labels(*line).to_string();
      const bool again = !on_page.insert(series).second;
      if (again && !line->age_ms) continue;
      if (is_good && keeps_(*line))
        wanted[series].push_back(sample_text(value, now_ms - line->age_ms.value_or(0)));
      if (!line->age_ms) alive[series] = *line;
    }
    for (const auto& [series, line] : alive_) {
      if (!alive.contains(series) && keeps_(line))
        wanted[series].push_back(sample_text(kStaleMarker, now_ms));
    }
    alive_ = std::move(alive);
  }
  Labels final_labels(const Line& line) const {
    Labels out = line.labels;
    out.set(kMetricName, line.name);
    out.set("instance", instance_);
    out.set("job", "j");
    return out;
  }

  void add() {
    if (dice_.one_in(6)) return add_histogram();
    Line line;
    line.family = line.name = std::string(1, static_cast<char>('a' + dice_.below(5)));
    if (!dice_.one_in(4)) line.labels.set("id", std::to_string(dice_.below(300)));
    if (dice_.one_in(2)) line.labels.set("code", dice_.one_in(2) ? "200" : "500");
    if (dice_.one_in(10)) line.age_ms = dice_.below(2000);
    lines_.insert(lines_.begin() + dice_.below(static_cast<unsigned>(lines_.size()) + 1), line);
  }
  void add_histogram() {
    const std::string code = dice_.one_in(2) ? "200" : "500";
    for (const char* bound : {"0.1", "1", "+Inf"})
      lines_.push_back({"h", "h_bucket", Labels{{"code", code}, {"le", bound}}, std::nullopt});
    lines_.push_back({"h", "h_sum", Labels{{"code", code}}, std::nullopt});
    lines_.push_back({"h", "h_count", Labels{{"code", code}}, std::nullopt});
  }
  void change() {
    const auto any = [this] {
      return lines_.begin() + dice_.below(static_cast<unsigned>(lines_.size()));
    };
    switch (dice_.below(7)) {
      case 0:
        for (unsigned i = dice_.below(600); i > 0; --i) add();
        break;
      case 1:
        if (!lines_.empty()) lines_.erase(any(), lines_.end());
        break;
      case 2:
        if (!lines_.empty()) lines_.erase(any());
        break;
      case 3:
        if (!lines_.empty()) lines_.push_back(*any());
        break;
      case 4: dice_.shuffle(lines_); break;
      case 5:
        if (!lines_.empty() && any()->family != "h") any()->age_ms = dice_.below(2000);
        break;
      default: add();
    }
  }

  static constexpr double kValues[] = {0,   1.5,        -3,
                                       1e9, 123456.789, std::numeric_limits<double>::quiet_NaN()};

  Dice& dice_;
  std::string instance_;
  Keeps keeps_;
  std::vector<Line> lines_;
  std::map<std::string, Line> alive_;
};

struct Filter {
  std::string yaml;
  Target::Keeps keeps;
};

const std::vector<Filter> kFilters = {
    {"{}", [](const Line&) { return true; }},
    {"{metrics: {exclude: {match_type: strict, metric_names: [b, h]}}}",
     [](const Line& line) { return line.family != "b" && line.family != "h"; }},
    {"{metrics: {include: {match_type: regexp, metric_names: ['[ace]', '^h$']}}}",
     [](const Line& line) { return line.family != "b" && line.family != "d"; }},
    {"{metrics: {datapoint: ['attributes[\"code\"] == \"500\"', 'metric.name == \"c\"']}}",
     [](const Line& line) { return line.labels.get("code") != "500" && line.family != "c"; }},
};

// The collector with two targets, its endpoint, and both sides of the account.
class Simulation {
 public:
  explicit Simulation(unsigned seed)
      : dice_(seed), first_(kFilters[dice_.below(4)]), second_(kFilters[dice_.below(4)]) {
    const auto keeps = [this](const Line& line) {
      return first_.keeps(line) && second_.keeps(line);
    };
    for (const char* instance : {"a:1", "b:2"})
      targets_.emplace(instance, Target(dice_, instance, keeps));
    context_.http->piece_bytes = 1 + dice_.below(dice_.one_in(2) ? 50 : 50'000);
    context_.http->answer = [this](const net::Request& request) { return answer(request); };
  }

  void run(int scrapes) {
    const auto service = make();
    const auto started = net::run_task(context_.loop, service->start(std::stop_token()));
    ASSERT_TRUE(started) << started.error().message();
    context_.loop.advance(scrapes * 5s);
    is_end_ = true;
    net::run_task(context_.loop, service->stop(context_.loop.clock().monotonic() + 20s));
  }

  const Received& wanted() const { return wanted_; }
  const Received& got() const { return got_; }
  std::size_t logged(std::string_view text) const { return context_.logged(text); }

 private:
  Result<net::Response> answer(const net::Request& request) {
    if (request.method == "POST") return take(*request.body);
    const std::string instance = request.url.host + ":" + std::to_string(request.url.port);
    return targets_.at(instance).scrape(to_ms(context_.loop.clock().now()), is_end_, wanted_);
  }
  Result<net::Response> take(const std::string& body) {
    if (!is_end_ && dice_.one_in(5)) return net::Response{.status = 503};
    const auto message = remote::uncompress(body, std::size_t{64} << 20);
    EXPECT_TRUE(message) << message.error().message();
    Reader reader(got_);
    if (message) {
      EXPECT_TRUE(remote::decode_write_request(*message, {}, reader));
    }
    return net::Response{.status = 200};
  }

  std::unique_ptr<Service> make() {
    const std::string limit =
        dice_.one_in(2) ? "" : ", max_batch_size_bytes: " + std::to_string(500 + dice_.below(5000));
    const std::string yaml =
        "receivers: {prometheus: {config: {scrape_configs: [{job_name: j, scrape_interval: 5s,"
        " scrape_timeout: 4s, static_configs: [{targets: ['a:1', 'b:2']}]}]}}}\n"
        "processors: {filter/1: " +
        first_.yaml + ", filter/2: " + second_.yaml +
        ", batch: {}}\n"
        "exporters: {prometheusremotewrite: {endpoint: 'http://sink/api/v1/write',"
        " disable_scope_info: true, target_info: {enabled: false}" +
        limit +
        "}}\n"
        "service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: "
        "[prometheus],"
        " processors: [filter/1, filter/2, batch], exporters: [prometheusremotewrite]}}}\n";
    config::Diagnostics diagnostics;
    const config::Node node = config::parse(yaml, "sim.yaml", diagnostics);
    static const Registry registry = builtin_components();
    const Document document = read_document(node, registry, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    World world{.loop = context_.loop,
                .random = context_.random,
                .make_http_client = net::make_fake_http_client_factory(context_.http),
                .start_http_server = nullptr,
                .env = [](std::string_view) { return std::string(); },
                .version = "v1",
                .started = context_.loop.clock().monotonic()};
    auto made = Service::make(document, std::move(world), Logger(context_.sink));
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }

  Dice dice_;
  Filter first_;
  Filter second_;
  FakeContext context_;
  std::map<std::string, Target> targets_;
  Received wanted_;
  Received got_;
  bool is_end_ = false;
};

// TRIBUTARY_SIM_SEEDS=1000 tries so many.
unsigned seeds() {
  const char* const wanted = std::getenv("TRIBUTARY_SIM_SEEDS");
  return wanted == nullptr ? 40 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
}

TEST(Collector, DeliversWhatTheRulesOfScrapingSay) {
  std::size_t samples = 0;
  for (unsigned seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);

    simulation.run(40);

    ASSERT_EQ(difference(simulation.got(), simulation.wanted()), "");
    EXPECT_EQ(simulation.logged("is not even"), 0U);
    for (const auto& [series, all] : simulation.wanted()) samples += all.size();
  }
  EXPECT_GT(samples, 10'000U);  // it was no empty exercise
}

}  // namespace
}  // namespace tributary::collector
