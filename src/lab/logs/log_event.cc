#include "lab/logs/log_event.h"

#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::lab::logs {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// How many of the bytes at the front are one character of UTF-8; 0 where none is.
std::size_t character_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return is_valid_utf8(text.substr(0, size)) ? size : 0;
}

std::string replace_invalid(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_at(text);
    if (size == 0) append_utf8(out, kReplacement);
    out += text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
}

// The number in front of a blank, and the blank, are taken off `text`.
std::optional<std::int64_t> take_number(std::string_view& text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = parse_int64(text.substr(0, blank));
  text.remove_prefix(blank + 1);
  return number;
}

}  // namespace

std::string to_line(std::int64_t timestamp_ms, std::int64_t ingestion_ms,
                    std::string_view message) {
  std::string line = std::to_string(timestamp_ms) + " " + std::to_string(ingestion_ms) + " ";
  if (is_valid_utf8(message)) {
    append_escaped(line, message);
  } else {
    append_escaped(line, replace_invalid(message));
  }
  return line += '\n';
}

std::optional<EventLine> parse_line(std::string_view line) {
  const auto timestamp = take_number(line);
  const auto ingestion = timestamp ? take_number(line) : std::nullopt;
  if (!ingestion) return std::nullopt;
  return EventLine{*timestamp, *ingestion, line};
}

std::string unescape(std::string_view escaped) {
  std::string out;
  out.reserve(escaped.size());
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\' || i + 1 == escaped.size()) {
      out += escaped[i];
      continue;
    }
    const char c = escaped[++i];
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

}  // namespace tributary::lab::logs
