#include "aws/timestamps.h"

#include <array>
#include <cstdio>

namespace tributary::aws {
namespace {

struct Fields {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Takes fixed-width pieces off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  unsigned digits(std::size_t width) {
    unsigned value = 0;
    if (rest_.size() < width) ok_ = false;
    for (std::size_t i = 0; ok_ && i < width; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(width);
    return value;
  }
  void literal(std::string_view expected) {
    if (!ok_ || !rest_.starts_with(expected)) {
      ok_ = false;
      return;
    }
    rest_.remove_prefix(expected.size());
  }
  std::string_view take(std::size_t width) {
    if (rest_.size() < width) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = rest_.substr(0, width);
    rest_.remove_prefix(width);
    return taken;
  }
  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// A leap second counts as the first second of the next minute.
std::optional<Timestamp> to_timestamp(const Fields& fields) {
  const std::chrono::year_month_day date{std::chrono::year(fields.year),
                                         std::chrono::month(fields.month),
                                         std::chrono::day(fields.day)};
  // What 64 bits of nanoseconds can hold.
  if (fields.year < 1700 || fields.year > 2200 || !date.ok()) return std::nullopt;
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 60) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(fields.hour) +
         std::chrono::minutes(fields.minute) + std::chrono::seconds(fields.second);
}

std::string print(const char* format, Timestamp time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
  std::array<char, 64> buffer;
  std::snprintf(buffer.data(), buffer.size(), format, static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return buffer.data();
}

// ".123456789" at the front: at least one digit, what is finer than a nanosecond is dropped.
bool scan_fraction(Scanner& scanner, Duration& fraction) {
  if (!scanner.rest().starts_with('.')) return true;
  scanner.literal(".");
  std::int64_t unit = 100'000'000;
  int count = 0;
  while (!scanner.rest().empty() && scanner.rest()[0] >= '0' && scanner.rest()[0] <= '9') {
    fraction += Duration(unit * scanner.digits(1));
    unit /= 10;
    ++count;
  }
  return count > 0;
}

bool scan_offset(Scanner& scanner, Duration& offset) {
  if (scanner.rest() == "Z" || scanner.rest() == "z") return true;
  const bool west = scanner.rest().starts_with('-');
  scanner.literal(west ? "-" : "+");
  const unsigned hours = scanner.digits(2);
  if (scanner.rest().starts_with(':')) scanner.literal(":");
  const unsigned minutes = scanner.digits(2);
  offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (west) offset = -offset;
  return scanner.done() && hours < 24 && minutes < 60;
}

}  // namespace

std::string amz_date(Timestamp time) { return print("%04d%02u%02uT%02d%02d%02dZ", time); }

std::optional<Timestamp> parse_amz_date(std::string_view text) {
  Scanner scanner(text);
  Fields fields;
  fields.year = static_cast<int>(scanner.digits(4));
  fields.month = scanner.digits(2);
  fields.day = scanner.digits(2);
  scanner.literal("T");
  fields.hour = scanner.digits(2);
  fields.minute = scanner.digits(2);
  fields.second = scanner.digits(2);
  scanner.literal("Z");
  if (!scanner.done()) return std::nullopt;
  return to_timestamp(fields);
}

std::string iso8601(Timestamp time) { return print("%04d-%02u-%02uT%02d:%02d:%02dZ", time); }

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  Scanner scanner(text);
  Fields fields;
  fields.year = static_cast<int>(scanner.digits(4));
  scanner.literal("-");
  fields.month = scanner.digits(2);
  scanner.literal("-");
  fields.day = scanner.digits(2);
  scanner.literal("T");
  fields.hour = scanner.digits(2);
  scanner.literal(":");
  fields.minute = scanner.digits(2);
  scanner.literal(":");
  fields.second = scanner.digits(2);
  Duration fraction{};
  Duration offset{};
  if (!scanner.ok() || !scan_fraction(scanner, fraction) || !scan_offset(scanner, offset))
    return std::nullopt;
  const auto time = to_timestamp(fields);
  if (!time) return std::nullopt;
  return *time + fraction - offset;
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner scanner(text);
  Fields fields;
  scanner.take(3);
  scanner.literal(", ");
  fields.day = scanner.digits(2);
  scanner.literal(" ");
  const std::string_view month = scanner.take(3);
  scanner.literal(" ");
  fields.year = static_cast<int>(scanner.digits(4));
  scanner.literal(" ");
  fields.hour = scanner.digits(2);
  scanner.literal(":");
  fields.minute = scanner.digits(2);
  scanner.literal(":");
  fields.second = scanner.digits(2);
  scanner.literal(" GMT");
  if (!scanner.done()) return std::nullopt;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == month) fields.month = static_cast<unsigned>(i + 1);
  }
  return to_timestamp(fields);
}

}  // namespace tributary::aws
