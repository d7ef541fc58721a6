#include "lab/api/hub_authority.h"

#include <array>
#include <utility>

#include "aws/sha256.h"
#include "base/strings.h"

namespace tributary::lab {
namespace {

// No client signs that many; what comes after them cannot have been signed.
constexpr std::size_t kHeadersMax = 200;

std::string element(const aws::XmlTexts& texts, std::string_view path) {
  const auto found = texts.find(path);
  return found == texts.end() ? std::string() : found->second;
}

// What services with the query protocol call it, and what those with JSON do.
std::string json_name(const std::string& code) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames = {{
      {"AccessDenied", "AccessDeniedException"},
      {"ExpiredToken", "ExpiredTokenException"},
      {"IncompleteSignature", "IncompleteSignatureException"},
      {"InvalidClientTokenId", "UnrecognizedClientException"},
      {"MissingAuthenticationToken", "MissingAuthenticationTokenException"},
      {"SignatureDoesNotMatch", "InvalidSignatureException"},
  }};
  for (const auto& [query, json] : kNames)
    if (query == code) return std::string(json);
  return code;
}

std::optional<Denial> read_denial(const aws::XmlTexts& texts) {
  const std::string code = element(texts, "Denial/Code");
  if (code.empty()) return std::nullopt;
  return Denial{.status = 400,
                .type = json_name(code),
                .message = element(texts, "Denial/Message"),
                .explanation = element(texts, "Denial/Explanation")};
}

FormFields verification_form(const net::ServerRequest& request, std::string service) {
  FormFields fields = {{"Method", request.method},
                       {"Target", request.target},
                       {"PayloadHash", aws::sha256_hex(request.body)},
                       {"Service", std::move(service)}};
  std::size_t sent = 0;
  for (const auto& [name, value] : request.headers) {
    if (!is_valid_utf8(name) || !is_valid_utf8(value)) continue;
    if (++sent > kHeadersMax) break;
    const std::string member = "Headers.member." + std::to_string(sent);
    fields.emplace_back(member + ".Name", name);
    fields.emplace_back(member + ".Value", value);
  }
  return fields;
}

}  // namespace

net::Task<Result<Authority::Verdict>> HubAuthority::verify(net::ServerRequest request,
                                                           std::string service) {
  FormFields fields = verification_form(request, std::move(service));
  auto calling = hub_.call("TributaryVerifyRequest", std::move(fields));
  const Result<aws::XmlTexts> answer = co_await calling;
  if (!answer) co_return answer.error();
  Verdict verdict{.caller = {.arn = element(*answer, "Caller/Arn"),
                             .account = element(*answer, "Caller/Account"),
                             .user_id = element(*answer, "Caller/UserId"),
                             .access_key_id = element(*answer, "Caller/AccessKeyId"),
                             .region = element(*answer, "Region")},
                  .denial = read_denial(*answer)};
  if (!verdict.denial && verdict.caller.account.empty())
    co_return Error(Code::internal, "the hub's answer to TributaryVerifyRequest names no caller");
  co_return verdict;
}

net::Task<Result<std::optional<Denial>>> HubAuthority::authorize(Question question) {
  FormFields fields = {{"AccessKeyId", std::move(question.access_key_id)},
                       {"AuthorizedAction", std::move(question.action)},
                       {"Resource", std::move(question.resource)}};
  std::size_t sent = 0;
  for (auto& [key, value] : question.context) {
    const std::string member = "Context.member." + std::to_string(++sent);
    fields.emplace_back(member + ".Key", key);
    fields.emplace_back(member + ".Value", std::move(value));
  }
  auto calling = hub_.call("TributaryAuthorize", std::move(fields));
  const Result<aws::XmlTexts> answer = co_await calling;
  if (!answer) co_return answer.error();
  std::optional<Denial> denial = read_denial(*answer);
  if (!denial && element(*answer, "Decision") != "allowed")
    co_return Error(Code::internal, "the hub's answer to TributaryAuthorize holds no decision");
  co_return denial;
}

}  // namespace tributary::lab
