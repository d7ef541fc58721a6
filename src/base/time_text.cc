#include "base/time_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

namespace tributary {
namespace {

using std::chrono::sys_seconds;

constexpr std::array<const char*, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// A count of units since 1970 as a second and the nanoseconds behind it. (Rounding a Timestamp
// down with floor could leave its range.)
WideTime widen(std::int64_t count, std::int64_t units_per_second) {
  std::int64_t seconds = count / units_per_second;
  std::int64_t units = count % units_per_second;
  if (units < 0) {
    --seconds;
    units += units_per_second;
  }
  return {.second = sys_seconds(std::chrono::seconds(seconds)),
          .fraction = Duration(units * (1'000'000'000 / units_per_second))};
}
WideTime widen(Timestamp time) { return widen(time.time_since_epoch().count(), 1'000'000'000); }

constexpr sys_seconds start_of(int year) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::January / 1);
}

std::optional<Timestamp> narrow(const WideTime& time) {
  if (time.second < start_of(1900) || time.second >= start_of(2190)) return std::nullopt;
  return Timestamp(time.second) + time.fraction;
}

struct Civil {
  explicit Civil(sys_seconds time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(time - days);
    year = static_cast<int>(date.year());
    month = static_cast<unsigned>(date.month());
    day = static_cast<unsigned>(date.day());
    weekday = std::chrono::weekday(days).c_encoding();
    hour = static_cast<int>(clock.hours().count());
    minute = static_cast<int>(clock.minutes().count());
    second = static_cast<int>(clock.seconds().count());
  }

  int year;
  unsigned month;
  unsigned day;
  unsigned weekday;
  int hour;
  int minute;
  int second;
};

std::string print_iso8601(const WideTime& time, int fraction_digits) {
  const Civil at(time.second);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", at.year, at.month,
                at.day, at.hour, at.minute, at.second);
  std::string out = text.data();
  if (fraction_digits > 0) {
    std::snprintf(text.data(), text.size(), ".%09d", static_cast<int>(time.fraction.count()));
    out.append(text.data(), 1 + static_cast<std::size_t>(std::min(fraction_digits, 9)));
  }
  return out + 'Z';
}

// Takes pieces off the front of a text. A piece that is not there makes it fail for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(int digits, int max) {
    int value = 0;
    for (int i = 0; i < digits; ++i) value = value * 10 + digit();
    require(value <= max);
    return value;
  }
  int digit() {
    if (!at_digit()) {
      ok_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }
  bool try_take(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  void take(std::string_view wanted) { require(try_take(wanted)); }
  // Which of the names comes next, counted from 0.
  unsigned take_one_of(std::span<const char* const> names) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [this](const char* name) { return try_take(name); });
    require(found != names.end());
    return static_cast<unsigned>(found - names.begin());
  }

  void require(bool holds) { ok_ = ok_ && holds; }
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool at_end() const { return rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

sys_seconds date_of(int year, int month, int day, Scanner& scanner) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  scanner.require(date.ok());
  return scanner.ok() ? sys_seconds(std::chrono::sys_days(date)) : sys_seconds{};
}

std::chrono::seconds take_clock(Scanner& scanner, bool may_lack_seconds) {
  const int hour = scanner.number(2, 23);
  scanner.take(":");
  const int minute = scanner.number(2, 59);
  const std::chrono::seconds to_the_minute =
      std::chrono::hours(hour) + std::chrono::minutes(minute);
  if (!scanner.try_take(":")) {
    scanner.require(may_lack_seconds);
    return to_the_minute;
  }
  return to_the_minute + std::chrono::seconds(scanner.number(2, 60));
}

// ".25": at least one digit.
Duration take_fraction(Scanner& scanner) {
  Duration fraction{};
  if (!scanner.try_take(".")) return fraction;
  Duration unit = 100ms;
  do {
    fraction += unit * scanner.digit();
    unit /= 10;
  } while (scanner.at_digit());
  return fraction;
}

std::chrono::seconds take_zone(Scanner& scanner, bool may_lack) {
  if ((may_lack && scanner.at_end()) || scanner.try_take("Z") || scanner.try_take("z")) return 0s;
  const bool west = scanner.try_take("-");
  if (!west) scanner.take("+");
  const int hours = scanner.number(2, 23);
  scanner.try_take(":");
  const int minutes = scanner.number(2, 59);
  const std::chrono::seconds offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return west ? -offset : offset;
}

}  // namespace

std::string iso8601(Timestamp time, int fraction_digits) {
  return print_iso8601(widen(time), fraction_digits);
}

std::string iso8601_from_ms(std::int64_t ms) {
  constexpr std::int64_t kYear1 = -62'135'596'800'000;
  constexpr std::int64_t kYear10000 = 253'402'300'800'000;
  return print_iso8601(widen(std::clamp(ms, kYear1, kYear10000 - 1), 1000), 3);
}

std::int64_t to_ms(const WideTime& time) {
  return time.second.time_since_epoch().count() * 1000 + to_ms(time.fraction);
}

std::optional<WideTime> parse_wide_iso8601(std::string_view text, IsoForm form) {
  const bool shortened = form == IsoForm::shortened;
  Scanner scanner(text);
  const int year = scanner.number(4, 9999);
  scanner.take("-");
  const int month = scanner.number(2, 12);
  scanner.take("-");
  const int day = scanner.number(2, 31);
  WideTime time{.second = date_of(year, month, day, scanner)};
  if (!(shortened && scanner.at_end())) {
    scanner.take("T");
    time.second += take_clock(scanner, shortened);
    time.fraction = take_fraction(scanner);
    time.second -= take_zone(scanner, shortened);
  }
  if (!scanner.ok() || !scanner.at_end()) return std::nullopt;
  return time;
}

std::optional<Timestamp> parse_iso8601(std::string_view text, IsoForm form) {
  const auto time = parse_wide_iso8601(text, form);
  return time ? narrow(*time) : std::nullopt;
}

std::string http_date(Timestamp time) {
  const Civil at(widen(time).second);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kWeekdays[at.weekday], at.day, kMonths[at.month - 1], at.year, at.hour, at.minute,
                at.second);
  return text.data();
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  Scanner scanner(text);
  scanner.take_one_of(kWeekdays);
  scanner.take(", ");
  const int day = scanner.number(2, 31);
  scanner.take(" ");
  const int month = static_cast<int>(scanner.take_one_of(kMonths)) + 1;
  scanner.take(" ");
  const int year = scanner.number(4, 9999);
  scanner.take(" ");
  const WideTime time{.second = date_of(year, month, day, scanner) + take_clock(scanner, false)};
  scanner.take(" GMT");
  if (!scanner.ok() || !scanner.at_end()) return std::nullopt;
  return narrow(time);
}

}  // namespace tributary
