// What a target's page looked like: its lines in order, each known by the length and the keyed hash
// of its constant bytes (a comment whole, a sample up to its value), and the series that came of
// them. 24 bytes a line, 8 a series, and the series' runs.
//
// A page that has the lines of the plan is read without knowing a single name: its bytes are
// hashed, the hash is compared, the number behind them is parsed.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "exposition/number.h"
#include "exposition/parser.h"
#include "model/series.h"
#include "model/series_run.h"

namespace tributary::collector::prometheus {

enum class LineKind : std::uint8_t {
  comment,          // also blank lines
  metadata,         // HELP, UNIT
  type,             // TYPE
  taken,            // a sample that is in the batch, with the scrape's time
  taken_with_time,  // likewise, with a time of its own
  duplicate,        // a sample of a series that the page had before
  dropped,          // a sample that relabelling drops
  target_info,      // describes the resource
  unknown,          // a sample that has to be judged anew each time
};

// The place of a series is the column of its first sample.
struct PlanLine {
  static constexpr std::uint32_t kIndexMax = (1U << 27) - 1;
  static constexpr std::uint32_t kNewlinesMax = (1U << 11) - 1;
  static constexpr unsigned kTypeShift = 23;  // of `index` in a TYPE line: the type is above
  static constexpr std::uint32_t kSlotMax = (1U << kTypeShift) - 1;

  Hash128 hash;
  std::uint32_t bytes : 20;
  std::uint32_t newlines : 11;  // of the whole line
  std::uint32_t closely : 1;    // only the parser can tell where the value begins
  std::uint32_t kind_bits : 4;
  std::uint32_t was_taken : 1;  // a sample of this text was in a batch once
  std::uint32_t index : 27;     // a sample: place of the series; metadata: slot in Families

  LineKind kind() const { return static_cast<LineKind>(kind_bits); }
  bool is_sample() const { return kind() >= LineKind::taken; }
  bool is_taken() const { return kind() == LineKind::taken || kind() == LineKind::taken_with_time; }
  std::uint32_t slot() const { return kind() == LineKind::type ? index & kSlotMax : index; }
  MetricType type() const { return static_cast<MetricType>(index >> kTypeShift); }
};
static_assert(sizeof(PlanLine) == 24);
static_assert(exposition::kEntryBytesMax < 1U << 20);

// A line to be remembered; `text` is of a sample only what stands before the value.
PlanLine make_line(const HashKey& key, std::string_view text, LineKind kind, std::size_t newlines);

void set_kind(PlanLine& line, LineKind kind);
// What does not fit makes the line unknown.
void set_index(PlanLine& line, std::size_t index);

struct PagePlan {
  // Those of the page come first, in order; behind them what is known from pages that failed since.
  std::vector<PlanLine> lines;
  std::vector<std::uint64_t> labels;  // hashes of the series' labels, by column
  std::vector<SeriesRunPtr> runs;     // of all columns
  std::size_t page_lines = 0;
  std::size_t page_columns = 0;
  std::size_t page_runs = 0;
  std::uint32_t scrape = 0;  // the last one whose page was like that
};

// A sample of a line that was recognised.
struct Reading {
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;
};

// Takes `line` off the front of `rest` if it stands there and its number is written plainly. Gives
// the bytes that it took; 0 where the line has to be looked at closely, or is not yet whole.
std::size_t take_line(const HashKey& key, const PlanLine& line, std::string_view rest,
                      exposition::Format format, Reading& reading);

// --- Inline, since it is called for every line.

// Digits, as many as an int64 surely holds, up to the end of the line.
inline std::size_t take_plain_time(std::string_view text, std::optional<std::int64_t>& time) {
  constexpr std::size_t kDigitsMax = 18;
  std::int64_t number = 0;
  std::size_t at = 0;
  for (; at < text.size() && at <= kDigitsMax; ++at) {
    const auto digit = static_cast<unsigned>(text[at]) - static_cast<unsigned>('0');
    if (digit > 9) break;
    number = number * 10 + digit;
  }
  if (at == 0 || at > kDigitsMax) return 0;
  time = number;
  return at;
}

inline std::size_t take_line(const HashKey& key, const PlanLine& line, std::string_view rest,
                             exposition::Format format, Reading& reading) {
  if (rest.size() < line.bytes || line.closely != 0 || line.kind() == LineKind::unknown) return 0;
  if (key.hash(rest.substr(0, line.bytes)) != line.hash) return 0;
  std::size_t at = line.bytes;
  if (!line.is_sample()) return at;
  const std::size_t number = exposition::take_plain_number(rest.substr(at), reading.value);
  at += number;
  reading.timestamp_ms.reset();
  if (number == 0 || at >= rest.size()) return 0;
  if (rest[at] == ' ' && format == exposition::Format::prometheus_text) {
    const std::size_t digits = take_plain_time(rest.substr(at + 1), reading.timestamp_ms);
    if (digits == 0) return 0;
    at += 1 + digits;
  }
  return at < rest.size() && rest[at] == '\n' ? at + 1 : 0;
}

}  // namespace tributary::collector::prometheus
