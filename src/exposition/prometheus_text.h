// The parser of the Prometheus text format 0.0.4 (and 1.0.0, which differs in nothing it reads).
#pragma once

#include "exposition/page_parser.h"

namespace tributary::exposition {

class PrometheusTextParser final : public PageParser {
 public:
  explicit PrometheusTextParser(std::string_view page)
      : PageParser(page, {.blanks = true, .commas = false, .newlines = true}) {}

 private:
  Result<EntryKind> read_entry() override;
  Result<EntryKind> read_hash_line();
  Result<EntryKind> read_help();
  Result<EntryKind> read_type();
  Result<EntryKind> read_sample();
};

}  // namespace tributary::exposition
