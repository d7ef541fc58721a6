#include "collector/receivers/awsecscontainermetrics/rfc3339.h"

#include <chrono>
#include <limits>

namespace tributary::collector::awsecscontainermetrics {
namespace {

// Reads the text from the left; any mismatch makes it fail for good.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!next_is_digit()) {
        failed_ = true;
        return 0;
      }
      number = number * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return number;
  }
  void expect(char c) {
    if (!take(c)) failed_ = true;
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Digits after the point, as nanoseconds; those beyond the ninth are cut off.
  int fraction() {
    int nanoseconds = 0;
    int scale = 100'000'000;
    if (!next_is_digit()) failed_ = true;
    while (next_is_digit()) {
      nanoseconds += (text_.front() - '0') * scale;
      scale /= 10;
      text_.remove_prefix(1);
    }
    return nanoseconds;
  }
  bool done() const { return !failed_ && text_.empty(); }

 private:
  bool next_is_digit() const {
    return !text_.empty() && text_.front() >= '0' && text_.front() <= '9';
  }

  std::string_view text_;
  bool failed_ = false;
};

}  // namespace

std::optional<UtcTime> parse_rfc3339(std::string_view text) {
  Cursor in(text);
  const int year = in.digits(4);
  in.expect('-');
  const int month = in.digits(2);
  in.expect('-');
  const int day = in.digits(2);
  in.expect('T');
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  in.expect(':');
  const int second = in.digits(2);
  const int nanoseconds = in.take('.') ? in.fraction() : 0;
  int offset_minutes = 0;
  if (!in.take('Z')) {
    const int sign = in.take('-') ? -1 : 1;
    if (sign > 0) in.expect('+');
    const int offset_hours = in.digits(2);
    in.expect(':');
    const int minutes = in.digits(2);
    if (offset_hours > 24 || minutes > 60) return std::nullopt;
    offset_minutes = sign * (offset_hours * 60 + minutes);
  }
  if (!in.done()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int minutes_of_day = hour * 60 + minute - offset_minutes;
  return UtcTime{days * 86'400 + minutes_of_day * std::int64_t{60} + second, nanoseconds};
}

std::int64_t nanoseconds_between(UtcTime earlier, UtcTime later) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  std::int64_t result = 0;
  if (__builtin_mul_overflow(later.seconds - earlier.seconds, std::int64_t{1'000'000'000},
                             &result) ||
      __builtin_add_overflow(result, std::int64_t{later.nanoseconds} - earlier.nanoseconds,
                             &result)) {
    return later.seconds > earlier.seconds ? kMax : kMin;
  }
  return result;
}

}  // namespace tributary::collector::awsecscontainermetrics
