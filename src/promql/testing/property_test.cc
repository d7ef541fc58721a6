// Random queries over random data: the engine against the plain evaluator.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "promql/engine.h"
#include "promql/parser.h"
#include "promql/testing/memory_store.h"
#include "promql/testing/number_text.h"
#include "promql/testing/random_data.h"
#include "promql/testing/reference_evaluator.h"
#include "promql/testing/thread_parallel.h"

namespace tributary::promql::testing {
namespace {

constexpr int kStores = 12;
constexpr int kQueriesPerStore = 500;

// TRIBUTARY_PROPERTY_STORES and _FIRST_SEED: to search longer, or elsewhere.
int from_environment(const char* name, int usual) {
  const char* const value = std::getenv(name);
  return value == nullptr ? usual : std::atoi(value);
}

bool agree(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

std::string text(const ReferenceMatrix& matrix) {
  std::string out;
  for (const auto& [labels, samples] : matrix) {
    out += "\n    " + labels.to_string();
    for (const Sample& sample : samples) {
      out += ' ' + number_text(sample.value) + '@' +
             std::to_string(sample.timestamp_ms - kDataStartMs);
    }
  }
  return out.empty() ? " nothing" : out;
}

ReferenceMatrix matrix_of(const Value& value) {
  ReferenceMatrix out;
  if (value.type == ValueType::scalar) out[Labels()] = {{value.timestamp_ms, value.scalar}};
  for (const SeriesValue& series : value.series) out[series.labels] = series.floats;
  return out;
}

ReferenceMatrix matrix_of(const ReferenceValue& value, std::int64_t time_ms) {
  if (const auto* const matrix = std::get_if<ReferenceMatrix>(&value)) return *matrix;
  ReferenceMatrix out;
  if (const auto* const number = std::get_if<double>(&value)) out[Labels()] = {{time_ms, *number}};
  if (const auto* const vector = std::get_if<ReferenceVector>(&value)) {
    for (const auto& [labels, number] : *vector) out[labels] = {{time_ms, number}};
  }
  return out;
}

bool agree(const ReferenceMatrix& a, const ReferenceMatrix& b) {
  const auto same_sample = [](const Sample& x, const Sample& y) {
    return x.timestamp_ms == y.timestamp_ms && agree(x.value, y.value);
  };
  return std::ranges::equal(a, b, [&](const auto& x, const auto& y) {
    return x.first == y.first && std::ranges::equal(x.second, y.second, same_sample);
  });
}

class Property {
 public:
  explicit Property(std::uint64_t seed) : seed_(seed), random_(seed) { fill(store_, random_); }

  void check_next() {
    const std::string query = RandomQuery(random_).next();
    const auto parsed = parse(query);
    ASSERT_TRUE(parsed) << query << ": " << parsed.error().message();
    const auto start_ms = time_in_data();
    const auto step_ms = static_cast<std::int64_t>(1 + random_.next() % 120) * 1000;
    const auto steps = static_cast<std::int64_t>(random_.next() % 12);
    const TimeRange range = {
        .start_ms = start_ms, .end_ms = start_ms + steps * step_ms, .step_ms = step_ms};
    const std::string where = "seed " + std::to_string(seed_) + ": " + query;

    const auto matrix = reference_range(store_, **parsed, range);
    const auto vector = reference_instant(store_, **parsed, start_ms);

    if (left_open(matrix) || left_open(vector)) return;
    for (const Engine* const engine : {&serial_, &parallel_}) {
      const auto got = engine->range(store_, query, range, {});
      // A subquery is also worked out at moments that lie in no step's window, and may fail there.
      const bool fails_between = !got && matrix && query.find(":") != std::string::npos;
      if (!fails_between) {
        compare(where + " from " + std::to_string(start_ms - kDataStartMs) + " to " +
                    std::to_string(range.end_ms - kDataStartMs) + " step " +
                    std::to_string(step_ms),
                got, matrix ? Result<ReferenceMatrix>(*matrix) : matrix.error());
      }
      const auto at_once = engine->instant(store_, query, start_ms, {});
      compare(where + " at " + std::to_string(start_ms - kDataStartMs), at_once,
              vector ? Result<ReferenceMatrix>(matrix_of(*vector, start_ms)) : vector.error());
    }
    ++compared_;
    if (matrix && !matrix->empty()) ++with_result_;
  }

  int compared() const { return compared_; }
  int with_result() const { return with_result_; }

 private:
  template <class T>
  static bool left_open(const Result<T>& result) {
    return !result && result.error().code() == Code::unsupported;
  }

  std::int64_t time_in_data() {
    return kDataStartMs + static_cast<std::int64_t>(random_.next() % (kDataMs / 125)) * 125;
  }

  static void compare(const std::string& where, const Result<Value>& got,
                      const Result<ReferenceMatrix>& wanted) {
    if (!wanted) {
      EXPECT_FALSE(got) << where << "\n  should fail: " << wanted.error().message();
      return;
    }
    ASSERT_TRUE(got) << where << "\n  failed: " << got.error().message();
    const ReferenceMatrix matrix = matrix_of(*got);
    EXPECT_TRUE(agree(matrix, *wanted))
        << where << "\n  got" << text(matrix) << "\n  wanted" << text(*wanted);
  }

  const std::uint64_t seed_;
  SeededRandom random_;
  MemoryStore store_;
  SystemClock clock_;
  ThreadParallel threads_{4};
  const Engine serial_{{}, clock_};
  const Engine parallel_{{}, clock_, &threads_};
  int compared_ = 0;
  int with_result_ = 0;
};

TEST(Property, TheEngineGivesWhatThePlainEvaluatorGives) {
  const int first_seed = from_environment("TRIBUTARY_PROPERTY_FIRST_SEED", 1);
  const int stores = from_environment("TRIBUTARY_PROPERTY_STORES", kStores);
  int compared = 0;
  int with_result = 0;

  for (int i = 0; i < stores && !HasFailure(); ++i) {
    Property property(static_cast<std::uint64_t>(first_seed + i));
    for (int query = 0; query < kQueriesPerStore && !HasFailure(); ++query) property.check_next();
    compared += property.compared();
    with_result += property.with_result();
  }

  // Most queries say something.
  if (!HasFailure()) {
    EXPECT_GT(compared, stores * kQueriesPerStore * 8 / 10);
    EXPECT_GT(with_result, compared / 2);
  }
}

}  // namespace
}  // namespace tributary::promql::testing
