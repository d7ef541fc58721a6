// The Prometheus text parser on any page: it comes to an end, and the bytes it gives as a series
// are read as that series again when they stand alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "exposition/parser.h"

using namespace tributary;

namespace {

void read_alone(std::string_view series, const Labels& labels) {
  const std::string page = std::string(series) + " 1\n";
  const auto parser = exposition::make_parser(exposition::Format::prometheus_text, page);
  const auto kind = parser->next();
  if (!kind || *kind != exposition::EntryKind::sample || parser->series_text() != series) abort();
  const auto again = parser->labels();
  if (!again || *again != labels) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view page(reinterpret_cast<const char*>(data), size);
  const auto parser = exposition::make_parser(exposition::Format::prometheus_text, page);
  for (;;) {
    const auto kind = parser->next();
    if (!kind || *kind == exposition::EntryKind::end) return 0;
    if (*kind != exposition::EntryKind::sample) continue;
    if (const auto labels = parser->labels()) read_alone(parser->series_text(), *labels);
  }
}
