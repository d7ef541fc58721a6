// What holds for every parser of pages: it comes to an end, and the bytes that it gives as a series
// are read as that series again when they stand alone.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "exposition/parser.h"

namespace tributary {

// `rest` makes a page of a series: its value, and what the format wants after it.
inline void read_alone(exposition::Format format, std::string_view series, std::string_view rest,
                       const Labels& labels) {
  const std::string page = std::string(series).append(rest);
  const auto parser = exposition::make_parser(format, page);
  const auto kind = parser->next();
  TRIBUTARY_CHECK(kind && *kind == exposition::EntryKind::sample);
  TRIBUTARY_CHECK(parser->series_text() == series);
  const auto again = parser->labels();
  TRIBUTARY_CHECK(again && *again == labels);
}

// Calls `on_sample` with the parser at each sample.
template <class OnSample>
void read_page(exposition::Format format, std::string_view page, std::string_view rest,
               OnSample on_sample) {
  const auto parser = exposition::make_parser(format, page);
  for (;;) {
    const auto kind = parser->next();
    if (!kind || *kind == exposition::EntryKind::end) return;
    if (*kind != exposition::EntryKind::sample) continue;
    if (const auto labels = parser->labels())
      read_alone(format, parser->series_text(), rest, *labels);
    on_sample(*parser);
  }
}

}  // namespace tributary
