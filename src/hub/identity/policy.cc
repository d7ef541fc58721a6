#include "hub/identity/policy.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/strings.h"
#include "hub/identity/policy_syntax.h"

namespace tributary::hub::identity {
namespace {

using Json = rapidjson::Value;

// Without recursion, so that depth costs no stack; a number is as good as its text.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

constexpr std::array<std::string_view, 3> kDocumentKeys = {"Version", "Id", "Statement"};
constexpr std::array<std::string_view, 9> kStatementKeys = {
    "Sid",       "Effect",   "Principal",   "NotPrincipal", "Action",
    "NotAction", "Resource", "NotResource", "Condition"};

Error malformed(std::string message, std::string_view where) {
  if (!where.empty()) message.append(" (at ").append(where).append(")");
  return Error(Code::invalid_argument, std::move(message));
}

std::string_view view(const Json& text) { return {text.GetString(), text.GetStringLength()}; }

std::string below(const std::string& where, std::string_view key) {
  return where.empty() ? std::string(key) : where + "." + std::string(key);
}

const Json* find(const Json& object, std::string_view key) {
  const auto member = object.FindMember(Json(key.data(), static_cast<unsigned>(key.size())));
  return member == object.MemberEnd() ? nullptr : &member->value;
}

// Every key once, and none but the known ones.
Result<void> check_keys(const Json& object, std::span<const std::string_view> known,
                        const std::string& where) {
  std::set<std::string_view> seen;
  for (const auto& member : object.GetObject()) {
    const std::string_view key = view(member.name);
    if (!seen.insert(key).second)
      return malformed("Syntax errors in policy. Duplicate field " + std::string(key), where);
    if (known.empty() || std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string message = "Syntax errors in policy. Unknown field " + std::string(key);
    const std::vector<std::string> names(known.begin(), known.end());
    if (const auto meant = closest(key, names)) message += ", did you mean " + *meant + "?";
    return malformed(std::move(message), where);
  }
  return {};
}

// A string, or an array of strings that may not be empty.
Result<std::vector<std::string>> read_strings(const Json& value, const std::string& where) {
  std::vector<std::string> out;
  if (value.IsString()) {
    out.emplace_back(view(value));
    return out;
  }
  if (!value.IsArray())
    return malformed("Syntax errors in policy. Expected a string or an array of strings", where);
  for (const Json& item : value.GetArray()) {
    if (!item.IsString())
      return malformed("Syntax errors in policy. Expected an array of strings", where);
    out.emplace_back(view(item));
  }
  if (out.empty()) return malformed("Syntax errors in policy. The array is empty", where);
  return out;
}

// What a condition compares with: also booleans, written bare.
Result<std::vector<std::string>> read_condition_values(const Json& value,
                                                       const std::string& where) {
  if (value.IsBool()) return std::vector<std::string>{value.GetBool() ? "true" : "false"};
  if (!value.IsArray()) return read_strings(value, where);
  std::vector<std::string> out;
  for (const Json& item : value.GetArray()) {
    if (item.IsBool()) {
      out.emplace_back(item.GetBool() ? "true" : "false");
    } else if (item.IsString()) {
      out.emplace_back(view(item));
    } else {
      return malformed("Syntax errors in policy. Expected strings, numbers or booleans", where);
    }
  }
  return out;
}

Result<std::vector<Condition>> read_conditions(const Json& block, const std::string& where) {
  if (!block.IsObject())
    return malformed("Syntax errors in policy. Condition must be an object", where);
  if (auto known = check_keys(block, {}, where); !known) return known.error();
  std::vector<Condition> conditions;
  for (const auto& entry : block.GetObject()) {
    const std::string_view name = view(entry.name);
    const std::string inside = below(where, name);
    auto parsed = parse_operator(name);
    if (!parsed) return malformed(parsed.error().message(), where);
    Condition condition = std::move(parsed).value();
    if (!entry.value.IsObject())
      return malformed("Syntax errors in policy. Expected an object of condition keys", inside);
    if (auto once = check_keys(entry.value, {}, inside); !once) return once.error();
    for (const auto& member : entry.value.GetObject()) {
      condition.key = std::string(view(member.name));
      const std::string at = below(inside, condition.key);
      if (condition.key.find(':') == std::string::npos)
        return malformed(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", at);
      TRIBUTARY_TRY(condition.values, read_condition_values(member.value, at));
      if (auto valid = check_condition_values(condition); !valid)
        return malformed(valid.error().message(), at);
      conditions.push_back(condition);
    }
  }
  return conditions;
}

Result<void> add_principals(std::vector<PrincipalPattern>& out, std::string_view type,
                            const Json& value, const std::string& where) {
  TRIBUTARY_TRY(const std::vector<std::string> names, read_strings(value, where));
  for (const std::string& name : names) {
    auto principal = parse_principal(type, name);
    if (!principal) return malformed(principal.error().message(), where);
    out.push_back(std::move(principal).value());
  }
  return {};
}

Result<std::vector<PrincipalPattern>> read_principals(const Json& value, const std::string& where) {
  std::vector<PrincipalPattern> out;
  if (value.IsString()) {
    if (view(value) != "*")
      return malformed("Invalid principal in policy: \"" + std::string(view(value)) + "\"", where);
    out.push_back({PrincipalPattern::Type::anyone, "*"});
    return out;
  }
  if (!value.IsObject() || value.ObjectEmpty())
    return malformed("Syntax errors in policy. Principal must be \"*\" or an object", where);
  if (auto once = check_keys(value, {}, where); !once) return once.error();
  for (const auto& member : value.GetObject()) {
    const std::string_view type = view(member.name);
    if (auto added = add_principals(out, type, member.value, below(where, type)); !added)
      return added.error();
  }
  return out;
}

// Reads one of a pair such as Action and NotAction. `wanted` is the text where neither is there.
Result<std::vector<std::string>> read_either(const Json& statement, const char* name,
                                             const char* opposite, bool& negated,
                                             const char* wanted, const std::string& where) {
  const Json* positive = find(statement, name);
  const Json* negative = find(statement, opposite);
  if (positive && negative)
    return malformed(std::string("Syntax errors in policy. Both ") + name + " and " + opposite,
                     where);
  if (!positive && !negative) return malformed(wanted, where);
  negated = negative != nullptr;
  return read_strings(negated ? *negative : *positive, below(where, negated ? opposite : name));
}

class StatementReader {
 public:
  StatementReader(PolicyKind kind, const Json& json, std::string where)
      : kind_(kind), json_(json), where_(std::move(where)) {}

  Result<Statement> read() {
    if (!json_.IsObject())
      return malformed("Syntax errors in policy. A statement must be an object", where_);
    if (auto known = check_keys(json_, kStatementKeys, where_); !known) return known.error();
    for (auto step : {&StatementReader::read_sid, &StatementReader::read_effect,
                      &StatementReader::read_actions, &StatementReader::read_subject}) {
      if (auto done = (this->*step)(); !done) return done.error();
    }
    if (const Json* condition = find(json_, "Condition")) {
      TRIBUTARY_TRY(out_.conditions, read_conditions(*condition, below(where_, "Condition")));
    }
    return std::move(out_);
  }

 private:
  Result<void> read_sid() {
    const Json* sid = find(json_, "Sid");
    if (!sid) return {};
    if (!sid->IsString() || !is_valid_sid(view(*sid)))
      return malformed(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
          "expression [0-9A-Za-z]*",
          where_);
    out_.sid = std::string(view(*sid));
    return {};
  }

  Result<void> read_effect() {
    const Json* effect = find(json_, "Effect");
    if (!effect) return malformed("Missing required field Effect", where_);
    const std::string_view text = effect->IsString() ? view(*effect) : "";
    if (text != "Allow" && text != "Deny")
      return malformed("Invalid effect: " + std::string(text) + ", must be Allow or Deny", where_);
    out_.effect = text == "Allow" ? Effect::allow : Effect::deny;
    return {};
  }

  Result<void> read_actions() {
    TRIBUTARY_TRY(out_.actions, read_either(json_, "Action", "NotAction", out_.not_actions,
                                            "Policy statement must contain actions.", where_));
    for (const std::string& action : out_.actions) {
      const auto valid =
          kind_ == PolicyKind::trust ? check_trust_action(action) : check_action(action);
      if (!valid) return malformed(valid.error().message(), where_);
    }
    return {};
  }

  // Whom a trust policy is about, or what an identity policy is about.
  Result<void> read_subject() {
    return kind_ == PolicyKind::trust ? read_principal_side() : read_resource_side();
  }

  Result<void> prohibit(const char* name) {
    if (!find(json_, name)) return {};
    return malformed(std::string("Has prohibited field ") + name, where_);
  }

  Result<void> read_principal_side() {
    for (const char* name : {"Resource", "NotResource"})
      if (auto absent = prohibit(name); !absent) return absent;
    const Json* positive = find(json_, "Principal");
    const Json* negative = find(json_, "NotPrincipal");
    if (positive && negative)
      return malformed("Syntax errors in policy. Both Principal and NotPrincipal", where_);
    if (!positive && !negative) return malformed("Missing required field Principal", where_);
    if (negative && out_.effect == Effect::allow)
      return malformed("Allow with NotPrincipal is not allowed.", where_);
    out_.not_principals = negative != nullptr;
    const char* name = negative ? "NotPrincipal" : "Principal";
    TRIBUTARY_TRY(out_.principals,
                  read_principals(negative ? *negative : *positive, below(where_, name)));
    return {};
  }

  Result<void> read_resource_side() {
    for (const char* name : {"Principal", "NotPrincipal"})
      if (auto absent = prohibit(name); !absent) return absent;
    TRIBUTARY_TRY(out_.resources, read_either(json_, "Resource", "NotResource", out_.not_resources,
                                              "Policy statement must contain resources.", where_));
    for (const std::string& resource : out_.resources)
      if (auto valid = check_resource(resource); !valid)
        return malformed(valid.error().message(), where_);
    return {};
  }

  PolicyKind kind_;
  const Json& json_;
  std::string where_;
  Statement out_;
};

// The 1-based line and column of a byte.
std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column =
      start == std::string_view::npos ? before.size() : before.size() - start - 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column + 1);
}

Result<void> parse_json(std::string_view text, rapidjson::Document& document) {
  if (text.size() > kPolicyTextBytesMax)
    return malformed("Policy text has " + std::to_string(text.size()) + " bytes, at most " +
                         std::to_string(kPolicyTextBytesMax) + " are read",
                     {});
  document.Parse<kParseFlags>(text.data(), text.size());
  if (document.HasParseError()) {
    const std::string why = rapidjson::GetParseError_En(document.GetParseError());
    return malformed("This policy contains invalid Json: " + why,
                     place(text, document.GetErrorOffset()));
  }
  if (!document.IsObject())
    return malformed("Syntax errors in policy. The document must be an object", {});
  return {};
}

Result<bool> read_version(const Json& document) {
  const Json* version = find(document, "Version");
  if (!version) return false;  // IAM takes 2008-10-17
  const std::string_view text = version->IsString() ? view(*version) : "";
  if (text == "2012-10-17") return true;
  if (text == "2008-10-17") return false;
  return malformed("The policy must contain a valid version string, 2012-10-17 or 2008-10-17",
                   "Version");
}

Result<void> replace_in_value(Json& value, rapidjson::Document& document,
                              const std::function<Result<std::string>(std::string_view)>& replace) {
  if (value.IsArray()) {
    for (Json& item : value.GetArray())
      if (auto done = replace_in_value(item, document, replace); !done) return done;
    return {};
  }
  if (!value.IsString()) return {};
  TRIBUTARY_TRY(const std::string replaced, replace(view(value)));
  value.SetString(replaced.data(), static_cast<unsigned>(replaced.size()), document.GetAllocator());
  return {};
}

Result<void> replace_in_statement(
    Json& statement, rapidjson::Document& document,
    const std::function<Result<std::string>(std::string_view)>& replace) {
  if (!statement.IsObject()) return {};
  for (const char* name : {"Principal", "NotPrincipal"}) {
    const auto principal = statement.FindMember(name);
    if (principal == statement.MemberEnd() || !principal->value.IsObject()) continue;
    const auto aws = principal->value.FindMember("AWS");
    // An array of arrays is no policy, so one level is all there is.
    if (aws == principal->value.MemberEnd()) continue;
    if (auto done = replace_in_value(aws->value, document, replace); !done) return done;
  }
  return {};
}

}  // namespace

Result<Policy> parse_policy(std::string_view text, PolicyKind kind) {
  rapidjson::Document document;
  if (auto parsed = parse_json(text, document); !parsed) return parsed.error();
  if (auto known = check_keys(document, kDocumentKeys, {}); !known) return known.error();
  if (const Json* id = find(document, "Id"); id && !id->IsString())
    return malformed("Syntax errors in policy. Id must be a string", "Id");

  Policy policy;
  TRIBUTARY_TRY(policy.has_variables, read_version(document));
  const Json* statements = find(document, "Statement");
  if (!statements)
    return malformed("Syntax errors in policy. Missing required field Statement", {});
  if (statements->IsArray()) {
    for (rapidjson::SizeType i = 0; i < statements->Size(); ++i) {
      const std::string where = "Statement[" + std::to_string(i) + "]";
      TRIBUTARY_TRY(Statement statement, StatementReader(kind, (*statements)[i], where).read());
      policy.statements.push_back(std::move(statement));
    }
  } else {
    TRIBUTARY_TRY(Statement statement, StatementReader(kind, *statements, "Statement").read());
    policy.statements.push_back(std::move(statement));
  }
  if (policy.statements.empty())
    return malformed("Syntax errors in policy. There are no statements", "Statement");

  std::set<std::string_view> sids;
  for (const Statement& statement : policy.statements)
    if (!statement.sid.empty() && !sids.insert(statement.sid).second)
      return malformed("Statement IDs (SID) in a single policy must be unique, " + statement.sid +
                           " is there twice",
                       "Statement");
  return policy;
}

Result<std::string> replace_aws_principals(
    std::string_view text, const std::function<Result<std::string>(std::string_view)>& replace) {
  rapidjson::Document document;
  if (auto parsed = parse_json(text, document); !parsed) return parsed.error();
  const auto statements = document.FindMember("Statement");
  if (statements != document.MemberEnd()) {
    if (statements->value.IsArray()) {
      for (Json& statement : statements->value.GetArray())
        if (auto done = replace_in_statement(statement, document, replace); !done)
          return done.error();
    } else if (auto done = replace_in_statement(statements->value, document, replace); !done) {
      return done.error();
    }
  }
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace tributary::hub::identity
