#include "aws/sts_protocol.h"

#include <array>

#include "aws/arn.h"
#include "aws/xml_text.h"
#include "base/strings.h"
#include "base/time_text.h"

namespace tributary::aws {
namespace {

constexpr std::size_t kSessionNameMax = 64;

void add_field(std::string& body, std::string_view name, std::string_view value) {
  if (!body.empty()) body += '&';
  body += name;
  body += '=';
  body += percent_encode(value);
}

std::string common_body(std::string_view action, const RoleHop& hop) {
  std::string body;
  add_field(body, "Action", action);
  add_field(body, "Version", "2011-06-15");
  add_field(body, "RoleArn", hop.role_arn);
  add_field(body, "RoleSessionName", hop.session_name);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(hop.duration);
  add_field(body, "DurationSeconds", std::to_string(seconds.count()));
  return body;
}

bool is_region(std::string_view region) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !region.empty() && region.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<net::Url> sts_endpoint(std::string_view region, const EnvFunction& env) {
  for (const std::string_view name : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}) {
    const std::string given = env(name);
    if (given.empty()) continue;
    auto url = net::parse_url(given);
    if (!url) return url.error().within(name);
    return url;
  }
  if (!is_region(region)) {
    return Error(Code::invalid_argument,
                 "no endpoint for sts: the region must be like eu-west-1, got \"" +
                     std::string(region) + "\" (set it, or AWS_REGION)");
  }
  if (region == "aws-global") return net::parse_url("https://sts.amazonaws.com/");
  const bool fips = equals_ignore_case(env("AWS_USE_FIPS_ENDPOINT"), "true");
  const bool china = partition_of_region(region) == "aws-cn";
  return net::parse_url(std::string("https://sts") + (fips ? "-fips" : "") + "." +
                        std::string(region) + ".amazonaws.com" + (china ? ".cn" : "") + "/");
}

std::string assume_role_body(const RoleHop& hop) {
  std::string body = common_body("AssumeRole", hop);
  if (!hop.external_id.empty()) add_field(body, "ExternalId", hop.external_id);
  return body;
}

std::string web_identity_body(const RoleHop& hop, std::string_view token) {
  std::string body = common_body("AssumeRoleWithWebIdentity", hop);
  add_field(body, "WebIdentityToken", token);
  return body;
}

Result<Credentials> parse_assumed_role(std::string_view xml) {
  TRIBUTARY_TRY(const XmlTexts texts, parse_xml_texts(xml));
  for (const std::string action : {"AssumeRole", "AssumeRoleWithWebIdentity"}) {
    const std::string result = action + "Response/" + action + "Result/";
    if (!texts.contains(result + "Credentials")) continue;
    const auto get = [&](std::string_view path) {
      const auto found = texts.find(result + std::string(path));
      return found == texts.end() ? std::string() : found->second;
    };
    Credentials credentials{.access_key_id = get("Credentials/AccessKeyId"),
                            .secret_access_key = get("Credentials/SecretAccessKey"),
                            .session_token = get("Credentials/SessionToken"),
                            .expiration = parse_iso8601(get("Credentials/Expiration")),
                            .arn = get("AssumedRoleUser/Arn")};
    const bool whole = !credentials.access_key_id.empty() &&
                       !credentials.secret_access_key.empty() &&
                       !credentials.session_token.empty() && credentials.expiration;
    if (!whole) {
      return Error(Code::invalid_argument,
                   "the answer of sts lacks AccessKeyId, SecretAccessKey, SessionToken or a valid "
                   "Expiration");
    }
    return credentials;
  }
  return Error(Code::invalid_argument, "the answer of sts holds no AssumeRoleResult");
}

std::string session_name_from(std::string_view text) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-";
  std::string name(text.substr(0, kSessionNameMax));
  for (char& c : name) {
    if (kAllowed.find(c) == std::string_view::npos) c = '-';
  }
  return name;
}

}  // namespace tributary::aws
