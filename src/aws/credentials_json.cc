#include "aws/credentials_json.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "base/time_text.h"

namespace tributary::aws {
namespace {

// Iterative, so that deep nesting costs no stack.
constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

Error refuse(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

Result<void> parse_object(rapidjson::Document& document, std::string_view json) {
  document.Parse<kParseFlags>(json.data(), json.size());
  if (document.HasParseError()) {
    return refuse("credentials are not JSON: " +
                  std::string(rapidjson::GetParseError_En(document.GetParseError())) + " at byte " +
                  std::to_string(document.GetErrorOffset()));
  }
  if (!document.IsObject()) return refuse("credentials must be a JSON object");
  return {};
}

std::string text_of(const rapidjson::Document& document, const char* name) {
  const auto found = document.FindMember(name);
  if (found == document.MemberEnd() || !found->value.IsString()) return "";
  return {found->value.GetString(), found->value.GetStringLength()};
}

Result<Credentials> read_credentials(const rapidjson::Document& document, const char* token_name) {
  Credentials credentials{.access_key_id = text_of(document, "AccessKeyId"),
                          .secret_access_key = text_of(document, "SecretAccessKey"),
                          .session_token = text_of(document, token_name)};
  if (credentials.access_key_id.empty()) return refuse("credentials have no AccessKeyId");
  if (credentials.secret_access_key.empty()) return refuse("credentials have no SecretAccessKey");
  if (const std::string text = text_of(document, "Expiration"); !text.empty()) {
    credentials.expiration = parse_iso8601(text);
    if (!credentials.expiration) {
      return refuse("Expiration of credentials must be an ISO 8601 time, got \"" + text + "\"");
    }
  }
  return credentials;
}

}  // namespace

Result<Credentials> parse_endpoint_credentials(std::string_view json) {
  rapidjson::Document document;
  if (auto done = parse_object(document, json); !done) return done.error();
  std::string code = text_of(document, "Code");
  std::string message = text_of(document, "Message");
  if (code.empty()) code = text_of(document, "code");
  if (message.empty()) message = text_of(document, "message");
  const bool has_keys = document.HasMember("AccessKeyId");
  if ((!code.empty() && code != "Success") || (!has_keys && !message.empty()))
    return Error(Code::unauthenticated, "the credentials endpoint says " + code + ": " + message);
  return read_credentials(document, "Token");
}

Result<Credentials> parse_process_credentials(std::string_view json) {
  rapidjson::Document document;
  if (auto done = parse_object(document, json); !done) return done.error();
  const auto version = document.FindMember("Version");
  if (version == document.MemberEnd() || !version->value.IsInt() || version->value.GetInt() != 1)
    return refuse("credentials of a process must have \"Version\": 1");
  return read_credentials(document, "SessionToken");
}

std::string parse_task_arn(std::string_view json) {
  rapidjson::Document document;
  if (!parse_object(document, json)) return "";
  return text_of(document, "TaskARN");
}

}  // namespace tributary::aws
