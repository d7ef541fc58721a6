// The first line is a filter pattern of CloudWatch Logs, the rest a message: whatever they are,
// they are judged, and twice alike. The message keeps its text on the way through a stream's file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "lab/logs/filter_pattern.h"
#include "lab/logs/log_event.h"

using namespace tributary;
using namespace tributary::lab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view message = text.substr(std::min(end + 1, text.size()));

  const auto pattern = logs::FilterPattern::parse(text.substr(0, end));
  if (pattern && pattern->matches(message) != pattern->matches(message)) std::abort();
  if (!pattern && pattern.error().message().empty()) std::abort();

  std::string line = logs::to_line(1, -2, message);
  if (line.find('\n') != line.size() - 1) std::abort();
  line.pop_back();
  const auto event = logs::parse_line(line);
  if (!event || event->timestamp_ms != 1 || event->ingestion_ms != -2) std::abort();
  const std::string back = logs::unescape(event->escaped);
  if (is_valid_utf8(message) ? back != message : !is_valid_utf8(back)) std::abort();
  logs::parse_line(text);
  return 0;
}
