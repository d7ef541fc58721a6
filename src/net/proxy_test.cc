#include "net/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tributary::net {
namespace {

using testing::HasSubstr;

std::string proxied_by(const std::map<std::string, std::string>& environment,
                       std::string_view url) {
  const auto rules = ProxyRules::make({}, [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
  if (!rules) return rules.error().message();
  const auto proxy = rules->proxy_for(*parse_url(url));
  return proxy ? proxy->to_string() : "direct";
}

TEST(Proxy, FollowsTheEnvironmentBySchemeOfTheRequest) {
  const std::map<std::string, std::string> environment = {{"HTTP_PROXY", "http://a:3128"},
                                                          {"https_proxy", "b:3129"}};

  EXPECT_EQ(proxied_by(environment, "http://example.com/"), "http://a:3128/");
  EXPECT_EQ(proxied_by(environment, "https://example.com/"), "http://b:3129/");
  EXPECT_EQ(proxied_by({}, "http://example.com/"), "direct");
}

TEST(Proxy, PrefersTheUpperCaseName) {
  EXPECT_EQ(proxied_by({{"HTTP_PROXY", "http://a"}, {"http_proxy", "http://b"}}, "http://x/"),
            "http://a/");
}

TEST(Proxy, NeverProxiesLoopback) {
  const std::map<std::string, std::string> environment = {{"HTTP_PROXY", "http://a:3128"}};

  for (const char* url : {"http://localhost:8000/", "http://LOCALHOST/", "http://127.0.0.1/",
                          "http://127.9.9.9:1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"})
    EXPECT_EQ(proxied_by(environment, url), "direct") << url;
}

TEST(Proxy, IgnoresHttpProxyInACgiProcess) {
  EXPECT_EQ(proxied_by({{"HTTP_PROXY", "http://a"}, {"REQUEST_METHOD", "GET"}}, "http://x/"),
            "direct");
}

TEST(Proxy, NamesABadVariable) {
  EXPECT_THAT(proxied_by({{"HTTP_PROXY", "socks5://a:1"}}, "http://x/"), HasSubstr("HTTP_PROXY"));
}

TEST(Proxy, AnExplicitOneCountsForEveryHostUnlessExcluded) {
  ProxyOptions options;
  options.url = *parse_url("http://proxy:1");
  const auto nothing = [](const char*) { return std::string(); };
  const auto always = ProxyRules::make(options, nothing);
  options.no_proxy = ".internal";
  const auto excluding = ProxyRules::make(options, nothing);

  EXPECT_TRUE(always->proxy_for(*parse_url("http://localhost/")));
  EXPECT_TRUE(excluding->proxy_for(*parse_url("http://x/")));
  EXPECT_FALSE(excluding->proxy_for(*parse_url("https://a.internal/")));
  EXPECT_FALSE(excluding->proxy_for(*parse_url("http://localhost/")));
}

TEST(NoProxy, MatchesAsGoDoes) {
  const auto matches = [](std::string_view list, std::string_view host, std::uint16_t port = 80) {
    return NoProxy(list).contains(host, port);
  };

  EXPECT_TRUE(matches("example.com", "example.com"));
  EXPECT_TRUE(matches("example.com", "a.Example.com"));
  EXPECT_FALSE(matches("example.com", "badexample.com"));
  EXPECT_FALSE(matches(".example.com", "example.com"));
  EXPECT_TRUE(matches(".example.com", "a.example.com"));
  EXPECT_TRUE(matches("*.example.com", "a.example.com"));
  EXPECT_FALSE(matches("*.example.com", "example.com"));
  EXPECT_TRUE(matches(" x , EXAMPLE.com ", "example.com"));
  EXPECT_TRUE(matches("*", "anything"));
  EXPECT_TRUE(matches("example.com:80", "example.com", 80));
  EXPECT_FALSE(matches("example.com:80", "example.com", 443));
  EXPECT_TRUE(matches("10.0.0.0/8", "10.2.3.4"));
  EXPECT_FALSE(matches("10.0.0.0/8", "11.2.3.4"));
  EXPECT_TRUE(matches("10.1.2.128/25", "10.1.2.200"));
  EXPECT_FALSE(matches("10.1.2.128/25", "10.1.2.100"));
  EXPECT_TRUE(matches("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(matches("0.0.0.0/0", "fd00::1"));
  EXPECT_TRUE(matches("fd00::/8", "fd12::1"));
  EXPECT_TRUE(matches("169.254.170.2", "169.254.170.2"));
  EXPECT_TRUE(matches("169.254.170.2:80", "169.254.170.2", 80));
  EXPECT_FALSE(matches("169.254.170.2:80", "169.254.170.2", 81));
  EXPECT_TRUE(matches("[::2]:80", "::2", 80));
  EXPECT_TRUE(matches("::2", "::2"));
  EXPECT_FALSE(matches("10.0.0.0/33", "10.0.0.1"));
  EXPECT_FALSE(matches(":80,,", "x", 80));
}

TEST(Proxy, DecodesUserAndPassword) {
  EXPECT_EQ(basic_authorization(*parse_url("http://me:p%40ss@h/")), "Basic bWU6cEBzcw==");
  EXPECT_EQ(basic_authorization(*parse_url("http://me@h/")), "Basic bWU6");
  EXPECT_EQ(basic_authorization(*parse_url("http://h/")), std::nullopt);
}

}  // namespace
}  // namespace tributary::net
