#include "hub/identity/operation.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::hub::identity {
namespace {

constexpr std::size_t kTagsMax = 50;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// White space and U+0020 to U+00FF. The text is valid UTF-8, so 0xC2 and 0xC3 lead what is allowed
// beyond ASCII.
bool is_latin1(std::string_view utf8) {
  return all(utf8, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return byte <= 0xC3;
  });
}

bool is_path(std::string_view text) {
  return text.starts_with('/') && text.ends_with('/') &&
         all(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

// The regular expression that a value of this format must satisfy, "" for none.
std::string_view pattern_of(Format format) {
  switch (format) {
    case Format::name: return R"([\w+=,.@-]+)";
    case Format::external_id: return R"([\w+=,.@:\/-]*)";
    case Format::path: return R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))";
    case Format::text: return R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)";
    case Format::document: return R"([\u0009\u000A\u000D\u0020-\u00FF]+)";
    case Format::tag: return R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";
    case Format::digits: return R"([\d]*)";
    default: return "";
  }
}

bool satisfies(Format format, std::string_view value) {
  switch (format) {
    case Format::name:
      return all(value, [](char c) { return is_word(c) || is_one_of(c, "+=,.@-"); });
    case Format::external_id:
      return all(value, [](char c) { return is_word(c) || is_one_of(c, "+=,.@:/-"); });
    case Format::path: return is_path(value);
    case Format::text:
    case Format::document: return is_latin1(value);
    case Format::tag:
      return all(value, [](char c) {
        return is_word(c) || is_one_of(c, " .:/=+-@") || static_cast<unsigned char>(c) >= 0x80;
      });
    case Format::digits: return all(value, [](char c) { return c >= '0' && c <= '9'; });
    default: return true;
  }
}

std::string unsatisfied(std::string_view name, std::string_view value, std::string_view wanted) {
  std::string member(name);
  if (member.front() >= 'A' && member.front() <= 'Z')
    member.front() = static_cast<char>(member.front() - 'A' + 'a');
  return "Value " + std::string(value) + " at '" + member +
         "' failed to satisfy constraint: Member must " + std::string(wanted);
}

std::string quoted(std::string_view value) {
  constexpr std::size_t kShown = 256;
  return "'" + std::string(value.substr(0, kShown)) + "'";
}

void check_number(const Parameter& parameter, std::string_view value,
                  std::vector<std::string>& errors) {
  const auto number = parse_int64(value);
  const auto complain = [&](const std::string& wanted) {
    errors.push_back(unsatisfied(parameter.name, quoted(value), wanted));
  };
  if (!number) {
    complain("be an integer");
  } else if (*number < static_cast<std::int64_t>(parameter.min)) {
    complain("have value greater than or equal to " + std::to_string(parameter.min));
  } else if (*number > static_cast<std::int64_t>(parameter.max)) {
    complain("have value less than or equal to " + std::to_string(parameter.max));
  }
}

void check_text(const Parameter& parameter, std::string_view value,
                std::vector<std::string>& errors) {
  const auto complain = [&](const std::string& wanted) {
    errors.push_back(unsatisfied(parameter.name, quoted(value), wanted));
  };
  const std::size_t length = count_characters(value);
  if (length < parameter.min)
    complain("have length greater than or equal to " + std::to_string(parameter.min));
  if (length > parameter.max)
    complain("have length less than or equal to " + std::to_string(parameter.max));
  if (!satisfies(parameter.format, value))
    complain("satisfy regular expression pattern: " + std::string(pattern_of(parameter.format)));
}

void check(const Parameter& parameter, const Params& params, std::vector<std::string>& errors) {
  const auto value = params.find(parameter.name);
  if (!value) {
    if (parameter.need == Parameter::Need::required)
      errors.push_back(unsatisfied(parameter.name, "null", "not be null"));
  } else if (parameter.format == Format::integer) {
    check_number(parameter, *value, errors);
  } else if (parameter.format == Format::boolean) {
    if (*value != "true" && *value != "false")
      errors.push_back(unsatisfied(parameter.name, quoted(*value), "be true or false"));
  } else {
    check_text(parameter, *value, errors);
  }
}

ApiError unknown_action(std::string_view action, std::string_view version) {
  return ApiError(
      400, "InvalidAction",
      "Could not find operation " + std::string(action) + " for version " + std::string(version));
}

Fault check_tag(const Tag& tag, std::size_t item) {
  const std::string member = "tags." + std::to_string(item) + ".member.";
  const std::string key = member + "key";
  const std::string value = member + "value";
  const std::vector<Parameter> rules = {{key, Format::tag, 1, 128}, {value, Format::tag, 0, 256}};
  if (Fault fault = validate(rules, Params{{key, tag.key}, {value, tag.value}})) return fault;
  if (to_lower(tag.key).starts_with("aws:"))
    return ApiError(400, "InvalidInput",
                    "Tag keys beginning with aws: are reserved for system use.");
  return {};
}

Fault authorize(Call& call, const Operation& operation, const ApiService& service,
                std::string& resource) {
  if (!operation.target) return {};
  Target target;
  if (Fault fault = operation.target(call, target)) return fault;
  resource = target.resource;
  AccessRequest access{.principal = call.caller,
                       .action = action_name(service, operation.name),
                       .resource = target.resource,
                       .resource_account = target.account,
                       .context = call.request.context};
  access.context.merge(target.context);
  TRIBUTARY_TRY(const Decision decision, call.authorizer.authorize(access));
  if (decision.allowed()) return {};
  return access_denied(access, decision);
}

// The transaction, the permission, the work.
Fault perform(Call& call, const Operation& operation, const ApiService& service,
              std::string& resource) {
  if (Fault fault = validate(operation.parameters, call.params)) return fault;
  std::optional<Database::Transaction> transaction;
  if (operation.access == Operation::Access::write) {
    auto begun = call.store.begin();
    if (!begun) return begun.error();
    transaction.emplace(std::move(begun).value());
  }
  if (Fault fault = authorize(call, operation, service, resource)) return fault;
  if (Fault fault = operation.run(call)) return fault;
  if (!transaction) return {};
  if (auto committed = transaction->commit(); !committed) return committed.error();
  call.store.note_change();
  return {};
}

}  // namespace

std::int64_t Call::integer(std::string_view name, std::int64_t otherwise) const {
  const auto value = params.find(name);
  return value ? parse_int64(*value).value_or(otherwise) : otherwise;
}

ApiError validation_error(std::string message) {
  return ApiError(400, "ValidationError", std::move(message));
}

ApiError no_such_entity(std::string message) {
  return ApiError(404, "NoSuchEntity", std::move(message));
}

ApiError access_denied(const AccessRequest& request, const Decision& decision) {
  ApiError error(403, "AccessDenied", denial_message(request, decision), explain(decision));
  error.missing = missing_of(request, decision);
  return error;
}

Fault validate(std::span<const Parameter> parameters, const Params& params) {
  std::vector<std::string> errors;
  for (const Parameter& parameter : parameters) check(parameter, params, errors);
  if (errors.empty()) return {};
  const bool one = errors.size() == 1;
  return validation_error(std::to_string(errors.size()) + " validation error" + (one ? "" : "s") +
                          " detected: " + join(errors, "; "));
}

Fault read_tags(const Params& params, std::vector<Tag>& tags) {
  const std::size_t count = params.count("Tags");
  if (count > kTagsMax)
    return validation_error(
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must "
        "have length less than or equal to 50");
  std::set<std::string> keys;
  for (std::size_t i = 1; i <= count; ++i) {
    Tag tag{std::string(params.field("Tags", i, "Key")),
            std::string(params.field("Tags", i, "Value"))};
    if (Fault fault = check_tag(tag, i)) return fault;
    if (!keys.insert(to_lower(tag.key)).second)
      return ApiError(400, "InvalidInput",
                      "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    tags.push_back(std::move(tag));
  }
  return {};
}

const Operation* find_operation(std::span<const Operation> operations, std::string_view name) {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& each) { return each.name == name; });
  return found == operations.end() ? nullptr : &*found;
}

ApiResponse run_operation(const ApiService& service, std::span<const Operation> operations,
                          Store& store, Authorizer& authorizer, const ApiRequest& request) {
  const std::string_view action = request.params.text("Action");
  const std::string_view version = request.params.text("Version");
  if (action.empty())
    return error_response(
        service,
        ApiError(400, "MissingAction", "The request is missing an action or a required parameter."),
        request.request_id);
  const Operation* found = find_operation(operations, action);
  if (found == nullptr || version != service.version)
    return error_response(service, unknown_action(action, version), request.request_id);
  Call call{request, request.params, request.caller, store, authorizer, found->kind, {}};
  std::string resource;
  Fault fault = perform(call, *found, service, resource);
  std::optional<std::string> result;
  if (found->output == Operation::Output::result) result = call.out.take();
  ApiResponse response = fault ? error_response(service, std::move(*fault), request.request_id)
                               : success_response(service, found->name, result, request.request_id);
  response.action = action_name(service, action);
  response.resource = std::move(resource);
  response.changes = found->access == Operation::Access::write;
  return response;
}

}  // namespace tributary::hub::identity
