// The parameters of a request in AWS' query protocol (hub-spec 2.1): name to value, and lists
// spelled `Tags.member.1.Key`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tributary::hub::identity {

class Params {
 public:
  static constexpr std::size_t kParametersMax = 2'000;
  static constexpr std::size_t kListItemsMax = 1'000;

  Params() = default;
  Params(std::initializer_list<std::pair<const std::string, std::string>> values)
      : values_(values) {}

  // "a=b&c=d", percent-encoded, as a form body and as a query string. Refuses broken escapes, a
  // name given twice, and text that is not UTF-8.
  static Result<Params> parse(std::string_view form);

  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }

  // Nothing where it was not sent; sent empty is empty.
  std::optional<std::string_view> find(std::string_view name) const;
  // "" where it was not sent.
  std::string_view text(std::string_view name) const { return find(name).value_or(""); }

  // How many items `name`.member.N there are, counted from 1 without a gap.
  std::size_t count(std::string_view name) const;
  // The values of a list of strings.
  std::vector<std::string> list(std::string_view name) const;
  // A field of the item N (from 1) of a list of structures.
  std::string_view field(std::string_view name, std::size_t item, std::string_view field) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace tributary::hub::identity
