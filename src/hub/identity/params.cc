#include "hub/identity/params.h"

#include <algorithm>

#include "base/strings.h"

namespace tributary::hub::identity {
namespace {

std::optional<std::string> decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = percent_decode(spaced);
  if (!decoded || !is_valid_utf8(*decoded)) return std::nullopt;
  return decoded;
}

std::string item_name(std::string_view name, std::size_t item) {
  return std::string(name).append(".member.").append(std::to_string(item));
}

}  // namespace

Result<Params> Params::parse(std::string_view form) {
  Params params;
  if (form.empty()) return params;
  for (const std::string_view pair : split(form, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto name = decode(pair.substr(0, equals));
    const auto value =
        decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value)
      return Error(Code::invalid_argument, "parameter \"" + std::string(pair.substr(0, 64)) +
                                               "\": not percent-encoded UTF-8");
    if (params.values_.size() >= kParametersMax)
      return Error(Code::limit_exceeded,
                   "more than " + std::to_string(kParametersMax) + " parameters");
    if (!params.values_.emplace(*name, *value).second)
      return Error(Code::invalid_argument, "parameter " + *name + " is given twice");
  }
  return params;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::size_t Params::count(std::string_view name) const {
  std::size_t items = 0;
  while (items < kListItemsMax) {
    // The item itself, or the first of its fields.
    const std::string next = item_name(name, items + 1);
    const auto at = values_.lower_bound(next);
    const bool itself = at != values_.end() && at->first == next;
    const auto field = values_.lower_bound(next + ".");
    if (!itself && (field == values_.end() || !field->first.starts_with(next + "."))) break;
    ++items;
  }
  return items;
}

std::vector<std::string> Params::list(std::string_view name) const {
  std::vector<std::string> out;
  for (std::size_t item = 1; item <= kListItemsMax; ++item) {
    const auto value = find(item_name(name, item));
    if (!value) break;
    out.emplace_back(*value);
  }
  return out;
}

std::string_view Params::field(std::string_view name, std::size_t item,
                               std::string_view field) const {
  return text(item_name(name, item).append(".").append(field));
}

}  // namespace tributary::hub::identity
