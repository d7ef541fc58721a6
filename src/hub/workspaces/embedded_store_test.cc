#include "hub/workspaces/embedded_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/faulty_disk.h"
#include "base/json_text.h"
#include "remote/snappy.h"
#include "remote/wire.h"
#include "remote/write_request.h"
#include "tsdb/test_support.h"

namespace tributary::hub::workspaces {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kId = "ws-0b1e1b0e-0000-4000-8000-000000000001";
constexpr std::int64_t kNow = 1'700'000'000'000;

class EmbeddedStoreTest : public ::testing::Test {
 protected:
  EmbeddedStoreTest() { open({}); }

  void open(Limits limits) {
    store_.reset();
    limits_ = std::make_unique<LimitsTable>(limits);
    store_ = EmbeddedStore::open({.directory = directory_.path(), .limits = *limits_}, disk_,
                                 clock_, telemetry_, Logger())
                 .value();
    ASSERT_TRUE(store_->create(kId));
  }

  // One series with these samples, as a request body.
  static std::string body(const Labels& labels, const std::vector<Sample>& samples) {
    remote::WriteRequestEncoder encoder;
    encoder.add({.labels = labels.span(), .samples = samples});
    return remote::compress(encoder.finish());
  }
  Answer write(const Labels& labels, const std::vector<Sample>& samples) {
    return send(body(labels, samples));
  }
  WriteOutcome outcome_of(std::string_view bytes, const std::string& id = kId) {
    return store_->write(id, {.content_type = {}, .content_encoding = {}, .body = bytes});
  }
  Answer send(std::string_view bytes, const std::string& id = kId) {
    return outcome_of(bytes, id).answer;
  }
  std::string read(std::string_view path, const Params& params = {}) {
    const Answer answer = store_->call(kId, {.path = path, .params = params});
    return std::to_string(answer.status) + ' ' + answer.body;
  }

  tsdb::testing::TemporaryDirectory directory_;
  FaultyDisk disk_;
  FakeClock clock_;
  Telemetry telemetry_;
  std::unique_ptr<LimitsTable> limits_;
  std::unique_ptr<EmbeddedStore> store_;
  const Labels up_{{"__name__", "up"}, {"job", "api"}};
};

TEST_F(EmbeddedStoreTest, AnswersWhatWasWritten) {
  ASSERT_EQ(write(up_, {{kNow - 1500, 1}, {kNow - 500, 2.5}}).status, 200);
  const std::string labels = R"({"__name__":"up","job":"api"})";
  const std::string success = R"(200 {"status":"success","data":)";

  EXPECT_EQ(read("query", {{"query", "up"}}), success +
                                                  R"({"resultType":"vector","result":[{"metric":)" +
                                                  labels + R"(,"value":[1700000000,"2.5"]}]}})");
  EXPECT_EQ(read("query", {{"query", "up[1m]"}}),
            success + R"({"resultType":"matrix","result":[{"metric":)" + labels +
                R"(,"values":[[1699999998.500,"1"],[1699999999.500,"2.5"]]}]}})");
  EXPECT_EQ(read("query_range",
                 {{"query", "up"}, {"start", "1699999999"}, {"end", "1700000000"}, {"step", "1"}}),
            success + R"({"resultType":"matrix","result":[{"metric":)" + labels +
                R"(,"values":[[1699999999,"1"],[1700000000,"2.5"]]}]}})");
  EXPECT_EQ(read("series", {{"match[]", "up"}, {"match[]", "{job=\"api\"}"}}),
            success + "[" + labels + "]}");
  EXPECT_EQ(read("labels"), success + R"(["__name__","job"]})");
  EXPECT_EQ(read("label/job/values"), success + R"(["api"]})");
  EXPECT_EQ(read("label/U__job/values"), success + R"(["api"]})");
  EXPECT_EQ(read("label/__name__/values", {{"start", "1800000000"}}), success + "[]}");
}

TEST_F(EmbeddedStoreTest, AnswersWhatGrafanaAsksFirst) {
  EXPECT_EQ(read("query", {{"query", "1+1"}, {"time", "4"}}),
            R"(200 {"status":"success","data":{"resultType":"scalar","result":[4,"2"]}})");
  EXPECT_THAT(read("status/buildinfo"), HasSubstr(R"("version":"3)"));
  EXPECT_EQ(read("rules"), R"(200 {"status":"success","data":{"groups":[]}})");
  EXPECT_EQ(read("alerts"), R"(200 {"status":"success","data":{"alerts":[]}})");
  EXPECT_EQ(read("query_exemplars",
                 {{"query", "test"}, {"start", "1795349454195"}, {"end", "1795349454195"}}),
            R"(200 {"status":"success","data":[]})");
  EXPECT_EQ(read("metadata", {{"limit", "40000"}}), R"(200 {"status":"success","data":{}})");
}

TEST_F(EmbeddedStoreTest, SaysWhatIsWrongWithAQuery) {
  const auto check = [this](const char* path, const Params& params, const char* message,
                            const char* type = "400 bad_data") {
    const std::string_view kind(type);
    EXPECT_EQ(read(path, params),
              std::string(kind.substr(0, 4)) + "{\"status\":\"error\",\"errorType\":\"" +
                  std::string(kind.substr(4)) + "\",\"error\":" + json_string(message) + "}");
  };

  check("query", {{"query", "up{"}},
        "invalid parameter \"query\": 1:4: parse error: unexpected end of input inside braces");
  check("query", {{"query", "up"}, {"time", "x"}},
        "invalid parameter \"time\": invalid time value for 'time': cannot parse \"x\" to a valid "
        "timestamp");
  check("query", {{"query", "up"}, {"limit", "-1"}},
        "invalid parameter \"limit\": limit must be non-negative");
  check("query", {{"query", "up"}, {"timeout", "soon"}},
        "invalid parameter \"timeout\": cannot parse \"soon\" to a valid duration");
  check("query", {{"query", "up"}, {"lookback_delta", "soon"}},
        "error parsing lookback delta duration: cannot parse \"soon\" to a valid duration");
  check("query_range", {{"query", "up"}, {"start", "x"}},
        "invalid parameter \"start\": cannot parse \"x\" to a valid timestamp");
  check("query_range", {{"query", "up"}, {"start", "10"}, {"end", "9"}, {"step", "1"}},
        "invalid parameter \"end\": end timestamp must not be before start time");
  check("query_range", {{"query", "up"}, {"start", "0"}, {"end", "9"}, {"step", "0"}},
        "invalid parameter \"step\": zero or negative query resolution step widths are not "
        "accepted. Try a positive integer");
  check("query_range", {{"query", "up"}, {"start", "0"}, {"end", "11001"}, {"step", "1"}},
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
        "resolution (?step=XX)");
  check("query_range", {{"query", "up[5m]"}, {"start", "0"}, {"end", "1"}, {"step", "1"}},
        "invalid parameter \"query\": invalid expression type \"range vector\" for range query, "
        "must be Scalar or instant Vector");
  check("series", {}, "no match[] parameter provided");
  check("labels", {{"match[]", "{}"}}, "match[] must contain at least one non-empty matcher");
  check("metadata", {{"limit", "x"}}, "limit must be a number");
  check("query_exemplars", {{"query", "up{"}},
        "1:4: parse error: unexpected end of input inside braces");
  check("query_exemplars", {{"query", "up"}, {"start", "2"}, {"end", "1"}},
        "end timestamp must not be before start timestamp");
  check("format_query", {{"query", "up{"}},
        "invalid parameter \"query\": 1:4: parse error: unexpected end of input inside braces");
  check("rules", {{"type", "x"}}, "invalid parameter \"type\": not supported value \"x\"");
  check("label/U__/values", {}, "invalid label name: \"\"");
  check("labels", {{"match[]", "{"}}, "1:2: parse error: unexpected end of input inside braces");
  check("series", {{"match[]", "{"}},
        "invalid parameter \"match[]\": 1:2: parse error: unexpected end of input inside braces");
  check("nothing", {}, "no such API path: /api/v1/nothing", "404 not_found");
}

TEST_F(EmbeddedStoreTest, TellsWhereSeriesComeFrom) {
  write(up_, {{kNow, 1}});
  write({{"__name__", "up"}, {"job", "web"}}, {{kNow, 1}});
  write({{"__name__", "down"}, {"job", "web"}}, {{kNow - 1000, 1}});

  const std::string status = read("status/tsdb", {{"limit", "1"}});

  EXPECT_THAT(status, StartsWith(R"(200 {"status":"success","data":{"headStats":{"numSeries":3,)"
                                 R"("numLabelPairs":4,"chunkCount":3,"minTime":1699999999000,)"
                                 R"("maxTime":1700000000000},)"));
  EXPECT_THAT(status, HasSubstr(R"("seriesCountByMetricName":[{"name":"up","value":2}])"));
  EXPECT_THAT(status, HasSubstr(R"("seriesCountByLabelValuePair":[{"name":)"));
  EXPECT_THAT(read("status/tsdb", {{"limit", "0"}}), HasSubstr("limit must be a positive number"));
  EXPECT_THAT(read("status/tsdb", {{"limit", "10001"}}), HasSubstr("limit must not exceed 10000"));
}

TEST_F(EmbeddedStoreTest, TruncatesWithAWarning) {
  write({{"__name__", "a"}}, {{kNow, 1}});
  write({{"__name__", "b"}}, {{kNow, 1}});

  EXPECT_EQ(
      read("label/__name__/values", {{"limit", "1"}}),
      R"(200 {"status":"success","data":["a"],"warnings":["results truncated due to limit"]})");
  EXPECT_THAT(read("query", {{"query", "{__name__=~\"a|b\"}"}, {"limit", "1"}}),
              HasSubstr("truncated"));
}

TEST_F(EmbeddedStoreTest, StoresWhatIsGoodAndNamesWhatIsNot) {
  open({.out_of_order_window = {0s}});
  ASSERT_EQ(write(up_, {{kNow - 1000, 1}}).status, 200);

  const Answer answer = write(up_, {{kNow - 2000, 1}, {kNow - 1000, 5}, {kNow, 3}});

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            "workspace " + std::string(kId) +
                ": 1 duplicate sample for timestamp, 1 out of order sample; the other 1 samples "
                "are stored; first: out of order sample. timestamp=2023-11-14T22:13:18.000Z, "
                "series=up{job=\"api\"}\n");
  EXPECT_THAT(read("query", {{"query", "up"}}), HasSubstr(R"([1700000000,"3"])"));
  EXPECT_THAT(telemetry_.render(),
              HasSubstr("tributary_hub_samples_refused_total{reason=\"out of order sample\","
                        "workspace=\"" +
                        std::string(kId) + "\"} 1"));
}

TEST_F(EmbeddedStoreTest, GivesAnExampleOfEachReasonThatItRefusesFor) {
  open({.labels_per_series_max = 3, .out_of_order_window = {0s}});
  ASSERT_EQ(write(up_, {{kNow - 1000, 1}}).status, 200);
  const Labels wide{{"__name__", "m"}, {"a", "1"}, {"b", "2"}, {"c", "3"}};
  std::vector<Sample> samples;
  for (int i = 1; i <= 9; ++i) samples.push_back({kNow - 1000 - i, 1});
  samples.push_back({kNow - 1000, 5});
  remote::WriteRequestEncoder encoder;
  encoder.add({.labels = up_.span(), .samples = samples});
  encoder.add({.labels = wide.span(), .samples = samples});

  const WriteOutcome outcome = outcome_of(remote::compress(encoder.finish()));

  ASSERT_EQ(outcome.refused.size(), 3U);
  EXPECT_EQ(outcome.refused.at("out of order sample").count, 9U);
  EXPECT_EQ(outcome.refused.at("out of order sample").example,
            "out of order sample. timestamp=2023-11-14T22:13:18.999Z, series=up{job=\"api\"}");
  EXPECT_EQ(outcome.refused.at("duplicate sample for timestamp").example,
            "duplicate sample for timestamp. timestamp=2023-11-14T22:13:19.000Z, "
            "series=up{job=\"api\"}");
  EXPECT_EQ(outcome.refused.at("invalid labels").count, 10U);
  EXPECT_THAT(outcome.refused.at("invalid labels").example, HasSubstr("too many labels"));
  EXPECT_EQ(outcome.failure, "");
}

TEST_F(EmbeddedStoreTest, SaysWhyNothingOfARequestIsTaken) {
  open({.request_size_max = {100}});

  EXPECT_EQ(outcome_of("\x05\xff\xff").failure, "unreadable request");
  EXPECT_EQ(outcome_of(remote::compress(std::string(101, 'a'))).failure, "request too large");
  EXPECT_EQ(store_->write(kId, {.content_type = "application/json", .body = "{}"}).failure,
            "unsupported content type");
  EXPECT_EQ(outcome_of("", "ws-none").answer.status, 404);
  EXPECT_THAT(
      telemetry_.render(),
      HasSubstr("tributary_hub_writes_failed_total{reason=\"request too large\",workspace=\"" +
                std::string(kId) + "\"} 1"));
}

TEST_F(EmbeddedStoreTest, TellsHowMuchOfAWorkspaceIsUsed) {
  write(up_, {{kNow, 1}});

  EXPECT_EQ(store_->usage(kId)->active_series, 1U);
  EXPECT_EQ(store_->usage("ws-none").error().code(), Code::not_found);
}

TEST_F(EmbeddedStoreTest, RefusesSeriesThatBreakTheRulesAndStoresTheOthers) {
  open({.labels_per_series_max = 3, .label_value_bytes_max = 10});
  const auto check = [this](const std::vector<Label>& labels, const char* expected) {
    remote::WriteRequestEncoder encoder;
    const std::vector<Sample> samples{{kNow, 1}};
    encoder.add({.labels = labels, .samples = samples});
    encoder.add({.labels = up_.span(), .samples = samples});
    const Answer answer = send(remote::compress(encoder.finish()));
    EXPECT_EQ(answer.status, 400) << expected;
    EXPECT_THAT(answer.body, HasSubstr("1 invalid labels; the other 1 samples are stored"));
    EXPECT_THAT(answer.body, HasSubstr(expected));
  };

  check({{"job", "x"}}, "sample missing metric name");
  check({{"__name__", "m"}, {"a", "1"}, {"b", "2"}, {"c", "3"}},
        "series has too many labels (actual: 4, limit: 3) series: 'm'");
  check({{"__name__", "m"}, {"a", "12345678901"}},
        "label value too long (actual: 11, limit: 10) label: 'a' series: 'm'");
  check({{"__name__", "m"}, {"a", "\xff"}}, "value of label 'a' is not UTF-8, series 'm'");
  check({{"__name__", "m"}, {"a", "1"}, {"a", "2"}}, "label name \"a\" comes twice, series 'm'");
}

TEST_F(EmbeddedStoreTest, TakesLabelsInAnyOrderAndEmptyOnesAsAbsent) {
  const std::vector<Label> labels{{"job", "api"}, {"zone", ""}, {"__name__", "up"}};
  const std::vector<Sample> samples{{kNow, 1}};
  remote::WriteRequestEncoder encoder;
  encoder.add({.labels = labels, .samples = samples});

  EXPECT_EQ(send(remote::compress(encoder.finish())).status, 200);
  EXPECT_EQ(read("series", {{"match[]", "up"}}),
            R"(200 {"status":"success","data":[{"__name__":"up","job":"api"}]})");
}

TEST_F(EmbeddedStoreTest, StoresNativeHistogramsAndShowsTheirBuckets) {
  const NativeHistogram good{.count = 3,
                             .sum = 5,
                             .schema = 0,
                             .zero_threshold = 0.25,
                             .zero_count = 1,
                             .positive_spans = {{.offset = 0, .length = 2}},
                             .positive_deltas = {1, 0}};
  NativeHistogram wrong = good;
  wrong.count = 7;
  const auto send_histogram = [this](const NativeHistogram& histogram, std::int64_t ms) {
    const std::vector<remote::HistogramSample> histograms{{ms, histogram}};
    remote::WriteRequestEncoder encoder;
    encoder.add({.labels = up_.span(), .histograms = histograms});
    return send(remote::compress(encoder.finish()));
  };

  const Answer stored = send_histogram(good, kNow);
  const Answer refused = send_histogram(wrong, kNow + 1);

  EXPECT_EQ(stored.status, 200) << stored.body;
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("invalid histogram"));
  EXPECT_THAT(read("query", {{"query", "up"}}),
              HasSubstr(R"("histogram":[1700000000,{"count":"3","sum":"5","buckets":)"
                        R"([[3,"-0.25","0.25","1"],[0,"0.5","1","1"],[0,"1","2","1"]]}])"));
  EXPECT_THAT(read("query", {{"query", "histogram_count(up)"}}), HasSubstr(R"("3")"));
}

TEST_F(EmbeddedStoreTest, StoresExemplarsAndFindsThemByAnExpression) {
  const std::vector<Sample> samples{{kNow, 1}};
  const std::vector<Exemplar> exemplars{
      {.labels = {{"trace_id", "x"}}, .value = 1.5, .timestamp_ms = kNow - 500},
      {.labels = {{"trace_id", std::string(200, 'x')}}, .value = 1, .timestamp_ms = kNow}};
  remote::WriteRequestEncoder encoder;
  encoder.add({.labels = up_.span(), .samples = samples, .exemplars = exemplars});

  const Answer answer = send(remote::compress(encoder.finish()));

  EXPECT_EQ(answer.status, 200) << answer.body;
  const std::string found =
      R"(200 {"status":"success","data":[{"seriesLabels":{"__name__":"up","job":"api"},)"
      R"("exemplars":[{"labels":{"trace_id":"x"},"value":"1.5","timestamp":1699999999.500}]}]})";
  EXPECT_EQ(read("query_exemplars", {{"query", "sum(rate(up[5m])) / 2"}}), found);
  EXPECT_EQ(read("query_exemplars", {{"query", "up"}, {"start", "1800000000000"}}),
            R"(200 {"status":"success","data":[]})");
  EXPECT_EQ(read("query_exemplars", {{"query", "1 + 1"}}), "204 ");
  EXPECT_THAT(telemetry_.render(), HasSubstr("tributary_hub_exemplars_refused_total{workspace=\"" +
                                             std::string(kId) + "\"} 1"));
}

TEST_F(EmbeddedStoreTest, TakesSamplesThatAreALittleLate) {
  open({.out_of_order_window = {1min}});
  ASSERT_EQ(write(up_, {{kNow, 1}}).status, 200);

  const Answer late = write(up_, {{kNow - 30'000, 2}});
  const Answer too_late = write(up_, {{kNow - 90'000, 3}});

  EXPECT_EQ(late.status, 200) << late.body;
  EXPECT_EQ(too_late.status, 400);
  EXPECT_THAT(read("query", {{"query", "up[5m]"}}),
              HasSubstr(R"([[1699999970,"2"],[1700000000,"1"]])"));
}

TEST_F(EmbeddedStoreTest, HoldsQueriesToTheirLimits) {
  open({.query_samples_max = 3, .answer_size_max = {200}, .query_range_max = {1h}});
  for (int i = 0; i < 5; ++i) write(up_, {{kNow - 5000 + i * 1000, 1}});
  const auto refused = [this](const char* path, const Params& params, const char* message) {
    EXPECT_EQ(read(path, params),
              "422 {\"status\":\"error\",\"errorType\":\"execution\",\"error\":" +
                  json_string(message) + "}");
  };

  refused("query", {{"query", "up[1m]"}},
          "query processing would load too many samples into memory in query execution");
  refused("query_range",
          {{"query", "vector(1)"}, {"start", "1699990000"}, {"end", "1700000000"}, {"step", "1h"}},
          "the query time range exceeds the limit (query length: 2h46m40s, limit: 1h0m0s)");
  open({.answer_size_max = {200}});
  refused("query_range",
          {{"query", "up"}, {"start", "1699999996"}, {"end", "1700000030"}, {"step", "1"}},
          "the query hit the aggregated data size limit (limit: 200 bytes)");
}

TEST_F(EmbeddedStoreTest, TakesOverChangedLimitsWhileItRuns) {
  write(up_, {{kNow, 1}});
  config::Diagnostics diagnostics;
  limits_->load("defaults: {active_series_max: 1}", "limits.yaml", {}, diagnostics);

  store_->maintain();

  EXPECT_EQ(write({{"__name__", "other"}}, {{kNow, 1}}).status, 429);
  EXPECT_THAT(telemetry_.render(),
              HasSubstr("tributary_hub_limit{limit=\"active_series_max\",workspace=\"" +
                        std::string(kId) + "\"} 1\n"));
}

TEST_F(EmbeddedStoreTest, AnswersLimitsWith429) {
  open({.active_series_max = 1, .ingestion_rate = 10, .ingestion_burst = 3});
  ASSERT_EQ(write(up_, {{kNow, 1}}).status, 200);

  const Answer series = write({{"__name__", "other"}}, {{kNow, 1}});
  const Answer rate = write(up_, {{kNow + 1, 1}, {kNow + 2, 1}});

  EXPECT_EQ(series.status, 429);
  EXPECT_THAT(series.body, HasSubstr("per-user series limit of 1 exceeded, please contact "
                                     "administrator to raise it"));
  EXPECT_EQ(rate.status, 429);
  EXPECT_EQ(rate.body,
            "ingestion rate limit (10) exceeded while adding 2 samples and 0 metadata\n");
}

// A message of remote write 2.0 with one series of one sample; `refs` are its labels.
std::string body_v2(std::string_view refs, std::int64_t ms) {
  std::string sample;
  remote::append_float64_field(sample, 1, 7);
  remote::append_varint_field(sample, 2, static_cast<std::uint64_t>(ms));
  std::string metadata;
  remote::append_varint_field(metadata, 1, 1);
  remote::append_varint_field(metadata, 3, 3);
  std::string series;
  remote::append_bytes_field(series, 1, refs);
  remote::append_bytes_field(series, 2, sample);
  remote::append_bytes_field(series, 5, metadata);
  std::string message;
  for (const char* symbol : {"", "__name__", "calls_total", "Calls."})
    remote::append_bytes_field(message, 4, symbol);
  remote::append_bytes_field(message, 5, series);
  return remote::compress(message);
}

TEST_F(EmbeddedStoreTest, TakesRemoteWrite2AndSaysWhatIsWritten) {
  const auto send_v2 = [this](const std::string& bytes) {
    const char* type = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    return store_->write(kId, {.content_type = type, .content_encoding = "snappy", .body = bytes})
        .answer;
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const auto written = [](const char* samples) {
    return Headers{{"X-Prometheus-Remote-Write-Samples-Written", samples},
                   {"X-Prometheus-Remote-Write-Histograms-Written", "0"},
                   {"X-Prometheus-Remote-Write-Exemplars-Written", "0"}};
  };

  const Answer good = send_v2(body_v2({"\x01\x02", 2}, kNow));
  const Answer broken = send_v2(body_v2({"\x01\x09", 2}, kNow));
  const Answer nothing = send_v2("not snappy");
  const Answer json = store_->write(kId, {.content_type = "application/json", .body = "{}"}).answer;

  EXPECT_EQ(good.status, 204) << good.body;
  EXPECT_EQ(good.headers, written("1"));
  EXPECT_EQ(broken.status, 400);
  EXPECT_THAT(broken.body, HasSubstr("a label value refers to symbol 9 of 4"));
  EXPECT_EQ(broken.headers, written("0"));
  EXPECT_EQ(nothing.status, 400);
  EXPECT_EQ(nothing.headers, written("0"));
  EXPECT_EQ(json.status, 415);
  EXPECT_TRUE(json.headers.empty());
  EXPECT_THAT(read("query", {{"query", "calls_total"}}), HasSubstr(R"([1700000000,"7"])"));
  EXPECT_THAT(read("metadata"), HasSubstr(R"("calls_total":[{"type":"counter","help":"Calls.")"));
}

TEST_F(EmbeddedStoreTest, AnswersRemoteRead) {
  write(up_, {{kNow - 2000, 1}, {kNow - 1000, 2}, {kNow, 3}});
  std::string matcher;
  remote::append_bytes_field(matcher, 2, "job");
  remote::append_bytes_field(matcher, 3, "api");
  std::string query;
  remote::append_varint_field(query, 1, kNow - 1000);
  remote::append_varint_field(query, 2, kNow);
  remote::append_bytes_field(query, 3, matcher);
  std::string request;
  remote::append_bytes_field(request, 1, query);
  const auto ask = [this](std::string_view body) {
    return store_->call(kId, {.path = "read", .params = {}, .body = body});
  };
  remote::WriteRequestEncoder series;  // a query's result is written like a request of writes
  const std::vector<Sample> samples{{kNow - 1000, 2}, {kNow, 3}};
  series.add({.labels = up_.span(), .samples = samples});
  std::string expected;
  remote::append_bytes_field(expected, 1, series.finish());

  const Answer answer = ask(remote::compress(request));

  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.content_type, "application/x-protobuf");
  EXPECT_EQ(remote::uncompress(answer.body, 1U << 20).value(), expected);
  EXPECT_EQ(ask("not snappy").status, 400);
}

TEST_F(EmbeddedStoreTest, RefusesBodiesThatDoNotDecode) {
  open({.request_size_max = {1000}});
  const std::string large = body(up_, std::vector<Sample>(500, Sample{kNow, 1}));

  EXPECT_EQ(send("not snappy").status, 400);
  EXPECT_EQ(send(remote::compress("\x0a\xff\xff")).status, 400);
  EXPECT_EQ(send(large).status, 413);
  EXPECT_EQ(send(remote::compress("")).status, 200);
}

TEST_F(EmbeddedStoreTest, Answers503WhileTheDiskIsFullAndLosesNothing) {
  ASSERT_EQ(write(up_, {{kNow, 1}}).status, 200);
  disk_.set({.bytes_left = 5});
  const Answer full = write(up_, {{kNow + 1, 2}});
  disk_.set({.syncs = true});
  const Answer failing = write(up_, {{kNow + 1, 2}});
  disk_.set({});
  const Answer again = write(up_, {{kNow + 1, 2}});
  disk_.lose_unsynced();
  open({});

  EXPECT_EQ(full.status, 503);
  EXPECT_THAT(full.body, HasSubstr("No space left on device"));
  EXPECT_EQ(failing.status, 503);
  EXPECT_EQ(again.status, 200);
  EXPECT_THAT(read("query", {{"query", "up[1m]"}, {"time", "1700000001"}}),
              HasSubstr(R"([[1700000000,"1"],[1700000000.001,"2"]])"));
}

TEST_F(EmbeddedStoreTest, KeepsWorkspacesApartAndOverARestart) {
  const std::string other = "ws-0b1e1b0e-0000-4000-8000-000000000002";
  ASSERT_TRUE(store_->create(other));
  write(up_, {{kNow, 1}});

  open({});
  store_->open_all();

  EXPECT_THAT(read("query", {{"query", "up"}}), HasSubstr(R"("value":[1700000000,"1"])"));
  EXPECT_EQ(store_->call(other, {.path = "labels", .params = {}}).body,
            R"({"status":"success","data":[]})");
}

TEST_F(EmbeddedStoreTest, ForgetsARemovedWorkspace) {
  write(up_, {{kNow, 1}});

  ASSERT_TRUE(store_->remove(kId));

  EXPECT_EQ(write(up_, {{kNow, 1}}).status, 404);
  EXPECT_EQ(read("labels"), R"(404 {"Message":"Workspace not found"})");
  EXPECT_TRUE(disk_.list(directory_.path() + "/workspaces").value().empty());
  ASSERT_TRUE(store_->remove(kId));
  ASSERT_TRUE(store_->create(kId));
  EXPECT_THAT(read("labels"), HasSubstr(R"("data":[])"));
}

TEST_F(EmbeddedStoreTest, RefusesIdsThatAreNotPlainNames) {
  for (const char* id : {"", "..", "a/b", "../x", "A", "ws_1", "x.tmp-for-deletion"}) {
    EXPECT_FALSE(store_->create(id)) << id;
    EXPECT_EQ(send("", id).status, 404) << id;
    EXPECT_TRUE(store_->remove(id)) << id;
  }
}

TEST_F(EmbeddedStoreTest, KeepsMetadata) {
  remote::WriteRequestEncoder encoder;
  encoder.add_metadata(
      {.type = MetricType::counter, .family = "requests_total", .help = "Requests.", .unit = "1"});
  ASSERT_EQ(send(remote::compress(encoder.finish())).status, 200);

  EXPECT_EQ(read("metadata"), R"(200 {"status":"success","data":{"requests_total":)"
                              R"([{"type":"counter","help":"Requests.","unit":"1"}]}})");
  EXPECT_EQ(read("metadata", {{"metric", "x"}}), R"(200 {"status":"success","data":{}})");
  EXPECT_EQ(read("metadata", {{"limit", "0"}}), R"(200 {"status":"success","data":{}})");
}

TEST_F(EmbeddedStoreTest, ServesManyThreadsWhileAWorkspaceIsRemoved) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        const Answer answer = write({{"__name__", "m"}, {"t", std::to_string(t)}}, {{kNow + i, 1}});
        EXPECT_TRUE(answer.status == 200 || answer.status == 404) << answer.body;
        EXPECT_THAT(read("query", {{"query", "m"}}),
                    testing::AnyOf(StartsWith("200"), StartsWith("404")));
        if (t == 0 && i == 25) {
          EXPECT_TRUE(store_->remove(kId));
        }
        if (t == 1) store_->maintain();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(write(up_, {{kNow, 1}}).status, 404);
}

}  // namespace
}  // namespace tributary::hub::workspaces
