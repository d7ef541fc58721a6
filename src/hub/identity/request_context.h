// The condition keys of one request, aws:SourceIp, sts:ExternalId and so on: name to values, names
// without case.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace tributary::hub::identity {

class RequestContext {
 public:
  RequestContext() = default;
  RequestContext(std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
    for (const auto& [key, value] : values) set(key, value);
  }

  void set(std::string_view key, std::string_view value) {
    values_[to_lower(key)] = {std::string(value)};
  }
  void set_all(std::string_view key, std::vector<std::string> values) {
    values_[to_lower(key)] = std::move(values);
  }
  // Takes over what `other` has; its values win.
  void merge(const RequestContext& other) {
    for (const auto& [key, values] : other.values_) values_[key] = values;
  }

  // For asking what could be: a key that only a request brings and that is absent is taken to be as
  // the statement at hand needs it for the request to be allowed. What a service acts for
  // (aws:SourceArn) is in the account that aws:SourceAccount says.
  void suppose_request() { supposes_request_ = true; }
  bool supposes_request() const { return supposes_request_; }

  // Nothing where the key is absent or has no values.
  const std::vector<std::string>* find(std::string_view key) const {
    const auto found = values_.find(to_lower(key));
    return found == values_.end() || found->second.empty() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  bool supposes_request_ = false;
};

}  // namespace tributary::hub::identity
