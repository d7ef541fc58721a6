#include "promql/testing/script.h"

#include <re2/re2.h>

#include <chrono>
#include <utility>

#include "base/duration.h"
#include "base/strings.h"
#include "promql/string_literal.h"
#include "promql/testing/number_text.h"

namespace tributary::promql::testing {
namespace {

Error at_line(std::size_t line, std::string_view message) {
  return Error(Code::invalid_argument,
               "line " + std::to_string(line) + ": " + std::string(message));
}

Result<std::int64_t> parse_ms(std::string_view text) {
  TRIBUTARY_TRY(const Duration duration, parse_prometheus_duration(text));
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

Result<TimeRange> parse_range(std::string_view from, std::string_view to, std::string_view step) {
  TimeRange range;
  TRIBUTARY_TRY(range.start_ms, parse_ms(from));
  TRIBUTARY_TRY(range.end_ms, parse_ms(to));
  TRIBUTARY_TRY(range.step_ms, parse_ms(step));
  if (range.end_ms < range.start_ms) {
    return Error(Code::invalid_argument, "the range ends before it starts");
  }
  return range;
}

// A comment counts as an empty line.
std::vector<std::string_view> clean_lines(std::string_view text) {
  std::vector<std::string_view> lines = split(text, '\n');
  for (std::string_view& line : lines) {
    line = trim(line);
    if (line.starts_with('#')) line = {};
  }
  return lines;
}

class ScriptParser {
 public:
  explicit ScriptParser(std::string_view text) : lines_(clean_lines(text)) {}

  Result<std::vector<Command>> parse() {
    std::vector<Command> commands;
    while (at_ < lines_.size()) {
      const std::string_view line = lines_[at_++];
      if (line.empty()) continue;
      auto command = parse_command(line);
      if (!command) return at_line(at_, command.error().message());
      commands.push_back(*std::move(command));
    }
    return commands;
  }

 private:
  Result<Command> parse_command(std::string_view line) {
    const std::string word = to_lower(line.substr(0, line.find_first_of(" \t")));
    if (word == "clear") return Command(ClearCommand{});
    if (word.starts_with("load")) return parse_load(line);
    if (word.starts_with("eval")) return parse_eval(line);
    return Error(Code::invalid_argument, "no such command: " + word);
  }

  // The next line of a block, which an empty line ends.
  std::optional<std::string_view> next_in_block() {
    if (at_ == lines_.size() || lines_[at_].empty()) return std::nullopt;
    return lines_[at_++];
  }

  Result<Command> parse_load(std::string_view line) {
    static const RE2 kLoad(R"(load(_with_nhcb)?\s+(.+))");
    LoadCommand command;
    std::string with;
    std::string interval;
    if (!RE2::FullMatch(line, kLoad, &with, &interval)) {
      return Error(Code::invalid_argument, "not load[_with_nhcb] <interval>");
    }
    command.with_custom_buckets = !with.empty();
    TRIBUTARY_TRY(command.interval_ms, parse_ms(interval));
    std::optional<StartsText> starts;
    while (const auto next = next_in_block()) {
      if (is_starts_line(*next)) {
        TRIBUTARY_TRY(starts, parse_starts(*next));
        continue;
      }
      LoadCommand::Series series;
      TRIBUTARY_TRY(series.text, parse_series(*next));
      if (starts) {
        if (starts->labels != series.text.labels ||
            starts->offsets_ms.size() != series.text.values.size()) {
          return Error(Code::invalid_argument, "the @st line before is of another series or size");
        }
        series.start_offsets_ms = std::move(starts->offsets_ms);
        starts.reset();
      }
      // Where a script names a series twice, the last line counts.
      std::erase_if(command.series, [&](const LoadCommand::Series& known) {
        return known.text.labels == series.text.labels;
      });
      command.series.push_back(std::move(series));
    }
    if (starts) return Error(Code::invalid_argument, "an @st line without a series after it");
    return Command(std::move(command));
  }

  Result<Command> parse_eval(std::string_view line) {
    EvalCommand command;
    command.line = at_;
    if (auto done = parse_eval_line(line, command); !done) return done.error();
    while (const auto next = next_in_block()) {
      TRIBUTARY_TRY(const bool more, parse_expected(*next, command));
      if (!more) break;
    }
    return Command(std::move(command));
  }

  static Result<void> parse_eval_line(std::string_view line, EvalCommand& command) {
    static const RE2 kInstant(
        R"(eval(?:_(fail|warn|ordered|info))?\s+instant\s+at\s+(.+?)\s+(.+))");
    static const RE2 kRange(
        R"(eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+))");
    std::string mode;
    std::string from;
    std::string to;
    std::string step;
    if (RE2::FullMatch(line, kInstant, &mode, &from, &command.query)) {
      TRIBUTARY_TRY(command.time_ms, parse_ms(from));
    } else if (RE2::FullMatch(line, kRange, &mode, &from, &to, &step, &command.query)) {
      command.is_range = true;
      TRIBUTARY_TRY(command.range, parse_range(from, to, step));
    } else {
      return Error(Code::invalid_argument,
                   "not eval instant at <time> <query>, nor "
                   "eval range from <start> to <end> step <step> <query>");
    }
    command.ordered = mode == "ordered";
    if (mode == "fail") command.failure.emplace();
    if (mode == "warn") command.warnings.emplace_back();
    if (mode == "info") command.infos.emplace_back();
    return {};
  }

  // Whether the block may go on after this line.
  static Result<bool> parse_expected(std::string_view line, EvalCommand& command) {
    if (line.starts_with("expected_fail_")) return parse_old_failure(line, command);
    if (line.starts_with("expect range vector")) return parse_range_vector(line, command);
    if (line.starts_with("expect string")) return parse_string(line, command);
    if (line.substr(0, line.find(' ')) == "expect") return parse_expect(line, command);
    if (const auto number = parse_number(line)) {
      command.scalar = *number;
      return false;
    }
    TRIBUTARY_TRY(SeriesText series, parse_series(line));
    if (series.values.size() > 1 && !command.is_range && !command.expects_range_vector) {
      return Error(Code::invalid_argument, "many values for an instant");
    }
    command.series.push_back(std::move(series));
    return true;
  }

  static Result<bool> parse_old_failure(std::string_view line, EvalCommand& command) {
    static const RE2 kFailure(R"(expected_fail_(message|regexp)\s+(.*))");
    std::string kind;
    TextPattern pattern;
    if (!command.failure || !RE2::FullMatch(line, kFailure, &kind, &pattern.text)) {
      return Error(Code::invalid_argument, "expected_fail without eval_fail");
    }
    pattern.kind = kind == "regexp" ? TextPattern::Kind::regex : TextPattern::Kind::exact;
    if (auto done = check_pattern(pattern); !done) return done.error();
    command.failure = std::move(pattern);
    return false;
  }

  static Result<void> check_pattern(const TextPattern& pattern) {
    if (pattern.kind != TextPattern::Kind::regex || RE2(pattern.text, RE2::Quiet).ok()) return {};
    return Error(Code::invalid_argument, "bad expression: " + pattern.text);
  }

  static Result<bool> parse_range_vector(std::string_view line, EvalCommand& command) {
    static const RE2 kVector(R"(expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+))");
    std::string from;
    std::string to;
    std::string step;
    if (!RE2::FullMatch(line, kVector, &from, &to, &step)) {
      return Error(Code::invalid_argument, "not expect range vector from <t> to <t> step <step>");
    }
    TRIBUTARY_TRY(command.range, parse_range(from, to, step));
    command.expects_range_vector = true;
    command.time_ms = command.range.end_ms;
    return true;
  }

  static Result<bool> parse_string(std::string_view line, EvalCommand& command) {
    line = trim(line.substr(std::string_view("expect string").size()));
    const bool quoted = line.size() > 1 && line.front() == line.back() &&
                        std::string_view("\"'`").find(line.front()) != std::string_view::npos;
    if (quoted) command.string = unquote(line);
    if (!command.string) return Error(Code::invalid_argument, "no quoted string");
    return true;
  }

  static Result<bool> parse_expect(std::string_view line, EvalCommand& command) {
    static const RE2 kExpect(
        R"(expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?)");
    std::string type;
    std::string kind;
    TextPattern pattern;
    if (!RE2::FullMatch(line, kExpect, &type, &kind, &pattern.text)) {
      return Error(Code::invalid_argument, "not expect <type> [msg|regex: <text>]");
    }
    pattern.text = trim(pattern.text);
    if (kind == "msg") pattern.kind = TextPattern::Kind::exact;
    if (kind == "regex") pattern.kind = TextPattern::Kind::regex;
    if (auto done = check_pattern(pattern); !done) return done.error();
    if (type == "fail" && command.failure && command.failure->kind != TextPattern::Kind::any) {
      return Error(Code::invalid_argument, "a query fails only once");
    }
    if (type == "ordered") command.ordered = true;
    if (type == "fail") command.failure = pattern;
    if (type == "warn") command.warnings.push_back(pattern);
    if (type == "info") command.infos.push_back(pattern);
    command.no_warnings |= type == "no_warn";
    command.no_infos |= type == "no_info";
    if ((command.no_warnings && !command.warnings.empty()) ||
        (command.no_infos && !command.infos.empty())) {
      return Error(Code::invalid_argument, "expects some and none at once");
    }
    return true;
  }

  const std::vector<std::string_view> lines_;
  std::size_t at_ = 0;  // the next line
};

}  // namespace

bool TextPattern::matches(std::string_view actual) const {
  if (kind == Kind::any) return true;
  if (kind == Kind::exact) return actual == text;
  return RE2::PartialMatch(re2::StringPiece(actual.data(), actual.size()), RE2(text));
}

Result<std::vector<Command>> parse_script(std::string_view text) {
  return ScriptParser(text).parse();
}

}  // namespace tributary::promql::testing
