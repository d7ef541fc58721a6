// Lists that are answered in pages: which of the keys, which come in ascending order, are on the
// page that a request asks for.
//
// Values.
#pragma once

#include <optional>
#include <string>

#include "lab/api/api.h"
#include "lab/registry/ecr_requests.h"

namespace tributary::lab::registry::ecr {

class Pages {
 public:
  explicit Pages(const Page& page);

  // Why there can be no page. `named`: the request names what it wants, by `parameter`.
  std::optional<ApiAnswer> refusal(bool named = false, const char* parameter = "") const;

  bool takes(const std::string& key);
  // "" after the last page.
  std::string next_token() const;

 private:
  std::size_t left_;
  bool valid_ = true;
  bool given_ = false;
  bool more_ = false;
  std::string after_;  // the key that the page before ended with
  std::string last_;
};

}  // namespace tributary::lab::registry::ecr
