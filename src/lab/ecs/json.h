// Nodes as JSON text: the way back of config/json.h, for values that `config::print` made.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "config/fields.h"

namespace tributary::lab::ecs {

// Compact. Quoted scalars become strings; plain ones must be numbers, true or false.
std::string to_json(const config::Node& node);

// Of a struct with `describe`. Absent optional members are left out.
template <class Document>
std::string json_of(Document document) {
  return to_json(config::print(std::move(document)));
}

}  // namespace tributary::lab::ecs
