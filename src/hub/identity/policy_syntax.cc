#include "hub/identity/policy_syntax.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "hub/identity/arn.h"
#include "hub/identity/compare.h"

namespace tributary::hub::identity {
namespace {

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool all_of(std::string_view text, bool (*predicate)(char)) {
  return std::all_of(text.begin(), text.end(), predicate);
}

Error refuse(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

struct OperatorName {
  std::string_view name;
  Comparison comparison;
  bool negated;
};

constexpr std::array kOperators = {
    OperatorName{"StringEquals", Comparison::string_equals, false},
    OperatorName{"StringNotEquals", Comparison::string_equals, true},
    OperatorName{"StringEqualsIgnoreCase", Comparison::string_equals_ignore_case, false},
    OperatorName{"StringNotEqualsIgnoreCase", Comparison::string_equals_ignore_case, true},
    OperatorName{"StringLike", Comparison::string_like, false},
    OperatorName{"StringNotLike", Comparison::string_like, true},
    OperatorName{"NumericEquals", Comparison::numeric_equals, false},
    OperatorName{"NumericNotEquals", Comparison::numeric_equals, true},
    OperatorName{"NumericLessThan", Comparison::numeric_less, false},
    OperatorName{"NumericLessThanEquals", Comparison::numeric_less_or_equal, false},
    OperatorName{"NumericGreaterThan", Comparison::numeric_greater, false},
    OperatorName{"NumericGreaterThanEquals", Comparison::numeric_greater_or_equal, false},
    OperatorName{"DateEquals", Comparison::date_equals, false},
    OperatorName{"DateNotEquals", Comparison::date_equals, true},
    OperatorName{"DateLessThan", Comparison::date_less, false},
    OperatorName{"DateLessThanEquals", Comparison::date_less_or_equal, false},
    OperatorName{"DateGreaterThan", Comparison::date_greater, false},
    OperatorName{"DateGreaterThanEquals", Comparison::date_greater_or_equal, false},
    OperatorName{"Bool", Comparison::boolean, false},
    OperatorName{"BinaryEquals", Comparison::binary_equals, false},
    OperatorName{"IpAddress", Comparison::ip_address, false},
    OperatorName{"NotIpAddress", Comparison::ip_address, true},
    OperatorName{"ArnEquals", Comparison::arn_like, false},
    OperatorName{"ArnLike", Comparison::arn_like, false},
    OperatorName{"ArnNotEquals", Comparison::arn_like, true},
    OperatorName{"ArnNotLike", Comparison::arn_like, true},
    OperatorName{"Null", Comparison::null, false},
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Unique ids: AIDA and AROA with at least twelve more letters and digits.
bool is_unique_id(std::string_view name) {
  return (name.starts_with("AIDA") || name.starts_with("AROA")) && name.size() >= 16 &&
         all_of(name, is_alnum);
}

bool is_principal_arn(std::string_view name) {
  const auto arn = split_arn(name);
  if (!arn || !is_account_id(arn->account) || !arn->region.empty()) return false;
  if (name.find_first_of("*?") != std::string_view::npos) return false;
  const std::string_view resource = arn->resource;
  if (arn->service == "iam")
    return resource == "root" || resource.starts_with("user/") || resource.starts_with("role/");
  return arn->service == "sts" &&
         (resource.starts_with("assumed-role/") || resource.starts_with("federated-user/"));
}

// ecs-tasks.amazonaws.com: labels with dots between.
bool is_service_name(std::string_view name) {
  return name.find('.') != std::string_view::npos && name.size() <= 256 &&
         all_of(name, [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

}  // namespace

bool is_valid_sid(std::string_view sid) { return all_of(sid, is_alnum); }

Result<void> check_action(std::string_view action) {
  if (action == "*") return {};
  const std::size_t colon = action.find(':');
  if (colon == std::string_view::npos || action.find(':', colon + 1) != std::string_view::npos)
    return refuse(
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc., got \"" +
        std::string(action) + "\"");
  const std::string_view vendor = action.substr(0, colon);
  if (vendor.empty() || !all_of(vendor, [](char c) { return is_alnum(c) || c == '-'; }))
    return refuse("Vendor " + std::string(vendor) + " is not valid");
  const std::string_view name = action.substr(colon + 1);
  const auto is_name_char = [](char c) { return is_alnum(c) || c == '*' || c == '?' || c == '-'; };
  if (name.empty() || !all_of(name, is_name_char))
    return refuse("Syntax errors in policy. Invalid action \"" + std::string(action) + "\"");
  return {};
}

Result<void> check_trust_action(std::string_view action) {
  constexpr std::array<std::string_view, 6> kAllowed = {
      "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
      "sts:TagSession", "sts:SetSourceIdentity",  "sts:SetContext"};
  const bool known = std::any_of(kAllowed.begin(), kAllowed.end(), [&](std::string_view allowed) {
    return equals_ignore_case(action, allowed);
  });
  if (known || equals_ignore_case(action, "sts:AssumeRole*")) return {};
  return refuse("AssumeRole policy may only specify STS AssumeRole actions, got \"" +
                std::string(action) +
                "\"; actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML, "
                "sts:AssumeRoleWithWebIdentity, sts:TagSession, sts:SetSourceIdentity");
}

Result<void> check_resource(std::string_view resource) {
  if (resource == "*") return {};
  const auto arn = split_arn(resource);
  if (!arn) return refuse("Resource " + std::string(resource) + " must be in ARN format or \"*\".");
  if (arn->service.empty() || arn->service.find_first_of("*?") != std::string_view::npos)
    return refuse("Vendor " + std::string(arn->service) + " is not valid in resource " +
                  std::string(resource));
  if (arn->resource.empty())
    return refuse("Resource " + std::string(resource) + " must be in ARN format or \"*\".");
  return {};
}

Result<PrincipalPattern> parse_principal(std::string_view type, std::string_view name) {
  using Type = PrincipalPattern::Type;
  const auto invalid = [&] {
    return refuse("Invalid principal in policy: \"" + std::string(type) + "\":\"" +
                  std::string(name) + "\"");
  };
  if (type == "AWS") {
    if (name == "*") return PrincipalPattern{Type::anyone, "*"};
    if (!is_account_id(name) && !is_principal_arn(name) && !is_unique_id(name)) return invalid();
    return PrincipalPattern{Type::aws, std::string(name)};
  }
  if (type == "Service") {
    if (!is_service_name(name)) return invalid();
    return PrincipalPattern{Type::service, std::string(name)};
  }
  if (type == "Federated") {
    if (!split_arn(name) && !is_service_name(name)) return invalid();
    return PrincipalPattern{Type::federated, std::string(name)};
  }
  return invalid();
}

Result<Condition> parse_operator(std::string_view name) {
  Condition condition;
  condition.operator_name = std::string(name);
  std::string_view rest = name;
  if (take_prefix(rest, "ForAllValues:")) {
    condition.quantifier = Quantifier::for_all_values;
  } else if (take_prefix(rest, "ForAnyValue:")) {
    condition.quantifier = Quantifier::for_any_value;
  }
  const auto find = [](std::string_view wanted) {
    return std::find_if(kOperators.begin(), kOperators.end(), [&](const OperatorName& candidate) {
      return equals_ignore_case(candidate.name, wanted);
    });
  };
  constexpr std::string_view kIfExists = "IfExists";
  auto found = find(rest);
  if (found == kOperators.end() && rest.size() > kIfExists.size() &&
      equals_ignore_case(rest.substr(rest.size() - kIfExists.size()), kIfExists)) {
    found = find(rest.substr(0, rest.size() - kIfExists.size()));
    condition.if_exists = true;
  }
  const bool null_if_exists =
      found != kOperators.end() && found->comparison == Comparison::null && condition.if_exists;
  if (found == kOperators.end() || null_if_exists)
    return refuse("Syntax errors in policy. Invalid Condition type : " + std::string(name));
  condition.comparison = found->comparison;
  condition.negated = found->negated;
  return condition;
}

Result<void> check_condition_values(const Condition& condition) {
  for (const std::string& value : condition.values) {
    if (value.find("${") != std::string::npos || is_comparable(condition.comparison, value))
      continue;
    return refuse("Syntax errors in policy. Invalid value \"" + value + "\" for " +
                  condition.operator_name);
  }
  return {};
}

}  // namespace tributary::hub::identity
