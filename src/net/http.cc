#include "net/http.h"

#include <algorithm>

#include "base/strings.h"

namespace tributary::net {
namespace {

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// The port of "host:port" text; 0 is not one.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_uint64(text);
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

bool valid_host(std::string_view host) {
  return !host.empty() && printable(host) && host.find_first_of("\"<>[]\\^`{|}/?#@:") == host.npos;
}

bool valid_ipv6(std::string_view host) {
  constexpr std::string_view kAllowed = "0123456789abcdefABCDEF:.%";
  const std::string_view address = host.substr(0, host.find('%'));  // a zone may follow
  return address.find(':') != address.npos && printable(host) &&
         address.find_first_not_of(kAllowed) == address.npos && host.find('/') == host.npos;
}

struct Authority {
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};

// "host", "host:port", "[::1]", "[::1]:port".
std::optional<Authority> split_authority(std::string_view text) {
  Authority out;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    out.bracketed = true;
    text.remove_prefix(close + 1);
    if (!text.empty() && text.front() != ':') return std::nullopt;
    if (!text.empty()) out.port = text.substr(1);
    return out;
  }
  const std::size_t colon = text.find(':');
  out.host = text.substr(0, colon);
  if (colon != text.npos) out.port = text.substr(colon + 1);
  return out;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

// RFC 3986, 5.2.4, for a path that starts with '/'.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto segments = split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    const bool dots = segments[i] == "." || segments[i] == "..";
    if (segments[i] == ".." && !kept.empty()) kept.pop_back();
    if (!dots) kept.push_back(segments[i]);
    if (dots && last) kept.push_back("");
  }
  std::string out;
  for (const std::string_view segment : kept) (out += '/') += segment;
  return out;
}

std::string decode_form_text(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  return percent_decode(plain).value_or(plain);
}

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : entries_)
    if (equals_ignore_case(key, name)) return value;
  return std::nullopt;
}

std::vector<std::string_view> Headers::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : entries_)
    if (equals_ignore_case(key, name)) values.push_back(value);
  return values;
}

void Headers::add(std::string_view name, std::string_view value) {
  entries_.emplace_back(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  const auto first = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return equals_ignore_case(entry.first, name);
  });
  if (first == entries_.end()) return add(name, value);
  *first = Entry(name, value);
  entries_.erase(
      std::remove_if(first + 1, entries_.end(),
                     [&](const Entry& entry) { return equals_ignore_case(entry.first, name); }),
      entries_.end());
}

void Headers::erase(std::string_view name) {
  std::erase_if(entries_,
                [&](const Entry& entry) { return equals_ignore_case(entry.first, name); });
}

std::string Url::host_header() const {
  return default_port ? bracketed(host) : bracketed(host) + ":" + std::to_string(port);
}

std::string Url::to_string() const { return scheme + "://" + host_header() + target; }

Result<Url> parse_url(std::string_view text) {
  // What stands before '@' may be a password and stays out of messages.
  const auto bad = [&](std::string_view why) {
    const std::size_t at = text.substr(0, text.find_first_of("?#")).rfind('@');
    const bool secret = at != text.npos;
    return Error(Code::invalid_argument, "URL \"" + std::string(secret ? "...@" : "") +
                                             std::string(text.substr(secret ? at + 1 : 0)) +
                                             "\": " + std::string(why));
  };

  Url url;
  const std::size_t colon = text.find("://");
  if (colon == text.npos) return bad("must start with http:// or https://");
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https")
    return bad("must start with http:// or https://");

  const std::string_view rest = text.substr(colon + 3, text.find('#') - colon - 3);
  if (!printable(rest)) return bad("must not contain spaces or bytes other than printable ASCII");
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    url.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }

  const auto parts = split_authority(authority);
  if (!parts || !(parts->bracketed ? valid_ipv6(parts->host) : valid_host(parts->host)))
    return bad("must name a host");
  url.host = parts->host;
  url.port = url.scheme == "https" ? 443 : 80;
  if (parts->port && !parts->port->empty()) {
    const auto port = parse_port(*parts->port);
    if (!port) return bad("port must be a number from 1 to 65535");
    url.default_port = *port == url.port;
    url.port = *port;
  }
  url.target = rest.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  const std::size_t scheme_end = reference.find(':');
  if (scheme_end < reference.find_first_of("/?")) return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));

  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  const std::size_t query_at = std::min(reference.find('?'), reference.size());
  std::string path(reference.substr(0, query_at));
  std::string query(reference.substr(query_at));
  if (reference.empty()) query = base.target.substr(base_path.size());
  if (path.empty()) {
    path = base_path;
  } else if (path.front() != '/') {
    path.insert(0, base_path.substr(0, base_path.rfind('/') + 1));
  }
  return parse_url(base.scheme + "://" + base.host_header() + remove_dot_segments(path) + query);
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return Error(Code::invalid_argument,
                 "address \"" + std::string(text) + "\": " + std::string(why));
  };

  const auto parts = split_authority(text);
  if (!parts || !parts->port) return bad("must be host:port, with an IPv6 host in brackets");
  const bool valid =
      parts->bracketed ? valid_ipv6(parts->host) : parts->host.empty() || valid_host(parts->host);
  if (!valid) return bad("host must be a name or an IP address, an IPv6 one in brackets");
  const auto port = parse_uint64(*parts->port);
  if (!port || *port > 65535) return bad("port must be a number from 0 to 65535");
  return HostPort{std::string(parts->host), static_cast<std::uint16_t>(*port)};
}

std::string_view ServerRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view ServerRequest::query() const {
  const std::size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string_view part : split(text, '&')) {
    if (part.empty()) continue;
    const std::size_t equal = part.find('=');
    const std::string_view value = equal == part.npos ? std::string_view() : part.substr(equal + 1);
    pairs.emplace_back(decode_form_text(part.substr(0, equal)), decode_form_text(value));
  }
  return pairs;
}

}  // namespace tributary::net
