// The parser of OpenMetrics 1.0, with the laxness of Prometheus: families may be mixed and values
// are not judged by type.
#pragma once

#include "exposition/page_parser.h"

namespace tributary::exposition {

class OpenMetricsParser final : public PageParser {
 public:
  explicit OpenMetricsParser(std::string_view page)
      : PageParser(page, {.blanks = false, .commas = true, .newlines = false}) {}

 private:
  Result<EntryKind> read_entry() override;
  Result<EntryKind> read_hash_line();
  Result<EntryKind> read_type(std::string_view word);
  Result<EntryKind> read_unit(std::string_view unit);
  Result<EntryKind> read_sample();
  Result<void> read_exemplar();
  Result<std::string_view> take_number_word();
  Result<double> take_number();
  Result<std::int64_t> take_timestamp();
  Result<void> take_newline();
};

}  // namespace tributary::exposition
