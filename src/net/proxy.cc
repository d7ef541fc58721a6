#include "net/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/strings.h"

namespace tributary::net {
namespace {

// "host:port" as Go's SplitHostPort: exactly one colon outside brackets.
std::optional<std::pair<std::string_view, std::string_view>> split_host_port(
    std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != host.npos) {
    return std::nullopt;
  }
  return std::pair(host, text.substr(colon + 1));
}

Result<std::optional<Url>> parse_proxy(const std::string& text, std::string_view variable) {
  if (text.empty()) return std::optional<Url>();
  auto url = parse_url(text.find("://") == text.npos ? "http://" + text : text);
  if (!url) return url.error().within(variable);
  return std::optional<Url>(std::move(*url));
}

}  // namespace

std::optional<NoProxy::IpBytes> NoProxy::parse_ip(std::string_view text) {
  const std::string host(text.substr(0, text.find('%')));
  IpBytes ip;
  if (inet_pton(AF_INET6, host.c_str(), ip.bytes) == 1) return ip;
  if (inet_pton(AF_INET, host.c_str(), ip.bytes + 12) != 1) return std::nullopt;
  std::fill(ip.bytes, ip.bytes + 10, std::uint8_t{0});
  ip.bytes[10] = ip.bytes[11] = 0xff;
  return ip;
}

std::optional<NoProxy::NetworkRule> NoProxy::parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto ip = parse_ip(text.substr(0, slash));
  const auto bits = parse_uint64(text.substr(slash + 1));
  const bool v4 = text.find(':') == text.npos;
  if (!ip || !bits || *bits > (v4 ? 32U : 128U)) return std::nullopt;
  return NetworkRule{*ip, static_cast<int>(*bits) + (v4 ? 96 : 0), ""};
}

bool NoProxy::matches(const NetworkRule& rule, const IpBytes& ip, std::string_view port) {
  const int whole = rule.prefix_bits / 8;
  const int rest = rule.prefix_bits % 8;
  if (std::memcmp(rule.address.bytes, ip.bytes, static_cast<std::size_t>(whole)) != 0) return false;
  if (rest != 0 && (rule.address.bytes[whole] ^ ip.bytes[whole]) >> (8 - rest) != 0) return false;
  return rule.port.empty() || rule.port == port;
}

bool NoProxy::is_loopback(const IpBytes& ip) {
  static const NetworkRule kV4 = *parse_network("127.0.0.0/8");
  static const NetworkRule kV6 = *parse_network("::1/128");
  return matches(kV4, ip, "") || matches(kV6, ip, "");
}

NoProxy::NoProxy(std::string_view list) {
  for (const std::string_view entry : split(list, ',')) add(trim(entry));
}

void NoProxy::add(std::string_view entry) {
  if (entry.empty()) return;
  if (entry == "*") {
    all_ = true;
    return;
  }
  if (const auto network = parse_network(entry)) {
    networks_.push_back(*network);
    return;
  }
  std::string_view host = entry;
  std::string_view port;
  if (const auto parts = split_host_port(entry)) std::tie(host, port) = *parts;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return;
  if (const auto ip = parse_ip(host)) {
    networks_.push_back({*ip, 128, std::string(port)});
    return;
  }
  if (host.starts_with("*.")) host.remove_prefix(1);
  const bool suffix_only = host.starts_with('.');
  names_.push_back({(suffix_only ? "" : ".") + to_lower(host), !suffix_only, std::string(port)});
}

bool NoProxy::contains(std::string_view host, std::uint16_t port) const {
  const std::string name = to_lower(trim(host));
  const std::string port_text = std::to_string(port);
  if (all_ || name == "localhost") return true;
  if (const auto ip = parse_ip(name)) {
    if (is_loopback(*ip)) return true;
    for (const NetworkRule& rule : networks_)
      if (matches(rule, *ip, port_text)) return true;
  }
  for (const NameRule& rule : names_) {
    const bool named = name.ends_with(rule.suffix) ||
                       (rule.host_itself && name == std::string_view(rule.suffix).substr(1));
    if (named && (rule.port.empty() || rule.port == port_text)) return true;
  }
  return false;
}

Result<ProxyRules> ProxyRules::make(const ProxyOptions& options, const Environment& environment) {
  ProxyRules rules;
  if (options.url) {
    rules.http_ = rules.https_ = options.url;
    rules.always_ = trim(options.no_proxy).empty();
    rules.no_proxy_ = NoProxy(options.no_proxy);
  } else if (options.from_environment) {
    const auto variable = [&](const char* upper, const char* lower) {
      const std::string value = environment(upper);
      return value.empty() ? environment(lower) : value;
    };
    // In a CGI process HTTP_PROXY is the client's "Proxy" header (CVE-2016-5385).
    if (environment("REQUEST_METHOD").empty()) {
      TRIBUTARY_TRY(rules.http_, parse_proxy(variable("HTTP_PROXY", "http_proxy"), "HTTP_PROXY"));
    }
    TRIBUTARY_TRY(rules.https_, parse_proxy(variable("HTTPS_PROXY", "https_proxy"), "HTTPS_PROXY"));
    rules.no_proxy_ = NoProxy(variable("NO_PROXY", "no_proxy"));
  }
  return rules;
}

std::optional<Url> ProxyRules::proxy_for(const Url& url) const {
  const std::optional<Url>& proxy = url.scheme == "https" ? https_ : http_;
  if (!proxy) return std::nullopt;
  if (!always_ && no_proxy_.contains(url.host, url.port)) return std::nullopt;
  return proxy;
}

std::optional<std::string> basic_authorization(const Url& url) {
  if (url.user_info.empty()) return std::nullopt;
  const std::size_t colon = url.user_info.find(':');
  const std::string user = url.user_info.substr(0, colon);
  const std::string password = colon == user.npos ? "" : url.user_info.substr(colon + 1);
  return "Basic " + base64_encode(percent_decode(user).value_or(user) + ":" +
                                  percent_decode(password).value_or(password));
}

}  // namespace tributary::net
