#include "collector/receivers/prometheus/http_config.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "base/strings.h"

namespace tributary::collector::prometheus {
namespace {

constexpr std::size_t kSecretBytesMax = 1U << 20;

// Headers that the client makes itself.
constexpr std::array<std::string_view, 14> kReservedHeaders = {
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "user-agent",
    "www-authenticate",
    "transfer-encoding",
    "x-prometheus-scrape-timeout-seconds"};

// White space around a secret in a file is not part of it.
Result<std::string> read_secret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(Code::unavailable, "cannot read " + path);
  std::string text(kSecretBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return std::string(trim(text));
}

Result<std::string> inline_or_file(const std::string& text, const std::string& path) {
  if (path.empty()) return text;
  return read_secret(path);
}

Result<std::optional<std::string>> authorization_header(const HttpConfig& http) {
  using Header = std::optional<std::string>;
  if (http.basic_auth) {
    const BasicAuthConfig& basic = *http.basic_auth;
    TRIBUTARY_TRY(const std::string user, inline_or_file(basic.username, basic.username_file));
    TRIBUTARY_TRY(const std::string password,
                  inline_or_file(basic.password.reveal(), basic.password_file));
    return Header("Basic " + base64_encode(user + ":" + password));
  }
  if (http.authorization) {
    const AuthorizationConfig& given = *http.authorization;
    TRIBUTARY_TRY(const std::string credentials,
                  inline_or_file(given.credentials.reveal(), given.credentials_file));
    return Header(given.type + " " + credentials);
  }
  if (!http.bearer_token.empty() || !http.bearer_token_file.empty()) {
    TRIBUTARY_TRY(const std::string token,
                  inline_or_file(http.bearer_token.reveal(), http.bearer_token_file));
    return Header("Bearer " + token);
  }
  return Header();
}

void check_one_of(const config::Node& node, std::string_view a, bool has_a, std::string_view b,
                  bool has_b, config::Diagnostics& diagnostics) {
  if (has_a && has_b)
    diagnostics.error(node.mark_of(b), "at most one of " + std::string(a) + " and " +
                                           std::string(b) + " may be set");
}

}  // namespace

void HttpConfig::check(const config::Node& node, config::Diagnostics& diagnostics) const {
  const bool has_bearer = !bearer_token.empty() || !bearer_token_file.empty();
  check_one_of(node, "bearer_token", !bearer_token.empty(), "bearer_token_file",
               !bearer_token_file.empty(), diagnostics);
  int methods = 0;
  for (const bool used :
       {basic_auth.has_value(), authorization.has_value(), !oauth2.is_null(), has_bearer})
    if (used) ++methods;
  if (methods > 1)
    diagnostics.error(node.mark(),
                      "at most one of basic_auth, authorization, oauth2 and bearer_token may be "
                      "set");
  if (!oauth2.is_null()) diagnostics.error(oauth2.mark(), "not supported yet: oauth2");
  if (basic_auth) {
    const config::Node& inner = *node.find("basic_auth");
    check_one_of(inner, "username", !basic_auth->username.empty(), "username_file",
                 !basic_auth->username_file.empty(), diagnostics);
    check_one_of(inner, "password", !basic_auth->password.empty(), "password_file",
                 !basic_auth->password_file.empty(), diagnostics);
  }
  if (authorization) {
    const config::Node& inner = *node.find("authorization");
    check_one_of(inner, "credentials", !authorization->credentials.empty(), "credentials_file",
                 !authorization->credentials_file.empty(), diagnostics);
    if (equals_ignore_case(authorization->type, "basic"))
      diagnostics.error(inner.mark_of("type"), "type \"basic\" is set up by basic_auth");
  }
  if (const config::Node* tls = node.find("tls_config")) {
    check_one_of(*tls, "ca", !tls_config.ca.empty(), "ca_file", !tls_config.ca_file.empty(),
                 diagnostics);
    check_one_of(*tls, "cert", !tls_config.cert.empty(), "cert_file", !tls_config.cert_file.empty(),
                 diagnostics);
    check_one_of(*tls, "key", !tls_config.key.empty(), "key_file", !tls_config.key_file.empty(),
                 diagnostics);
    const bool has_cert = !tls_config.cert.empty() || !tls_config.cert_file.empty();
    const bool has_key = !tls_config.key.empty() || !tls_config.key_file.empty();
    if (has_cert != has_key)
      diagnostics.error(tls->mark(), "a client certificate needs a key, and a key a certificate");
  }
  check_one_of(node, "proxy_from_environment", proxy_from_environment, "proxy_url",
               !proxy_url.empty(), diagnostics);
  check_one_of(node, "proxy_from_environment", proxy_from_environment, "no_proxy",
               !no_proxy.empty(), diagnostics);
  if (!proxy_url.empty()) {
    if (const auto url = net::parse_url(proxy_url); !url)
      diagnostics.error(node.mark_of("proxy_url"), "proxy_url: " + url.error().message());
  }
  if (enable_http2 && node.find("enable_http2") != nullptr)
    diagnostics.warning(node.mark_of("enable_http2"),
                        "enable_http2 has no effect: requests are HTTP/1.1");
  for (const auto& [name, header] : http_headers) {
    for (const std::string_view reserved : kReservedHeaders)
      if (equals_ignore_case(name, reserved))
        diagnostics.error(node.find("http_headers")->mark_of(name),
                          "header \"" + name + "\" is set by the receiver itself");
  }
}

void HttpConfig::check_files(const config::Node& node, config::Diagnostics& diagnostics) const {
  const auto check = [&](std::string_view section, std::string_view key, const std::string& path) {
    if (path.empty()) return;
    std::error_code failure;
    if (std::filesystem::exists(path, failure)) return;
    const config::Node* inner = node.find(section);
    diagnostics.error(inner == nullptr ? node.mark() : inner->mark_of(key),
                      std::string(key) + ": there is no file \"" + path + "\"");
  };
  if (authorization) check("authorization", "credentials_file", authorization->credentials_file);
  check("tls_config", "ca_file", tls_config.ca_file);
  check("tls_config", "cert_file", tls_config.cert_file);
  check("tls_config", "key_file", tls_config.key_file);
}

Result<net::HttpClientOptions> client_options(const HttpConfig& http) {
  net::HttpClientOptions options;
  options.tls.ca_file = http.tls_config.ca_file;
  options.tls.ca_pem = http.tls_config.ca;
  options.tls.cert_file = http.tls_config.cert_file;
  options.tls.cert_pem = http.tls_config.cert;
  options.tls.key_file = http.tls_config.key_file;
  options.tls.key_pem = http.tls_config.key.reveal();
  options.tls.server_name = http.tls_config.server_name;
  options.tls.insecure_skip_verify = http.tls_config.insecure_skip_verify;
  options.tls.min_version = http.tls_config.min_version.value_or(net::TlsVersion::tls12);
  options.tls.max_version = http.tls_config.max_version;
  options.proxy.from_environment = http.proxy_from_environment;
  options.proxy.no_proxy = http.no_proxy;
  if (!http.proxy_url.empty()) {
    TRIBUTARY_TRY(options.proxy.url, net::parse_url(http.proxy_url));
  }
  for (const auto& [name, values] : http.proxy_connect_header)
    for (const config::Secret& value : values)
      options.proxy.connect_headers.add(name, value.reveal());
  return options;
}

Result<net::Headers> request_headers(const HttpConfig& http) {
  net::Headers headers;
  TRIBUTARY_TRY(const auto authorization, authorization_header(http));
  if (authorization) headers.set("Authorization", *authorization);
  for (const auto& [name, header] : http.http_headers) {
    for (const std::string& value : header.values) headers.add(name, value);
    for (const config::Secret& value : header.secrets) headers.add(name, value.reveal());
    for (const std::string& path : header.files) {
      TRIBUTARY_TRY(const std::string value, read_secret(path));
      headers.add(name, value);
    }
  }
  return headers;
}

}  // namespace tributary::collector::prometheus
