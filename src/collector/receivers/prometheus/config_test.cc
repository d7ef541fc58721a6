#include "collector/receivers/prometheus/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "collector/pipeline/fake_context.h"
#include "collector/receivers/prometheus/job.h"

namespace tributary::collector::prometheus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// The jobs of a receiver's configuration, or everything that is wrong with it.
struct Jobs {
  explicit Jobs(std::string yaml) {
    config::Diagnostics diagnostics;
    const config::Node node = config::parse(std::move(yaml), "t.yaml", diagnostics);
    Config config;
    if (!diagnostics.has_errors()) config::decode(node, config, diagnostics);
    messages = diagnostics.render();
    if (diagnostics.has_errors()) return;
    jobs = make_jobs(config.config, *node.find("config"), diagnostics);
  }
  std::vector<Job> jobs;
  std::string messages;
};

// With `settings` in the only job.
std::string wrong(std::string_view settings) {
  return Jobs("config: {scrape_configs: [{job_name: j, " + std::string(settings) + "}]}").messages;
}

TEST(Config, TakesTheWalkthroughsConfiguration) {
  const Jobs read(R"(
config:
  global: {scrape_interval: 15s, scrape_timeout: 10s}
  scrape_configs:
  - job_name: "prometheus-demo-app"
    static_configs:
    - targets: [ 0.0.0.0:8000 ]
)");

  EXPECT_EQ(read.messages, "");
  ASSERT_THAT(read.jobs, SizeIs(1));
  const Job& job = read.jobs[0];
  EXPECT_EQ(job.defaults.job, "prometheus-demo-app");
  EXPECT_EQ(job.defaults.interval, Duration(15s));
  EXPECT_EQ(job.defaults.timeout, Duration(10s));
  EXPECT_EQ(job.defaults.metrics_path, "/metrics");
  EXPECT_THAT(job.static_groups[0].addresses, ElementsAre("0.0.0.0:8000"));
  EXPECT_TRUE(job.rules.honor_timestamps);
  EXPECT_FALSE(job.enable_compression.has_value());
}

TEST(Config, InheritsFromGlobal) {
  const Jobs read(R"(
config:
  global:
    scrape_interval: 20s
    sample_limit: 7
    body_size_limit: 15MB
    external_labels: {region: eu}
    extra_scrape_metrics: true
  scrape_configs:
  - job_name: a
  - job_name: b
    scrape_interval: 5s
    sample_limit: 9
    body_size_limit: 1KB
    extra_scrape_metrics: false
  - {job_name: c, scrape_interval: 0s, sample_limit: 0}
)");

  ASSERT_THAT(read.jobs, SizeIs(3)) << read.messages;
  EXPECT_EQ(read.jobs[0].defaults.interval, Duration(20s));
  EXPECT_EQ(read.jobs[0].defaults.timeout, Duration(10s));
  EXPECT_EQ(read.jobs[0].rules.sample_limit, 7U);
  EXPECT_EQ(read.jobs[0].body_size_limit, 15U << 20);
  EXPECT_TRUE(read.jobs[0].rules.extra_scrape_metrics);
  EXPECT_EQ(read.jobs[0].rules.external_labels, (Labels{{"region", "eu"}}));
  EXPECT_EQ(read.jobs[1].defaults.interval, Duration(5s));
  EXPECT_EQ(read.jobs[1].defaults.timeout, Duration(5s));  // 10s does not fit
  EXPECT_EQ(read.jobs[1].rules.sample_limit, 9U);
  EXPECT_EQ(read.jobs[1].body_size_limit, 1024U);
  EXPECT_FALSE(read.jobs[1].rules.extra_scrape_metrics);
  EXPECT_EQ(read.jobs[2].defaults.interval, Duration(20s));
  EXPECT_EQ(read.jobs[2].rules.sample_limit, 7U);
}

TEST(Config, AcceptsTheKeysOf2021WithAWarning) {
  const Jobs read(R"(
use_start_time_metric: true
start_time_metric_regex: "^x"
buffer_period: 1s
buffer_count: 3
report_extra_scrape_metrics: true
trim_metric_suffixes: false
config: {scrape_configs: [{job_name: j}]}
)");

  EXPECT_THAT(read.jobs, SizeIs(1));
  EXPECT_THAT(read.messages,
              AllOf(HasSubstr("t.yaml:2:1: warning: \"use_start_time_metric\" has no effect"),
                    HasSubstr("report_extra_scrape_metrics")));
}

TEST(Config, NeedsScrapeConfigs) {
  EXPECT_THAT(Jobs("config: {}").messages, HasSubstr("no Prometheus scrape_configs"));
  EXPECT_THAT(Jobs("{}").messages, HasSubstr("no Prometheus scrape_configs"));
}

TEST(Config, RefusesUnknownKeysWithTheirPlace) {
  EXPECT_THAT(wrong("scrape_intervall: 5s"), AllOf(HasSubstr("t.yaml:1:41: error"),
                                                   HasSubstr("did you mean \"scrape_interval\"")));
  EXPECT_THAT(Jobs("config: {global: {x: 1}, scrape_configs: [{job_name: j}]}").messages,
              HasSubstr("unknown key \"x\""));
}

TEST(Config, RefusesWhatAPrometheusDoesBesidesScrapingInOneError) {
  const Jobs read(R"(
config:
  remote_write: [{url: x}]
  rule_files: [a]
  alerting: {alertmanagers: [{}]}
  remote_read: []
  scrape_configs: [{job_name: j}]
)");

  EXPECT_THAT(read.messages,
              HasSubstr("unsupported features: alerting.alertmanagers, remote_write, rule_files"));
}

TEST(Config, NamesDiscoveryThatIsNotSupportedYet) {
  EXPECT_THAT(wrong("ec2_sd_configs: [{region: x}]"),
              HasSubstr("not supported yet: ec2_sd_configs"));
  EXPECT_THAT(wrong("ec2_sd_configs: []"), IsEmpty());
  EXPECT_THAT(wrong("oauth2: {client_id: x}"), HasSubstr("not supported yet: oauth2"));
}

TEST(Config, RefusesWhatWouldChangeDataWithTheLineItStandsIn) {
  EXPECT_THAT(wrong("scrape_native_histograms: true"),
              HasSubstr("t.yaml:1:67: error: not supported yet: scrape_native_histograms"));
  EXPECT_THAT(wrong("convert_classic_histograms_to_nhcb: true"),
              HasSubstr("not supported yet: convert_classic_histograms_to_nhcb"));
  EXPECT_THAT(wrong("scrape_protocols: [PrometheusProto]"),
              HasSubstr("t.yaml:1:59: error: config::scrape_configs[0]: not supported yet: Prom"));
  EXPECT_THAT(Jobs("config:\n"
                   "  global: {scrape_native_histograms: true}\n"
                   "  scrape_configs: [{job_name: j}]\n")
                  .messages,
              HasSubstr("t.yaml:2:38: error"));
  EXPECT_THAT(Jobs("config:\n"
                   "  global: {scrape_native_histograms: true}\n"
                   "  scrape_configs: [{job_name: j, scrape_native_histograms: false}]\n")
                  .messages,
              IsEmpty());
}

TEST(Config, WarnsOfWhatHasNoEffect) {
  const auto warns = [](std::string_view settings, std::string_view text) {
    EXPECT_THAT(wrong(settings),
                AllOf(HasSubstr("warning: config::scrape_configs[0]: " + std::string(text)),
                      testing::Not(HasSubstr("error"))));
  };

  warns("enable_http2: true", "enable_http2 has no effect");
  warns("keep_dropped_targets: 5", "keep_dropped_targets has no effect");
  warns("native_histogram_bucket_limit: 5", "native_histogram_bucket_limit has no effect");
  warns("native_histogram_min_bucket_factor: 1.1", "native_histogram_min_bucket_factor has no");
  warns("scrape_protocols: [PrometheusProto, PrometheusText0.0.4]", "PrometheusProto is not");
  warns("metric_relabel_configs: [{target_label: __name__}]", "target_label __name__");
  EXPECT_THAT(wrong("enable_http2: false, always_scrape_classic_histograms: true"), IsEmpty());
  EXPECT_THAT(Jobs("config: {global: {evaluation_interval: 1m, query_log_file: x}, "
                   "scrape_configs: [{job_name: j}]}")
                  .messages,
              AllOf(HasSubstr("evaluation_interval has no effect: there are no rules"),
                    HasSubstr("query_log_file has no effect")));
}

TEST(Config, RefusesWhatCannotWork) {
  EXPECT_THAT(wrong("scrape_interval: 5s, scrape_timeout: 6s"), HasSubstr("longer than"));
  EXPECT_THAT(wrong("scrape_timeout: 2m"), HasSubstr("longer than the scrape interval 1m"));
  EXPECT_THAT(wrong("scheme: ftp"), HasSubstr("http or https"));
  EXPECT_THAT(wrong("body_size_limit: 100"), HasSubstr("needs a unit"));
  EXPECT_THAT(wrong("static_configs: [{targets: ['http://x']}]"), HasSubstr("without a scheme"));
  EXPECT_THAT(wrong("file_sd_configs: [{files: [a/*/b.yml]}]"), HasSubstr("last slash"));
  EXPECT_THAT(wrong("file_sd_configs: [{files: [a.txt]}]"), HasSubstr(".yaml"));
  EXPECT_THAT(wrong("relabel_configs: [{action: hashmod}]"), HasSubstr("modulus"));
  EXPECT_THAT(wrong("relabel_configs: [{action: renam}]"), HasSubstr("one of replace, keep"));
  EXPECT_THAT(wrong("relabel_configs: [null]"), HasSubstr("target_label"));
  EXPECT_THAT(wrong("static_configs: [null]"), HasSubstr("empty entry"));
  EXPECT_THAT(wrong("basic_auth: {username: a}, bearer_token: b"), HasSubstr("at most one"));
  EXPECT_THAT(wrong("tls_config: {ca_file: /nowhere/ca.pem}"), HasSubstr("/nowhere/ca.pem"));
  EXPECT_THAT(wrong("http_headers: {Host: {values: [x]}}"), HasSubstr("\"Host\""));
  EXPECT_THAT(wrong("metric_name_validation_scheme: legacy, relabel_configs: "
                    "[{target_label: a.b}]"),
              HasSubstr("a.b"));
  EXPECT_THAT(Jobs("config: {scrape_configs: [{job_name: a}, {job_name: a}]}").messages,
              HasSubstr("several jobs named \"a\""));
}

TEST(Config, TakesActionsInAnyCase) {
  const Jobs read(
      "config: {scrape_configs: [{job_name: j, relabel_configs: [{action: LabelDrop, regex: "
      "x}]}]}");

  ASSERT_THAT(read.jobs, SizeIs(1)) << read.messages;
  EXPECT_EQ(read.jobs[0].relabel[0].action, RelabelAction::label_drop);
}

TEST(Config, AsksForFormatsInOrder) {
  const auto accept = [](std::string_view settings) {
    return Jobs("config: {scrape_configs: [{job_name: j" + std::string(settings) + "}]}")
        .jobs.at(0)
        .accept;
  };

  EXPECT_EQ(accept(""),
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            "application/openmetrics-text;version=0.0.1;q=0.5,"
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  EXPECT_EQ(accept(", scrape_protocols: [PrometheusProto, PrometheusText0.0.4]"),
            "text/plain;version=0.0.4;q=0.6,*/*;q=0.5");
  EXPECT_THAT(accept(", metric_name_validation_scheme: legacy"), HasSubstr("escaping=underscores"));
}

TEST(Config, HidesSecretsWhenPrinted) {
  config::Diagnostics diagnostics;
  Config config;
  config::decode(config::parse("config: {scrape_configs: [{job_name: j, basic_auth: {username: u, "
                               "password: hunter2}}]}",
                               "t.yaml", diagnostics),
                 config, diagnostics);

  const std::string printed = config::to_yaml(config::print(config));

  EXPECT_THAT(printed, testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(printed, HasSubstr("username: u"));
}

TEST(Config, AuthenticatesRequestsWithOneScheme) {
  const auto authorization = [](std::string_view settings) {
    Jobs read("config: {scrape_configs: [{job_name: j, " + std::string(settings) + "}]}");
    const auto headers = request_headers(read.jobs.at(0).http);
    return headers ? std::string(headers->get("Authorization").value_or("none"))
                   : headers.error().message();
  };
  const std::string file = testing::TempDir() + "/scrape_token";
  std::ofstream(file) << "  s3cret\n";

  EXPECT_EQ(authorization("basic_auth: {username: Aladdin, password: open sesame}"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(authorization("authorization: {credentials_file: " + file + "}"), "Bearer s3cret");
  EXPECT_EQ(authorization("authorization: {type: Token, credentials: x}"), "Token x");
  EXPECT_EQ(authorization("bearer_token: 1234"), "Bearer 1234");
  EXPECT_EQ(authorization("scheme: https"), "none");
  EXPECT_EQ(authorization("bearer_token_file: /nowhere"), "cannot read /nowhere");
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void expect_named(const std::vector<config::FieldInfo>& fields, const std::string& text) {
  for (const config::FieldInfo& field : fields) {
    const bool other_discovery = std::find(kOtherDiscovery.begin(), kOtherDiscovery.end(),
                                           field.name) != kOtherDiscovery.end();
    if (!other_discovery) {
      EXPECT_THAT(text, HasSubstr("`" + field.name + "`"));
    }
    expect_named(field.fields, text);
  }
}

TEST(Config, HasEverySettingInTheReadme) {
  const std::string readme = read_file(std::filesystem::path(TRIBUTARY_SOURCE_DIR) /
                                       "src/collector/receivers/prometheus/README.md");

  expect_named(config::fields_of<Config>(), readme);
}

// Prometheus' own good and bad configurations.

bool is_good(const std::string& name) {
  return name.ends_with(".good.yml") ||
         (name.starts_with("scrape_config_") && !name.ends_with(".bad.yml"));
}

// The errors of a file that holds a whole Prometheus configuration; none: it loads.
std::vector<std::string> errors_of(const std::filesystem::path& path) {
  config::Diagnostics diagnostics;
  const config::Node node = config::parse(read_file(path), path.filename(), diagnostics);
  PrometheusConfig config;
  if (!diagnostics.has_errors()) config::decode(node, config, diagnostics);
  if (!diagnostics.has_errors()) make_jobs(config, node, diagnostics);
  std::vector<std::string> errors;
  for (const config::Diagnostic& one : diagnostics.sorted())
    if (one.severity == config::Severity::error) errors.push_back(one.to_string());
  return errors;
}

// The lines `name text` of a file in testdata.
std::map<std::string, std::string> listed(const std::string& name) {
  std::ifstream file(std::filesystem::path(TRIBUTARY_SOURCE_DIR) /
                     "src/collector/receivers/prometheus/testdata" / name);
  std::map<std::string, std::string> lines;
  for (std::string line; std::getline(file, line);) {
    const std::size_t space = line.find(' ');
    if (!line.empty() && line[0] != '#') lines[line.substr(0, space)] = line.substr(space + 1);
  }
  return lines;
}

// Errors by file, of the good and bad configurations of Prometheus' test data.
std::map<std::string, std::vector<std::string>> judge_conformance_data() {
  namespace fs = std::filesystem;
  const char* given = std::getenv("TRIBUTARY_CONFORMANCE");
  const fs::path folder =
      (given != nullptr ? fs::path(given)
                        : fs::path(TRIBUTARY_SOURCE_DIR) / "../shared/conformance") /
      "prometheus-config";
  std::map<std::string, std::vector<std::string>> judged;
  if (!fs::exists(folder)) return judged;
  const fs::path home = fs::current_path();
  fs::current_path(folder);  // its files name others
  for (const auto& file : fs::directory_iterator(".")) {
    const std::string name = file.path().filename().string();
    if (is_good(name) || name.ends_with(".bad.yml")) judged[name] = errors_of(file.path());
  }
  fs::current_path(home);
  return judged;
}

TEST(Config, AgreesWithPrometheusOnItsOwnTestData) {
  const auto judged = judge_conformance_data();
  if (judged.empty()) GTEST_SKIP() << "the conformance data is absent";

  std::set<std::string> differing, deliberate;
  for (const auto& [name, errors] : judged)
    if (errors.empty() != is_good(name)) differing.insert(name);
  for (const auto& [name, reason] : listed("config_differences.txt")) deliberate.insert(name);

  EXPECT_EQ(differing, deliberate);
}

// What each message says, as the file with the faults has it.
TEST(Config, NamesTheFaultOfEachOfItsBadConfigurations) {
  const auto judged = judge_conformance_data();
  if (judged.empty()) GTEST_SKIP() << "the conformance data is absent";
  auto faults = listed("config_faults.txt");

  for (const auto& [name, errors] : judged) {
    if (is_good(name) || errors.empty()) continue;
    const auto fault = faults.extract(name);
    if (fault.empty()) {
      ADD_FAILURE() << name << " is not listed: " << errors.front();
    } else {
      EXPECT_THAT(errors, testing::Contains(HasSubstr(fault.mapped()))) << name;
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

}  // namespace
}  // namespace tributary::collector::prometheus
