// The HTTP client settings that stand in a Prometheus scrape config: authorization, TLS, proxy,
// own headers.
//
// Values, no threads. Files with secrets are read for each request, as Prometheus does, so that
// rotated ones are used.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/fields.h"
#include "net/http.h"

namespace tributary::collector::prometheus {

struct BasicAuthConfig {
  std::string username;
  std::string username_file;
  config::Secret password;
  std::string password_file;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("username", username, "user name");
    f.optional("username_file", username_file, "file that holds the user name");
    f.optional("password", password, "password");
    f.optional("password_file", password_file, "file that holds the password");
  }
};

struct AuthorizationConfig {
  std::string type = "Bearer";
  config::Secret credentials;
  std::string credentials_file;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("type", type, "scheme of the Authorization header");
    f.optional("credentials", credentials, "what follows the scheme");
    f.optional("credentials_file", credentials_file, "file that holds the credentials");
  }
};

struct TlsConfig {
  std::string ca;
  std::string ca_file;
  std::string cert;
  std::string cert_file;
  config::Secret key;
  std::string key_file;
  std::string server_name;
  bool insecure_skip_verify = false;
  std::optional<net::TlsVersion> min_version;
  std::optional<net::TlsVersion> max_version;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("ca", ca, "certificates to trust, PEM");
    f.optional("ca_file", ca_file, "file with certificates to trust");
    f.optional("cert", cert, "client certificate, PEM");
    f.optional("cert_file", cert_file, "file with the client certificate");
    f.optional("key", key, "client key, PEM");
    f.optional("key_file", key_file, "file with the client key");
    f.optional("server_name", server_name, "name to ask for and to verify");
    f.optional("insecure_skip_verify", insecure_skip_verify, "accept any certificate");
    f.optional("min_version", min_version, "oldest TLS version; TLS12 where absent");
    f.optional("max_version", max_version, "newest TLS version");
  }
};

struct HeaderConfig {
  std::vector<std::string> values;
  std::vector<config::Secret> secrets;
  std::vector<std::string> files;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("values", values, "values of the header");
    f.optional("secrets", secrets, "values that are not shown");
    f.optional("files", files, "files that hold values");
  }
};

struct HttpConfig {
  std::optional<BasicAuthConfig> basic_auth;
  std::optional<AuthorizationConfig> authorization;
  config::Node oauth2;
  config::Secret bearer_token;
  std::string bearer_token_file;
  TlsConfig tls_config;
  bool follow_redirects = true;
  bool enable_http2 = true;
  std::string proxy_url;
  std::string no_proxy;
  bool proxy_from_environment = false;
  std::map<std::string, std::vector<config::Secret>> proxy_connect_header;
  std::map<std::string, HeaderConfig> http_headers;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("basic_auth", basic_auth, "user name and password to send");
    f.optional("authorization", authorization, "Authorization header to send");
    f.optional("oauth2", oauth2, "not supported yet");
    f.optional("bearer_token", bearer_token, "bearer token; older form of authorization");
    f.optional("bearer_token_file", bearer_token_file, "file that holds the bearer token");
    f.optional("tls_config", tls_config, "TLS of https targets");
    f.optional("follow_redirects", follow_redirects, "follow HTTP redirects");
    f.optional("enable_http2", enable_http2, "no effect: requests are HTTP/1.1");
    f.optional("proxy_url", proxy_url, "proxy to use");
    f.optional("no_proxy", no_proxy, "hosts to reach without the proxy");
    f.optional("proxy_from_environment", proxy_from_environment,
               "take the proxy from HTTP_PROXY, HTTPS_PROXY and NO_PROXY");
    f.optional("proxy_connect_header", proxy_connect_header, "headers for the proxy's CONNECT");
    f.optional("http_headers", http_headers, "further headers to send");
  }

  // Called by the section that holds these settings.
  void check(const config::Node& node, config::Diagnostics& diagnostics) const;
  // Files that must be there when the program starts.
  void check_files(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// Client and its options; the proxy's URL has been checked.
Result<net::HttpClientOptions> client_options(const HttpConfig& http);

// The headers that authenticate a request, and the configured ones. Reads files; an error names the
// file that could not be read.
Result<net::Headers> request_headers(const HttpConfig& http);

}  // namespace tributary::collector::prometheus

namespace tributary::net {

constexpr std::array<config::Choice<TlsVersion>, 4> choices(TlsVersion) {
  return {{{"TLS12", TlsVersion::tls12},
           {"TLS13", TlsVersion::tls13},
           {"TLS11", TlsVersion::tls11},
           {"TLS10", TlsVersion::tls10}}};
}

}  // namespace tributary::net
