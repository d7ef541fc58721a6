#include "lab/registry/ecr_json.h"

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::registry::ecr {

std::string object(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    out += value;
  }
  return out + '}';
}

std::string array(const std::vector<std::string>& elements) {
  return '[' + join(elements, ",") + ']';
}

std::string array_of_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> elements;
  elements.reserve(texts.size());
  for (const std::string& one : texts) elements.push_back(json_string(one));
  return array(elements);
}

std::string text(std::string_view value) { return value.empty() ? "" : json_string(value); }

std::string time(std::int64_t ms) {
  const std::string thousandths = std::to_string(1000 + ms % 1000);
  return std::to_string(ms / 1000) + '.' + thousandths.substr(1);
}

}  // namespace tributary::lab::registry::ecr
