#include "promql/function.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "promql/interpolation.h"

namespace tributary::promql {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

// A window of samples and what its function has noted.
struct Fixture {
  std::vector<Sample> floats;
  std::vector<HistogramSample> histograms;
  std::vector<std::int64_t> float_starts;
  std::vector<std::int64_t> histogram_starts;
  std::string name = "requests_total";
  bool anchored = false;
  bool smoothed = false;
  Annotations annotations;
  std::string failure;

  // Over (start_ms, end_ms].
  std::optional<Point> point(std::string_view function, std::int64_t start_ms, std::int64_t end_ms,
                             std::vector<double> scalars = {}) {
    const RangeWindow window{.floats = floats,
                             .histograms = histograms,
                             .float_starts_ms = float_starts,
                             .histogram_starts_ms = histogram_starts,
                             .start_ms = start_ms,
                             .end_ms = end_ms,
                             .time_ms = end_ms,
                             .anchored = anchored,
                             .smoothed = smoothed};
    FunctionNotes notes{.annotations = annotations, .position = {}, .metric_name = name};
    const auto call = std::get<RangeFunction>(find_function(function)->implementation);
    auto result = call(window, scalars, notes);
    failure = notes.failure;
    return result;
  }

  double value(std::string_view function, std::int64_t start_ms, std::int64_t end_ms,
               std::vector<double> scalars = {}) {
    const auto result = point(function, start_ms, end_ms, std::move(scalars));
    return result ? result->value : -12345;
  }
};

std::vector<Sample> every_10s(std::vector<double> values) {
  std::vector<Sample> samples;
  for (const double value : values) {
    samples.push_back({static_cast<std::int64_t>(samples.size() + 1) * 10'000, value});
  }
  return samples;
}

std::optional<Point> of_sample(std::string_view function, Point sample,
                               std::vector<double> scalars = {}) {
  Annotations annotations;
  FunctionNotes notes{.annotations = annotations, .position = {}};
  const auto call = std::get<SampleFunction>(find_function(function)->implementation);
  return call(sample, 0, scalars, notes);
}

double of_float(std::string_view function, double value, std::vector<double> scalars = {}) {
  const auto result = of_sample(function, {value, nullptr}, std::move(scalars));
  return result ? result->value : -12345;
}

FloatHistogram one_bucket(double count, double sum) {
  FloatHistogram histogram;
  histogram.count = count;
  histogram.sum = sum;
  histogram.positive_spans = {{0, 1}};
  histogram.positive_counts = {count};
  return histogram;
}

FloatHistogramPtr shared(FloatHistogram histogram) {
  return std::make_shared<const FloatHistogram>(std::move(histogram));
}

TEST(FunctionTable, KnowsAllOfPrometheus) {
  EXPECT_EQ(all_functions().size(), 90U);
  EXPECT_EQ(find_function("no_such_function"), nullptr);
  EXPECT_TRUE(find_function("info")->experimental);
  EXPECT_EQ(find_function("histogram_quantiles")->variadic, 9);
  EXPECT_EQ(find_function("label_join")->variadic, -1);
}

TEST(FunctionTable, EveryFunctionIsComputedBySomething) {
  for (const Function& function : all_functions()) {
    if (const auto* sample = std::get_if<SampleFunction>(&function.implementation)) {
      EXPECT_NE(*sample, nullptr) << function.name;
    } else if (const auto* range = std::get_if<RangeFunction>(&function.implementation)) {
      EXPECT_NE(*range, nullptr) << function.name;
    }
  }
}

TEST(SampleFunctions, ComputeFloatsAndLeaveHistogramsOut) {
  EXPECT_EQ(of_float("abs", -3), 3);
  EXPECT_EQ(of_float("sgn", -0.5), -1);
  EXPECT_DOUBLE_EQ(of_float("deg", 3.141592653589793), 180);
  EXPECT_TRUE(std::isnan(of_float("sqrt", -1)));
  EXPECT_EQ(of_sample("abs", {0, shared(one_bucket(1, 1))}), std::nullopt);
}

TEST(SampleFunctions, RoundHalvesUpwards) {
  EXPECT_EQ(of_float("round", 2.5), 3);
  EXPECT_EQ(of_float("round", -2.5), -2);
  EXPECT_EQ(of_float("round", 17, {5}), 15);
}

TEST(SampleFunctions, ClampBetweenBoundsThatMakeSense) {
  EXPECT_EQ(of_float("clamp", 100, {-25, 75}), 75);
  EXPECT_EQ(of_float("clamp_min", -100, {-25}), -25);
  EXPECT_TRUE(std::isnan(of_float("clamp_max", 100, {kNaN})));
  EXPECT_EQ(of_sample("clamp", {1, nullptr}, {5, -5}), std::nullopt);
}

TEST(SampleFunctions, TellPartsOfTheDate) {
  const double leap_day = 1'456'790'399;  // 2016-02-29T23:59:59Z, a Monday

  EXPECT_EQ(of_float("year", leap_day), 2016);
  EXPECT_EQ(of_float("month", leap_day), 2);
  EXPECT_EQ(of_float("day_of_month", leap_day), 29);
  EXPECT_EQ(of_float("day_of_year", leap_day), 60);
  EXPECT_EQ(of_float("day_of_week", leap_day), 1);
  EXPECT_EQ(of_float("days_in_month", leap_day), 29);
  EXPECT_EQ(of_float("hour", leap_day), 23);
  EXPECT_EQ(of_float("minute", leap_day), 59);
  EXPECT_EQ(of_float("year", -1), 1969);
  EXPECT_EQ(of_float("day_of_week", -1), 3);
}

TEST(SampleFunctions, TakeNumbersThatAreNoTimes) {
  for (const double value : {kNaN, kInfinity, -kInfinity, 1e300}) {
    EXPECT_GE(of_float("day_of_month", value), 1);
    EXPECT_LE(of_float("month", value), 12);
  }
  EXPECT_EQ(of_float("year", kInfinity), 292'277'026'596) << "as Go has it";
  EXPECT_EQ(of_float("hour", kNaN), 15);
}

TEST(SampleFunctions, MeasureHistogramsAlone) {
  const Point sample{0, shared(one_bucket(4, 3))};

  EXPECT_EQ(of_sample("histogram_count", sample)->value, 4);
  EXPECT_EQ(of_sample("histogram_avg", sample)->value, 0.75);
  EXPECT_EQ(of_sample("histogram_sum", {1, nullptr}), std::nullopt);
}

TEST(Rate, ExtrapolatesToBothEndsOfTheWindow) {
  Fixture fixture{.floats = every_10s({10, 20, 30, 40, 50})};

  // 40 in 40 s, the samples reach within 1.1 intervals of both ends.
  EXPECT_DOUBLE_EQ(fixture.value("rate", 0, 50'000), 1);
  EXPECT_DOUBLE_EQ(fixture.value("increase", 0, 50'000), 50);
  EXPECT_TRUE(fixture.annotations.empty());
}

TEST(Rate, StopsHalfAnIntervalBeyondSamplesThatEndEarly) {
  Fixture fixture{.floats = every_10s({10, 20, 30})};

  // Ends at 30 s, the window at 60 s; begins at 10 s, where the counter would be at zero at 0 s.
  EXPECT_DOUBLE_EQ(fixture.value("increase", 0, 60'000), 35);
}

TEST(Rate, DoesNotTakeACounterBelowZero) {
  Fixture fixture{.floats = every_10s({1, 11, 21})};

  // Zero was 1 s before the first sample.
  EXPECT_DOUBLE_EQ(fixture.value("increase", 0, 30'000), 21);
  EXPECT_DOUBLE_EQ(fixture.value("delta", 0, 30'000), 30);
}

TEST(Rate, AddsWhatResetsTookAway) {
  Fixture fixture{.floats = every_10s({100, 110, 5, 15})};

  // 110 - 100 + 5 + 10.
  EXPECT_DOUBLE_EQ(fixture.value("increase", 10'000, 40'000), 25);
  EXPECT_EQ(fixture.value("resets", 0, 40'000), 1);
}

TEST(Rate, NeedsTwoSamplesOrAStartTime) {
  Fixture fixture{.floats = {{10'000, 5}}};
  EXPECT_EQ(fixture.point("rate", 0, 20'000), std::nullopt);

  fixture.float_starts = {5'000};
  EXPECT_DOUBLE_EQ(fixture.value("increase", 0, 20'000), 5);
}

TEST(Rate, SeesResetsByStartTimes) {
  Fixture fixture{.floats = {{10'000, 5}, {20'000, 7}}, .float_starts = {1'000, 15'000}};

  // 7 - 5 + 5, and the 5 from the first start on; 19 s were sampled.
  EXPECT_DOUBLE_EQ(fixture.value("increase", 0, 20'000), 12);
}

TEST(Rate, InfersFromNamesWhatIsNoCounter) {
  Fixture fixture{.floats = every_10s({1, 2}), .name = "temperature"};

  fixture.value("rate", 0, 20'000);

  ASSERT_EQ(fixture.annotations.infos("").size(), 1U);
  EXPECT_EQ(fixture.annotations.infos("")[0],
            "PromQL info: metric might not be a counter, name does not end in "
            "_total/_sum/_count/_bucket: \"temperature\"");
}

TEST(Rate, RefusesFloatsAmongHistograms) {
  Fixture fixture{.floats = {{10'000, 1}},
                  .histograms = {{20'000, shared(one_bucket(1, 1))}},
                  .name = "mixed_total"};

  EXPECT_EQ(fixture.point("rate", 0, 20'000), std::nullopt);
  EXPECT_EQ(fixture.annotations.warnings("")[0],
            "PromQL warning: encountered a mix of histograms and floats for metric name "
            "\"mixed_total\"");
}

TEST(Rate, OfHistogramsIsAGaugeHistogram) {
  Fixture fixture{
      .histograms = {{10'000, shared(one_bucket(10, 20))}, {20'000, shared(one_bucket(30, 50))}}};

  const auto result = fixture.point("increase", 10'000, 20'000);

  ASSERT_TRUE(result && result->histogram);
  EXPECT_EQ(result->histogram->reset_hint, ResetHint::gauge);
  EXPECT_DOUBLE_EQ(result->histogram->count, 20);
  EXPECT_DOUBLE_EQ(result->histogram->sum, 30);
  EXPECT_EQ(result->histogram->positive_counts, std::vector<double>{20});
}

TEST(Rate, OfHistogramsGivesBackWhatResetsTook) {
  Fixture fixture{.histograms = {{10'000, shared(one_bucket(10, 10))},
                                 {20'000, shared(one_bucket(30, 30))},
                                 {30'000, shared(one_bucket(5, 5))}}};

  const auto result = fixture.point("increase", 10'000, 30'000);

  ASSERT_TRUE(result && result->histogram);
  EXPECT_DOUBLE_EQ(result->histogram->count, 25);
}

TEST(Rate, AnchoredStartsAtTheSampleBeforeTheWindow) {
  Fixture fixture{.floats = every_10s({10, 20, 30, 40}), .anchored = true};

  EXPECT_DOUBLE_EQ(fixture.value("increase", 15'000, 40'000), 30);
  EXPECT_EQ(fixture.point("increase", 45'000, 60'000), std::nullopt);
}

TEST(Rate, SmoothedInterpolatesAtBothEnds) {
  Fixture fixture{.floats = every_10s({10, 20, 30, 40}), .smoothed = true};

  EXPECT_DOUBLE_EQ(fixture.value("increase", 15'000, 32'000), 17);
  EXPECT_DOUBLE_EQ(fixture.value("rate", 15'000, 32'000), 1);
}

TEST(Interpolate, TakesACounterThatBeganAnewFromZero) {
  const Sample before{0, 100};
  const Sample after{10'000, 20};

  EXPECT_DOUBLE_EQ(interpolate(before, after, 5'000, true), 10);
  EXPECT_DOUBLE_EQ(interpolate(before, after, 5'000, false), 60);
}

TEST(Irate, LooksAtTheLastTwoSamples) {
  Fixture fixture{.floats = every_10s({100, 110, 130})};
  EXPECT_DOUBLE_EQ(fixture.value("irate", 0, 30'000), 2);
  EXPECT_DOUBLE_EQ(fixture.value("idelta", 0, 30'000), 20);

  fixture.floats.back().value = 30;
  EXPECT_DOUBLE_EQ(fixture.value("irate", 0, 30'000), 3);
}

TEST(Irate, TakesTheLatestOfFloatsAndHistograms) {
  Fixture fixture{.floats = every_10s({1, 2, 3}),
                  .histograms = {{25'000, shared(one_bucket(1, 1))}}};

  EXPECT_EQ(fixture.point("irate", 0, 30'000), std::nullopt);
  EXPECT_EQ(fixture.annotations.warnings("").size(), 1U);
}

TEST(Changes, CountsSteps) {
  Fixture fixture{.floats = every_10s({1, 1, 2, kNaN, kNaN, 2})};
  EXPECT_EQ(fixture.value("changes", 0, 60'000), 3);

  fixture.histograms = {{25'000, shared(one_bucket(1, 1))}};
  EXPECT_EQ(fixture.value("changes", 0, 60'000), 4);  // from 1 to it, and from it to 2
  EXPECT_EQ(fixture.value("resets", 0, 60'000), 2);
}

TEST(OverTime, SumsWithoutLosingSmallNumbers) {
  Fixture fixture{.floats = every_10s({1, 1e100, 1, -1e100})};

  EXPECT_EQ(fixture.value("sum_over_time", 0, 40'000), 2);
  EXPECT_EQ(fixture.value("avg_over_time", 0, 40'000), 0.5);
}

TEST(OverTime, AveragesWhatWouldOverflowASum) {
  const double large = 9.988465674311579e+307;
  Fixture fixture{.floats = every_10s({large, large, large, large})};

  EXPECT_DOUBLE_EQ(fixture.value("avg_over_time", 0, 40'000), large);
  EXPECT_EQ(fixture.value("sum_over_time", 0, 40'000), kInfinity);
}

TEST(OverTime, FindsExtremesAndTheirTimes) {
  Fixture fixture{.floats = every_10s({kNaN, 5, 2, 5, kNaN})};

  EXPECT_EQ(fixture.value("max_over_time", 0, 50'000), 5);
  EXPECT_EQ(fixture.value("min_over_time", 0, 50'000), 2);
  EXPECT_EQ(fixture.value("ts_of_max_over_time", 0, 50'000), 40);
  EXPECT_EQ(fixture.value("ts_of_min_over_time", 0, 50'000), 30);
  EXPECT_EQ(fixture.value("ts_of_first_over_time", 0, 50'000), 10);
  EXPECT_EQ(fixture.value("ts_of_last_over_time", 0, 50'000), 50);
  EXPECT_EQ(fixture.value("count_over_time", 0, 50'000), 5);
}

TEST(OverTime, MeasuresSpread) {
  Fixture fixture{.floats = every_10s({0, 8, 8, 2, 3})};

  EXPECT_NEAR(fixture.value("stdvar_over_time", 0, 50'000), 10.56, 1e-12);
  EXPECT_NEAR(fixture.value("stddev_over_time", 0, 50'000), 3.249615, 1e-6);
  EXPECT_DOUBLE_EQ(fixture.value("quantile_over_time", 0, 50'000, {0.5}), 3);
  EXPECT_DOUBLE_EQ(fixture.value("mad_over_time", 0, 50'000), 3);
}

TEST(OverTime, WarnsOfQuantilesThatAreNone) {
  Fixture fixture{.floats = every_10s({1})};

  EXPECT_EQ(fixture.value("quantile_over_time", 0, 10'000, {1.5}), kInfinity);
  EXPECT_EQ(fixture.annotations.warnings("")[0],
            "PromQL warning: quantile value should be between 0 and 1, got 1.5");
}

TEST(OverTime, AddsHistogramsAndTellsContradictingHints) {
  FloatHistogram anew = one_bucket(1, 1);
  anew.reset_hint = ResetHint::yes;
  FloatHistogram continued = one_bucket(2, 2);
  continued.reset_hint = ResetHint::no;
  Fixture fixture{.histograms = {{10'000, shared(anew)}, {20'000, shared(continued)}}};

  const auto sum = fixture.point("sum_over_time", 0, 20'000);

  EXPECT_EQ(sum->histogram->positive_counts, std::vector<double>{3});
  EXPECT_EQ(sum->histogram->reset_hint, ResetHint::unknown);
  EXPECT_EQ(fixture.annotations.warnings("")[0],
            "PromQL warning: conflicting counter resets during histogram aggregation");
  EXPECT_EQ(fixture.point("avg_over_time", 0, 20'000)->histogram->count, 1.5);
}

TEST(OverTime, TakesTheLastOfFloatsAndHistograms) {
  Fixture fixture{.floats = {{10'000, 1}, {30'000, 3}},
                  .histograms = {{20'000, shared(one_bucket(1, 1))}}};

  EXPECT_EQ(fixture.value("last_over_time", 0, 30'000), 3);
  EXPECT_EQ(fixture.value("first_over_time", 0, 30'000), 1);
}

TEST(Lines, FitTheSamples) {
  Fixture fixture{.floats = every_10s({10, 20, 30, 40})};

  EXPECT_DOUBLE_EQ(fixture.value("deriv", 0, 40'000), 1);
  EXPECT_DOUBLE_EQ(fixture.value("predict_linear", 0, 40'000, {60}), 100);
}

TEST(Lines, OfConstantsAreFlatEvenIfHuge) {
  Fixture fixture{.floats = every_10s({1e300, 1e300, 1e300})};

  EXPECT_EQ(fixture.value("deriv", 0, 30'000), 0);
}

TEST(Smoothing, RefusesFactorsOutsideOfZeroToOne) {
  Fixture fixture{.floats = every_10s({1, 2, 3})};

  EXPECT_EQ(fixture.point("double_exponential_smoothing", 0, 30'000, {1, 0.5}), std::nullopt);
  EXPECT_EQ(fixture.failure, "invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000");
  EXPECT_DOUBLE_EQ(fixture.value("double_exponential_smoothing", 0, 30'000, {0.5, 0.5}), 3);
}

}  // namespace
}  // namespace tributary::promql
