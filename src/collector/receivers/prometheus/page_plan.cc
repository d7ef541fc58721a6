#include "collector/receivers/prometheus/page_plan.h"

#include <algorithm>

namespace tributary::collector::prometheus {
namespace {

// Whether what follows such bytes can be told from them: digits behind a bare metric name might
// belong to the name, and a comment that ended a page without a newline may go on in another.
bool ends_plainly(std::string_view text, LineKind kind) {
  if (kind < LineKind::taken) return text.ends_with('\n');
  return text.ends_with(' ') || text.ends_with('\t') || text.ends_with('}');
}

}  // namespace

PlanLine make_line(const HashKey& key, std::string_view text, LineKind kind, std::size_t newlines) {
  PlanLine line{};
  set_kind(line, kind);
  const bool fits = text.size() <= exposition::kEntryBytesMax;
  const bool is_plain = fits && newlines <= PlanLine::kNewlinesMax && ends_plainly(text, kind);
  line.closely = is_plain ? 0 : 1;
  line.newlines = std::min<std::size_t>(newlines, PlanLine::kNewlinesMax) & PlanLine::kNewlinesMax;
  if (!fits) return line;
  line.hash = key.hash(text);
  line.bytes = text.size() & exposition::kEntryBytesMax;
  return line;
}

void set_kind(PlanLine& line, LineKind kind) {
  line.kind_bits = static_cast<std::uint32_t>(kind) & 15;
}

void set_index(PlanLine& line, std::size_t index) {
  const std::size_t max = line.is_sample() ? PlanLine::kIndexMax : PlanLine::kSlotMax;
  if (index > max) set_kind(line, LineKind::unknown);
  line.index = std::min(index, max) & PlanLine::kIndexMax;
}

}  // namespace tributary::collector::prometheus
