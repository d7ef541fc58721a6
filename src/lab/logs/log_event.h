// One line of a log stream, and how it rests in a file: a line of text,
//
//   <timestamp ms> <ingestion ms> <message>
//
// whose message is UTF-8 with \n for a line break, \r for a carriage return and \\ for a backslash.
//
// Threads: values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::lab::logs {

// Where an event stands among those of its stream: by time, then in the order they came.
struct Position {
  std::int64_t timestamp_ms = 0;
  std::uint64_t sequence = 0;  // from 1

  auto operator<=>(const Position&) const = default;
};

struct LogEvent {
  Position position;
  std::int64_t ingestion_ms = 0;
  std::string message;
};

// What CloudWatch counts for an event, of which the message is only one part.
inline constexpr std::size_t kEventOverheadBytes = 26;
inline std::size_t billed_bytes(std::string_view message) {
  return message.size() + kEventOverheadBytes;
}

// With its line break. Bytes that are not UTF-8 become U+FFFD.
std::string to_line(std::int64_t timestamp_ms, std::int64_t ingestion_ms, std::string_view message);

struct EventLine {
  std::int64_t timestamp_ms = 0;
  std::int64_t ingestion_ms = 0;
  std::string_view escaped;  // the message as it stands in the file
};
// Without its line break. Nothing where it is no such line.
std::optional<EventLine> parse_line(std::string_view line);
std::string unescape(std::string_view escaped);

}  // namespace tributary::lab::logs
