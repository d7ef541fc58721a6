// Which proxy a request goes through, as Go decides it (golang.org/x/net/http/httpproxy).
//
// Threads: any; the environment is read when the rules are made.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace tributary::net {

// The hosts of a NO_PROXY list: names ("host", ".suffix", "*.suffix"), addresses, networks
// ("10.0.0.0/8"), each but the last with an optional port; "*" for all.
class NoProxy {
 public:
  NoProxy() = default;
  explicit NoProxy(std::string_view list);

  bool contains(std::string_view host, std::uint16_t port) const;

 private:
  struct IpBytes {
    std::uint8_t bytes[16] = {};  // IPv4 as ::ffff:a.b.c.d
  };
  struct NameRule {
    std::string suffix;  // ".example.com"
    bool host_itself;    // example.com too
    std::string port;    // empty: any
  };
  struct NetworkRule {
    IpBytes address;
    int prefix_bits;
    std::string port;
  };

  static std::optional<IpBytes> parse_ip(std::string_view text);
  static std::optional<NetworkRule> parse_network(std::string_view text);
  static bool matches(const NetworkRule& rule, const IpBytes& ip, std::string_view port);
  static bool is_loopback(const IpBytes& ip);
  void add(std::string_view entry);

  bool all_ = false;
  std::vector<NameRule> names_;
  std::vector<NetworkRule> networks_;
};

class ProxyRules {
 public:
  using Environment = std::function<std::string(const char*)>;  // "" where unset

  // An explicit proxy counts before the environment, and for every host where no_proxy is empty.
  static Result<ProxyRules> make(const ProxyOptions& options, const Environment& environment);

  // The proxy for that request, or nothing: connect directly.
  std::optional<Url> proxy_for(const Url& url) const;

 private:
  std::optional<Url> http_;
  std::optional<Url> https_;
  bool always_ = false;
  NoProxy no_proxy_;
};

// The Proxy-Authorization or Authorization value for a URL's user and password, or nothing.
std::optional<std::string> basic_authorization(const Url& url);

}  // namespace tributary::net
