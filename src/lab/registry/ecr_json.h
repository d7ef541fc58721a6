// Pieces of ECR's JSON.
//
// Pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::lab::registry::ecr {

// Members whose values are JSON already; those with an empty value are left out.
std::string object(std::initializer_list<std::pair<std::string_view, std::string>> members);
std::string array(const std::vector<std::string>& elements);
std::string array_of_texts(const std::vector<std::string>& texts);
// "" for an empty text, which `object` leaves out.
std::string text(std::string_view value);
// Seconds since 1970.
std::string time(std::int64_t ms);
inline std::string boolean(bool value) { return value ? "true" : "false"; }

}  // namespace tributary::lab::registry::ecr
