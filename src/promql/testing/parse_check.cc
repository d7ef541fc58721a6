#include "promql/testing/parse_check.h"

#include <gtest/gtest.h>

#include <string>

namespace tributary::promql::testing {

Features all_features() {
  Features features;
  features.experimental_functions = true;
  features.duration_expressions = true;
  features.extended_range_selectors = true;
  features.binop_fill_modifiers = true;
  return features;
}

void check_refused(const Features& features, const std::vector<Refused>& table) {
  for (const Refused& one : table) {
    const auto parsed = parse(one.query, features);
    if (parsed) {
      ADD_FAILURE() << "parsed: " << one.query;
      continue;
    }
    const std::size_t place = one.error.find(": ");
    std::string wanted(one.error);
    wanted.insert(place, ": parse error");
    EXPECT_EQ(parsed.error().message(), wanted) << one.query;
    EXPECT_EQ(parsed.error().code(), Code::invalid_argument) << one.query;
  }
}

}  // namespace tributary::promql::testing
