// URLs, listen addresses, form bodies and NO_PROXY lists. The first line is a NO_PROXY list, the
// rest is read as everything else.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "net/http.h"
#include "net/proxy.h"

namespace net = tributary::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  const std::string_view list = input.substr(0, end);
  const std::string_view text = end == input.npos ? input : input.substr(end + 1);

  if (const auto url = net::parse_url(text)) {
    // What is read is printed and read again as the same, but for the password.
    auto again = net::parse_url(url->to_string());
    TRIBUTARY_CHECK(again);
    again->user_info = url->user_info;
    TRIBUTARY_CHECK(*again == *url);
    net::NoProxy(list).contains(url->host, url->port);
    net::basic_authorization(*url);
  }
  if (const auto next = net::resolve_url(*net::parse_url("http://h/a/b?c"), text))
    TRIBUTARY_CHECK(next->target.starts_with('/'));
  net::NoProxy(list).contains(text, 80);
  (void)net::parse_host_port(text);
  net::parse_form(text);
  return 0;
}
