// Random series and random queries over them, for comparing evaluators. The same Random gives the
// same again.
//
// Values are multiples of 1/8 and small, so that sums come out the same in any order; queries turn
// what is not exact (rates, averages) into jumps nowhere: no comparison, floor or topk of these.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "promql/testing/memory_store.h"

namespace tributary::promql::testing {

// Series from kDataStartMs on, for kDataMs, about every 15 s: gauge, counter_total, flag (rare),
// info, odd (NaN and infinities) and request_bucket, with gaps, resets and staleness markers.
inline constexpr std::int64_t kDataStartMs = 1'700'000'000'000;
inline constexpr std::int64_t kDataMs = 1'800'000;
void fill(MemoryStore& store, Random& random);

class RandomQuery {
 public:
  explicit RandomQuery(Random& random) : random_(random) {}

  // Of type scalar or vector.
  std::string next();

 private:
  enum class Precision : std::uint8_t { exact, any };

  std::uint64_t below(std::uint64_t limit) { return random_.next() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class... Choices>
  std::string one_of(const Choices&... choices);

  std::string number();
  std::string duration();
  std::string offset_and_at();
  std::string matchers();
  std::string selector();
  std::string range(int depth, Precision precision);
  std::string grouping();
  std::string scalar(int depth);
  std::string vector(int depth, Precision precision);
  std::string exact_call(int depth);
  std::string rough_call(int depth);
  std::string aggregation(int depth, Precision precision);
  std::string exact_aggregation(int depth);
  std::string arithmetic(int depth, Precision precision);
  std::string comparison(int depth);
  std::string set_operation(int depth, Precision precision);
  std::string with_labels(int depth, Precision precision);
  std::string any_function(int depth);

  Random& random_;
};

}  // namespace tributary::promql::testing
