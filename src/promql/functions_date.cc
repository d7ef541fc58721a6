// hour, day_of_week, ...: seconds since 1970 in, a part of the date in UTC out.
#include <array>
#include <cmath>
#include <limits>

#include "promql/functions.h"

namespace tributary::promql::functions {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

// Go's calendar begins here, in the year -292277022399, and takes what is before for times 2^64
// seconds later: so does what is no time at all (see whole_seconds).
constexpr std::int64_t kFirstSecond = -9'223'372'028'741'760'000;
constexpr std::int64_t kWrappedDays = 213'503'982'334'601;  // 2^64 seconds are these and
constexpr std::int64_t kWrappedSeconds = 25'216;

// The proleptic Gregorian calendar over all of int64, which std::chrono's years do not reach
// (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
struct Date {
  explicit Date(std::int64_t seconds) {
    days = seconds / kSecondsPerDay;
    second_of_day = seconds % kSecondsPerDay;
    if (second_of_day < 0) {
      --days;
      second_of_day += kSecondsPerDay;
    }
    if (seconds < kFirstSecond) {
      days += kWrappedDays + (second_of_day + kWrappedSeconds) / kSecondsPerDay;
      second_of_day = (second_of_day + kWrappedSeconds) % kSecondsPerDay;
    }

    const std::int64_t from_march_0 = days + 719'468;
    const std::int64_t era = (from_march_0 >= 0 ? from_march_0 : from_march_0 - 146'096) / 146'097;
    const std::int64_t day_of_era = from_march_0 - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_from_march =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_from_march + 2) / 153;
    day = day_from_march - (153 * month_from_march + 2) / 5 + 1;
    month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  }

  bool is_leap_year() const { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

  std::int64_t days_in_month() const {
    constexpr std::array<std::int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year() ? 29 : kDays[static_cast<std::size_t>(month - 1)];
  }

  std::int64_t day_of_year() const {
    constexpr std::array<std::int64_t, 12> kBefore = {0,   31,  59,  90,  120, 151,
                                                      181, 212, 243, 273, 304, 334};
    return kBefore[static_cast<std::size_t>(month - 1)] + day +
           (month > 2 && is_leap_year() ? 1 : 0);
  }

  std::int64_t day_of_week() const {  // Sunday is 0, as 1970 began on a Thursday
    return ((days + 4) % 7 + 7) % 7;
  }

  std::int64_t days = 0;  // since 1970
  std::int64_t second_of_day = 0;
  std::int64_t day = 0;
  std::int64_t month = 0;
  std::int64_t year = 0;
};

// Cuts fractions off; what does not fit is the lowest number, as on Prometheus' usual machines.
std::int64_t whole_seconds(double value) {
  constexpr double kLimit = 9'223'372'036'854'775'808.0;
  if (!(value >= -kLimit && value < kLimit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

template <auto part>
Result part_of(const Point& sample, std::int64_t, Scalars, FunctionNotes&) {
  if (sample.histogram != nullptr) return std::nullopt;
  return of(static_cast<double>(part(Date(whole_seconds(sample.value)))));
}

constexpr std::array kDate = {
    Named{"day_of_month", part_of<[](const Date& d) { return d.day; }>},
    Named{"day_of_week", part_of<[](const Date& d) { return d.day_of_week(); }>},
    Named{"day_of_year", part_of<[](const Date& d) { return d.day_of_year(); }>},
    Named{"days_in_month", part_of<[](const Date& d) { return d.days_in_month(); }>},
    Named{"hour", part_of<[](const Date& d) { return d.second_of_day / 3600; }>},
    Named{"minute", part_of<[](const Date& d) { return d.second_of_day / 60 % 60; }>},
    Named{"month", part_of<[](const Date& d) { return d.month; }>},
    Named{"year", part_of<[](const Date& d) { return d.year; }>},
};

}  // namespace

std::span<const Named> date() { return kDate; }

}  // namespace tributary::promql::functions
