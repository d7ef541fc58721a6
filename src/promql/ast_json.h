// The syntax tree as JSON, as Prometheus' /api/v1/parse_query answers it for the tree view of its
// own interface (web/api/v1/translate_ast.go).
//
// Threads: pure functions.
#pragma once

#include <string>

#include "promql/ast.h"

namespace tributary::promql {

void append_json(std::string& out, const Expression& expression);

}  // namespace tributary::promql
