#include "promql/numeric.h"

#include <algorithm>
#include <limits>

#include "model/sample.h"

namespace tributary::promql {

double larger_of(double a, double b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a == kInfinity || b == kInfinity) return kInfinity;
  if (std::isnan(a) || std::isnan(b)) return kNormalNaN;
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return std::max(a, b);
}

double smaller_of(double a, double b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a == -kInfinity || b == -kInfinity) return -kInfinity;
  if (std::isnan(a) || std::isnan(b)) return kNormalNaN;
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return std::min(a, b);
}

bool almost_equal(double a, double b, double tolerance) {
  if (is_stale_marker(a) || is_stale_marker(b)) return is_stale_marker(a) && is_stale_marker(b);
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;

  constexpr double kSmallestNormal = std::numeric_limits<double>::min();
  const double magnitude = std::abs(a) + std::abs(b);
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || magnitude < kSmallestNormal) {
    return difference < tolerance * kSmallestNormal;
  }
  return difference / std::min(magnitude, std::numeric_limits<double>::max()) < tolerance;
}

}  // namespace tributary::promql
