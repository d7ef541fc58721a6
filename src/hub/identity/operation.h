// What all operations of IAM and STS have in common: parameters are checked against what AWS'
// service models say of them, the caller is authorised, the operation runs in one transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub/identity/api.h"
#include "hub/identity/authorize.h"
#include "hub/identity/store.h"
#include "hub/identity/xml.h"

namespace tributary::hub::identity {

// Nothing when all is well.
using Fault = std::optional<ApiError>;

enum class Format : std::uint8_t {
  any,
  name,         // [\w+=,.@-]+
  external_id,  // [\w+=,.@:\/-]*
  path,         // / or /.../
  text,         // printable Latin-1 and white space
  document,     // a policy
  tag,          // letters of any script, digits, blanks and _.:/=+-@
  digits,
  integer,  // min and max are of the value
  boolean,
};

struct Parameter {
  std::string_view name;
  Format format = Format::any;
  std::size_t min = 0;  // of the length in characters
  std::size_t max = SIZE_MAX;
  enum class Need : std::uint8_t { optional, required } need = Need::optional;
};

struct Call {
  const ApiRequest& request;
  const Params& params;
  const Principal& caller;
  Store& store;
  Authorizer& authorizer;
  EntityKind kind;  // that the operation is about, users or roles
  Xml out;          // the result

  std::string_view text(std::string_view name) const { return params.text(name); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
};

// What a caller must be allowed to act on.
struct Target {
  std::string resource;
  std::string account;  // "" for the caller's own
  RequestContext context;
};

struct Operation {
  enum class Access : std::uint8_t { read, write };
  enum class Output : std::uint8_t { none, result };

  std::string_view name;
  Access access;
  Output output;
  EntityKind kind;
  Fault (*target)(Call& call, Target& target);  // null: needs no permission
  Fault (*run)(Call& call);
  std::vector<Parameter> parameters;
};

// Null where there is none of this name.
const Operation* find_operation(std::span<const Operation> operations, std::string_view name);

// Dispatches on Action among `operations`.
ApiResponse run_operation(const ApiService& service, std::span<const Operation> operations,
                          Store& store, Authorizer& authorizer, const ApiRequest& request);

// ValidationError naming every parameter that is not as it must be, or nothing.
Fault validate(std::span<const Parameter> parameters, const Params& params);

// AccessDenied with AWS' message, Tributary's explanation and what is missing.
ApiError access_denied(const AccessRequest& request, const Decision& decision);

ApiError validation_error(std::string message);
ApiError no_such_entity(std::string message);

// Request tags, checked: at most 50, keys of 1 to 128 characters that do not begin with "aws:",
// values of up to 256.
Fault read_tags(const Params& params, std::vector<Tag>& tags);

}  // namespace tributary::hub::identity
