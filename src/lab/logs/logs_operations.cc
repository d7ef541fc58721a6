#include "lab/logs/logs_operations.h"

#include <algorithm>

#include "aws/arn.h"
#include "base/utf8.h"

namespace tributary::lab::logs {
namespace {

constexpr std::size_t kNameMax = 512;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;

ApiAnswer unsatisfied(std::string_view member, std::string_view value, std::string_view wanted) {
  return invalid_parameter("1 validation error detected: Value '" + std::string(value) + "' at '" +
                           std::string(member) + "' failed to satisfy constraint: Member must " +
                           std::string(wanted));
}

std::optional<ApiAnswer> check_length(std::string_view member, std::string_view value) {
  if (value.empty()) return unsatisfied(member, value, "have length greater than or equal to 1");
  if (count_characters(value) > kNameMax)
    return unsatisfied(member, value, "have length less than or equal to 512");
  return std::nullopt;
}

}  // namespace

ApiAnswer invalid_parameter(std::string message) {
  return api_error("InvalidParameterException", std::move(message));
}

ApiAnswer refused(const Error& error) {
  switch (error.code()) {
    case Code::not_found: return api_error("ResourceNotFoundException", error.message());
    case Code::already_exists: return api_error("ResourceAlreadyExistsException", error.message());
    case Code::limit_exceeded: return api_error("LimitExceededException", error.message());
    case Code::invalid_argument: return invalid_parameter(error.message());
    default: return api_error(error);
  }
}

ApiAnswer done(const Result<void>& result) {
  return result ? ApiAnswer{.body = "{}"} : refused(result.error());
}

std::optional<ApiAnswer> check_group_name(std::string_view member, std::string_view name) {
  if (auto bad = check_length(member, name)) return bad;
  const bool matches = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_/#").find(c) != std::string_view::npos;
  });
  if (matches) return std::nullopt;
  return unsatisfied(member, name, R"(satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+)");
}

std::optional<ApiAnswer> check_stream_name(std::string_view member, std::string_view name) {
  if (auto bad = check_length(member, name)) return bad;
  if (name.find_first_of(":*") == std::string_view::npos) return std::nullopt;
  return unsatisfied(member, name, "satisfy regular expression pattern: [^:*]*");
}

std::optional<ApiAnswer> check_range(std::string_view member, std::int64_t value, std::int64_t min,
                                     std::int64_t max) {
  if (value < min)
    return unsatisfied(member, std::to_string(value),
                       "have value greater than or equal to " + std::to_string(min));
  if (value > max)
    return unsatisfied(member, std::to_string(value),
                       "have value less than or equal to " + std::to_string(max));
  return std::nullopt;
}

std::optional<ApiAnswer> check_tags(const std::map<std::string, std::string>& tags) {
  if (tags.size() > kTagsMax)
    return api_error("TooManyTagsException", "A resource can have no more than 50 tags.");
  for (const auto& [key, value] : tags) {
    if (key.empty() || count_characters(key) > kTagKeyMax || key.starts_with("aws:"))
      return unsatisfied("tags", key,
                         "have keys of 1 to 128 characters that do not begin with aws:");
    if (count_characters(value) > kTagValueMax)
      return unsatisfied("tags", value, "have values of at most 256 characters");
  }
  return std::nullopt;
}

std::variant<GroupName, ApiAnswer> find_name(const Context& context, const std::string& name,
                                             const std::string& identifier) {
  if (name.empty() == identifier.empty())
    return invalid_parameter(
        "Exactly one of logGroupName and logGroupIdentifier must be specified.");
  GroupName group = context.group(name.empty() ? identifier : name);
  if (const auto arn = aws::split_arn(identifier)) {
    constexpr std::string_view kKind = "log-group:";
    std::string_view resource = arn->resource;
    if (arn->service != "logs" || !resource.starts_with(kKind))
      return invalid_parameter("The ARN " + identifier + " is not of a log group.");
    resource.remove_prefix(kKind.size());
    if (resource.ends_with(":*")) resource.remove_suffix(2);
    group = {std::string(arn->account), std::string(arn->region), std::string(resource)};
  }
  const std::string_view member = name.empty() ? "logGroupIdentifier" : "logGroupName";
  if (auto bad = check_group_name(member, group.group)) return std::move(*bad);
  return group;
}

Question question_on(const Context& context, std::string action, const GroupName& group,
                     std::string_view stream) {
  Question question{.access_key_id = {},
                    .action = "logs:" + std::move(action),
                    .resource = stream_arn(group, stream),
                    .context = {}};
  if (const LogGroup* found = context.store.find(group))
    for (const auto& [key, value] : found->tags) question.context["aws:ResourceTag/" + key] = value;
  return question;
}

}  // namespace tributary::lab::logs
