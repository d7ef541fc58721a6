// Checks of the parser over tables of expressions.
#pragma once

#include <string_view>
#include <vector>

#include "promql/parser.h"

namespace tributary::promql::testing {

struct Refused {
  std::string_view query;
  // `1:4: what is wrong`: the parser says `1:4: parse error: what is wrong`.
  std::string_view error;
};

Features all_features();

// Fails the test for every expression that parses or is refused otherwise.
void check_refused(const Features& features, const std::vector<Refused>& table);

}  // namespace tributary::promql::testing
