// The policy language of IAM (hub-spec 2.6 and 2.7): a JSON document of statements, checked as IAM
// checks it when it is stored. Matching is in match.h, deciding in evaluate.h.
//
// Threads: values; a parsed Policy never changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tributary::hub::identity {

inline constexpr std::size_t kPolicyTextBytesMax = 131'072;

// What the document is for decides which elements it must and must not have. A session policy and
// a permissions boundary are written like identity policies.
enum class PolicyKind : std::uint8_t { identity, trust };

enum class Effect : std::uint8_t { allow, deny };

enum class Comparison : std::uint8_t {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less,
  numeric_less_or_equal,
  numeric_greater,
  numeric_greater_or_equal,
  date_equals,
  date_less,
  date_less_or_equal,
  date_greater,
  date_greater_or_equal,
  boolean,
  binary_equals,
  ip_address,
  arn_like,
  null,
};

enum class Quantifier : std::uint8_t { none, for_all_values, for_any_value };

// One key under one operator.
struct Condition {
  std::string operator_name;  // as written, for messages
  Comparison comparison;
  bool negated = false;    // ...Not...: no value may match
  bool if_exists = false;  // holds where the key is absent
  Quantifier quantifier = Quantifier::none;
  std::string key;  // as written; compared without case
  std::vector<std::string> values;
};

struct PrincipalPattern {
  enum class Type : std::uint8_t { anyone, aws, service, federated };
  Type type;
  std::string value;  // an account id, an ARN, a unique id or a service's name; "*" for anyone
};

struct Statement {
  std::string sid;
  Effect effect = Effect::deny;
  std::vector<std::string> actions;
  bool not_actions = false;  // NotAction
  std::vector<std::string> resources;
  bool not_resources = false;
  std::vector<PrincipalPattern> principals;
  bool not_principals = false;
  std::vector<Condition> conditions;
};

struct Policy {
  bool has_variables = false;  // Version 2012-10-17: ${...} is a variable
  std::vector<Statement> statements;
};

// Refusals carry IAM's text for MalformedPolicyDocument and, in parentheses, where it is.
Result<Policy> parse_policy(std::string_view text, PolicyKind kind);

// The same document with every value of Principal.AWS (and NotPrincipal.AWS) replaced by what
// `replace` gives for it, in compact JSON. The first error of `replace` is the answer.
Result<std::string> replace_aws_principals(
    std::string_view text, const std::function<Result<std::string>(std::string_view)>& replace);

}  // namespace tributary::hub::identity
