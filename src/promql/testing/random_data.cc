#include "promql/testing/random_data.h"

#include <array>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace tributary::promql::testing {
namespace {

constexpr std::int64_t kIntervalMs = 15'000;

// --- Series.

using NextValue = std::function<double(Random&)>;

std::uint64_t draw(Random& random, std::uint64_t limit) { return random.next() % limit; }

// Gaps, jitter and staleness are the same for all kinds of series.
void add_series(MemoryStore& store, Random& random, const Labels& labels, const NextValue& next,
                std::uint64_t gap_percent) {
  const auto phase_ms = static_cast<std::int64_t>(draw(random, kIntervalMs / 125)) * 125;
  bool stale = false;
  for (std::int64_t at = phase_ms; at < kDataMs; at += kIntervalMs) {
    const double value = next(random);
    if (draw(random, 100) < gap_percent) {
      if (!stale && draw(random, 2) == 0) {
        TRIBUTARY_CHECK(store.append(labels, Sample{kDataStartMs + at, kStaleMarker}));
      }
      stale = true;
      // A while, often longer than the lookback.
      at += static_cast<std::int64_t>(draw(random, 40)) * kIntervalMs;
      continue;
    }
    stale = false;
    const auto jitter_ms = static_cast<std::int64_t>(draw(random, 16)) * 125;
    TRIBUTARY_CHECK(store.append(labels, Sample{kDataStartMs + at + jitter_ms, value}));
  }
}

double eighths(Random& random, std::uint64_t limit) {
  return static_cast<double>(draw(random, limit * 8)) / 8;
}

NextValue gauge(Random& random) {
  return [value = eighths(random, 400) - 200](Random& r) mutable {
    return value += eighths(r, 40) - 20;
  };
}

NextValue counter(Random& random) {
  return [value = eighths(random, 100)](Random& r) mutable {
    if (draw(r, 40) == 0) value = 0;
    return value += draw(r, 4) == 0 ? 0 : eighths(r, 30);
  };
}

double odd_value(Random& random) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static constexpr std::array<double, 8> kValues = {
      0, -0.0, 1, 2.5, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN(), -3};
  return kValues[draw(random, kValues.size())];
}

void add_histogram(MemoryStore& store, Random& random, const std::string& job) {
  // Buckets add up, as they do where a histogram is scraped whole.
  const std::array<std::string, 5> bounds = {"0.1", "0.5", "1", "5", "+Inf"};
  const std::uint64_t seed = random.next();
  for (std::size_t bucket = 0; bucket < bounds.size(); ++bucket) {
    SeededRandom same(seed);
    double count = 0;
    for (std::int64_t at = 0; at < kDataMs; at += kIntervalMs) {
      for (std::size_t i = 0; i < bounds.size(); ++i) {
        const auto more = static_cast<double>(draw(same, 7));
        if (i <= bucket) count += more;
      }
      TRIBUTARY_CHECK(
          store.append({{"__name__", "request_bucket"}, {"job", job}, {"le", bounds[bucket]}},
                       Sample{kDataStartMs + at, count}));
    }
  }
}

}  // namespace

void fill(MemoryStore& store, Random& random) {
  for (const std::string job : {"a", "b", "c"}) {
    for (const std::string instance : {"0", "1"}) {
      add_series(store, random, {{"__name__", "gauge"}, {"job", job}, {"instance", instance}},
                 gauge(random), 2);
      add_series(store, random,
                 {{"__name__", "counter_total"}, {"job", job}, {"instance", instance}},
                 counter(random), 2);
    }
    add_series(
        store, random, {{"__name__", "flag"}, {"job", job}},
        [](Random& r) { return static_cast<double>(draw(r, 2)); }, 10);
    add_series(
        store, random, {{"__name__", "info"}, {"job", job}, {"version", "v" + job}},
        [](Random&) { return 1; }, 1);
    add_series(store, random, {{"__name__", "odd"}, {"job", job}}, odd_value, 2);
    add_histogram(store, random, job);
  }
}

// --- Queries.

template <class... Choices>
std::string RandomQuery::one_of(const Choices&... choices) {
  const std::array<std::string, sizeof...(choices)> all = {choices...};
  return all[below(all.size())];
}

std::string RandomQuery::next() {
  const int depth = 1 + static_cast<int>(below(4));
  switch (below(10)) {
    case 0: return scalar(depth);
    case 1:
    case 2: return any_function(depth);
    case 3: return comparison(depth);
    case 4: return aggregation(depth, Precision::any);
    default: return vector(depth, Precision::any);
  }
}

std::string RandomQuery::number() {
  return one_of("0", "1", "2", "3.5", "-1", "10", "0.25", "-7", "100");
}

std::string RandomQuery::duration() {
  return one_of("30s", "1m", "90s", "2m", "5m", "7m30s", "10m");
}

std::string RandomQuery::offset_and_at() {
  std::string out;
  if (chance(15)) out += " offset " + one_of("1m", "5m", "-2m", "37s", "0s");
  if (chance(10)) {
    const std::uint64_t seconds = kDataStartMs / 1000 + below(kDataMs / 1000);
    out += " @ " + one_of("start()", "end()", std::to_string(seconds) + ".125");
  }
  return out;
}

std::string RandomQuery::matchers() {
  if (chance(60)) return "";
  return one_of("{job=\"a\"}", "{job!=\"a\"}", "{job=~\"a|b\"}", "{job!~\"b\"}", "{instance=\"0\"}",
                "{job=\"nowhere\"}", "{job=~\".+\",instance=\"1\"}", "{instance=\"\"}");
}

std::string RandomQuery::selector() {
  return one_of("gauge", "gauge", "counter_total", "counter_total", "flag", "info", "odd") +
         matchers();
}

// Of samples, or of an inner query at steps.
std::string RandomQuery::range(int depth, Precision precision) {
  if (depth > 0 && chance(30)) {
    const std::string step = one_of("", "", "30s", "45s", "2m");
    return vector(depth - 1, precision) + "[" + duration() + ":" + step + "]" + offset_and_at();
  }
  const std::string name = one_of("gauge", "counter_total", "flag", "info");
  return name + matchers() + "[" + duration() + "]" + offset_and_at();
}

std::string RandomQuery::grouping() {
  return one_of("", " by (job)", " by (job)", " by (instance)", " by (job, instance)",
                " without (instance)", " without (job)", " by (nothing)", " without ()");
}

std::string RandomQuery::scalar(int depth) {
  if (depth <= 0) return number();
  switch (below(6)) {
    case 0: return "(time() % " + one_of("600", "60", "7") + ")";
    case 1: return "scalar(" + vector(depth - 1, Precision::exact) + ")";
    case 2: return "(" + scalar(depth - 1) + one_of(" + ", " - ") + scalar(depth - 1) + ")";
    case 3:
      return "(" + scalar(depth - 1) + one_of(" < bool ", " == bool ", " >= bool ") +
             scalar(depth - 1) + ")";
    case 4: return "-" + number();
    default: return number();
  }
}

std::string RandomQuery::vector(int depth, Precision precision) {
  if (depth <= 0) {
    return chance(95) ? selector() + offset_and_at() : "vector(" + number() + ")";
  }
  switch (below(precision == Precision::any ? 10 : 8)) {
    case 0: return selector() + offset_and_at();
    case 1:
    case 2: return exact_call(depth - 1);
    case 3: return aggregation(depth - 1, precision);
    case 4: return arithmetic(depth - 1, precision);
    case 5: return "(" + comparison(depth - 1) + ")";
    case 6: return set_operation(depth - 1, precision);
    case 7: return with_labels(depth - 1, precision);
    default: return rough_call(depth - 1);
  }
}

std::string RandomQuery::exact_call(int depth) {
  switch (below(4)) {
    case 0:
      return "(" + one_of("abs", "ceil", "floor", "round", "sgn", "sort", "sort_desc", "-", "+") +
             "(" + vector(depth, Precision::exact) + "))";
    case 1:
      return one_of("clamp_min", "clamp_max") + "(" + vector(depth, Precision::exact) + ", " +
             scalar(depth - 1) + ")";
    case 2:
      return one_of(
          "clamp(" + vector(depth, Precision::exact) + ", " + number() + ", " + number() + ")",
          "round(" + vector(depth, Precision::exact) + ", 0.5)",
          "absent(" + vector(depth, Precision::exact) + ")",
          "absent_over_time(" + range(depth, Precision::exact) + ")");
    default:
      return one_of("sum_over_time", "min_over_time", "max_over_time", "count_over_time",
                    "last_over_time", "present_over_time", "changes", "resets", "idelta") +
             "(" + range(depth, Precision::exact) + ")";
  }
}

std::string RandomQuery::rough_call(int depth) {
  switch (below(5)) {
    case 0:
      return one_of("avg_over_time", "stddev_over_time", "stdvar_over_time", "deriv") + "(" +
             range(depth, Precision::exact) + ")";
    case 1:
      return "quantile_over_time(" + one_of("0.5", "0", "1", "0.9", "-1", "2") + ", " +
             range(depth, Precision::exact) + ")";
    case 2: return "predict_linear(" + range(depth, Precision::exact) + ", " + number() + ")";
    case 3: {
      const std::string buckets = "rate(request_bucket" + matchers() + "[" + duration() + "])";
      return "histogram_quantile(" + one_of("0.37", "0.913", "0", "1", "1.5") + ", " +
             one_of("request_bucket", buckets, "sum by (le) (" + buckets + ")") + ")";
    }
    default:
      return one_of("rate", "increase", "delta", "irate") + "(" + range(depth, Precision::exact) +
             ")";
  }
}

std::string RandomQuery::aggregation(int depth, Precision precision) {
  if (precision == Precision::exact || chance(50)) return exact_aggregation(depth);
  return one_of("avg", "sum", "min", "max") + grouping() + " (" + vector(depth, precision) + ")";
}

std::string RandomQuery::exact_aggregation(int depth) {
  const std::string inner = "(" + vector(depth, Precision::exact) + ")";
  const std::string ranked = ", " + vector(depth, Precision::exact) + ")";
  switch (below(6)) {
    case 0:
      return one_of("topk", "bottomk") + grouping() + " (" + one_of("1", "2", "5", "0") + ranked;
    case 1: return "count_values" + grouping() + " (\"value\"" + ranked;
    default: return one_of("sum", "count", "min", "max", "group") + grouping() + " " + inner;
  }
}

std::string RandomQuery::arithmetic(int depth, Precision precision) {
  const std::string sign = one_of(" + ", " - ");
  switch (below(6)) {
    case 0: return "(" + vector(depth, precision) + sign + scalar(depth) + ")";
    case 1:
      return "(" + scalar(depth) + one_of(" + ", " - ", " * ") + vector(depth, precision) + ")";
    case 2: return "(" + vector(depth, precision) + sign + vector(depth, precision) + ")";
    case 3:
      return "(" + vector(depth, precision) + sign + one_of("on (job)", "ignoring (instance)") +
             one_of(" group_left ", " group_left (version) ", " ") + "info)";
    case 4:
      return "(max by (job) (" + vector(depth, precision) + ")" + sign +
             one_of("on (job) group_right () ", "ignoring (instance) group_right () ") +
             vector(depth, precision) + ")";
    default:
      return "(" + vector(depth, Precision::exact) + " % " + one_of("7", "2.5", "gauge") + ")";
  }
}

std::string RandomQuery::comparison(int depth) {
  const std::string compared = one_of(" == ", " != ", " < ", " <= ", " > ", " >= ");
  const std::string result = one_of("", "", "bool ");
  switch (below(4)) {
    case 0: return scalar(depth) + compared + result + vector(depth, Precision::exact);
    case 1:
      return vector(depth, Precision::exact) + compared + result +
             one_of("", "on (job) ", "on (job, instance) ", "ignoring (instance) ") +
             vector(depth, Precision::exact);
    case 2:
      return vector(depth, Precision::exact) + compared + result + "on (job) group_left " +
             "max by (job) (" + vector(depth, Precision::exact) + ")";
    default: return vector(depth, Precision::exact) + compared + result + scalar(depth);
  }
}

std::string RandomQuery::set_operation(int depth, Precision precision) {
  // Only sums around `or`: two names would become one series where a function drops the name.
  if (chance(40)) {
    const std::string by = one_of(" by (job) ", " by (job, instance) ");
    return "(sum" + by + "(" + vector(depth, precision) + ") or max" + by + "(" +
           vector(depth, precision) + "))";
  }
  return "(" + vector(depth, precision) + one_of(" and ", " unless ") +
         one_of("", "on (job) ", "ignoring (instance) ", "on () ") + vector(depth, precision) + ")";
}

std::string RandomQuery::with_labels(int depth, Precision precision) {
  const std::string inner = vector(depth, precision);
  return one_of("label_replace(" + inner + ", \"copy\", \"$1\", \"job\", \"(.*)\")",
                "label_replace(" + inner + ", \"copy\", \"$1\", \"instance\", \"([1-9])\")",
                "label_join(" + inner + ", \"both\", \"-\", \"job\", \"instance\")");
}

// One that takes what is not exact far away, so nothing is done with its result.
std::string RandomQuery::any_function(int depth) {
  const std::string exact = vector(depth, Precision::exact);
  const std::string clamped = "(clamp(" + exact + ", -4, 4))";
  switch (below(6)) {
    case 0:
      return one_of("sqrt", "ln", "log2", "log10", "sin", "cos", "atan", "deg", "rad", "asinh") +
             "(" + exact + ")";
    case 1:
      return one_of("exp", "sinh", "cosh", "tanh", "acos", "asin", "acosh", "atanh") + clamped;
    case 2: return one_of("stddev", "stdvar") + grouping() + " (" + exact + ")";
    case 3:
      return "quantile" + grouping() + " (" + one_of("0.5", "0.25", "1", "-1") + ", " + exact + ")";
    case 4: {
      const std::string moment = one_of("time() + gauge * 86400", "timestamp(counter_total)");
      return one_of("year", "month", "day_of_month", "day_of_week", "day_of_year", "days_in_month",
                    "hour", "minute", "timestamp") +
             "(" + one_of(moment, moment, "vector(time())") + ")";
    }
    default: return exact + one_of(" / ", " ^ ", " atan2 ") + one_of("3", "0", "gauge");
  }
}

}  // namespace tributary::promql::testing
