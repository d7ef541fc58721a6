#include "net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

TEST(Headers, FindsNamesInAnyCase) {
  const Headers headers{{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};

  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_THAT(headers.get_all("X-a"), ElementsAre("1", "2"));
  EXPECT_EQ(headers.get("x-b"), std::nullopt);
}

TEST(Headers, SetReplacesAllOfThatNameInTheFirstPlace) {
  Headers headers{{"X-A", "1"}, {"Other", "o"}, {"x-a", "2"}};

  headers.set("x-A", "3");
  headers.set("New", "n");

  EXPECT_THAT(std::vector(headers.begin(), headers.end()),
              ElementsAre(Pair("x-A", "3"), Pair("Other", "o"), Pair("New", "n")));
}

TEST(Headers, ErasesAllOfThatName) {
  Headers headers{{"X-A", "1"}, {"Other", "o"}, {"x-a", "2"}};

  headers.erase("X-A");

  EXPECT_THAT(std::vector(headers.begin(), headers.end()), ElementsAre(Pair("Other", "o")));
}

TEST(Url, KeepsTheTargetAsItStands) {
  const auto reads = [](std::string_view text, const Url& want) {
    const auto got = parse_url(text);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(*got, want) << text << " read as " << got->to_string();
  };

  reads("http://host", {"http", "host", 80, true, "/", ""});
  reads("HTTPS://Host/a%2fb?q=%20+", {"https", "Host", 443, true, "/a%2fb?q=%20+", ""});
  reads("http://host?x=1", {"http", "host", 80, true, "/?x=1", ""});
  reads("http://host:8080/", {"http", "host", 8080, false, "/", ""});
  reads("http://host:80/", {"http", "host", 80, true, "/", ""});
  reads("http://host:/x#fragment", {"http", "host", 80, true, "/x", ""});
  reads("https://[::1]:9009/x", {"https", "::1", 9009, false, "/x", ""});
  reads("http://[fe80::1%eth0]/", {"http", "fe80::1%eth0", 80, true, "/", ""});
  reads("http://u:p@h/@", {"http", "h", 80, true, "/@", "u:p"});
}

TEST(Url, NamesWhatItRefuses) {
  for (const char* text :
       {"", "host", "/path", "ftp://host/", "http://", "http:///x", "http://host:0/",
        "http://host:65536/", "http://host:x/", "http://a b/", "http://h/a b", "http://h/\n",
        "http://[::1/", "http://[::1]x/", "http://::1/", "http://[host]/", "http://h/\xc3\xa4"}) {
    const auto got = parse_url(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code(), Code::invalid_argument);
    EXPECT_THAT(got.error().message(), HasSubstr('"' + std::string(text) + '"'));
  }
}

TEST(Url, KeepsPasswordsOutOfTexts) {
  EXPECT_EQ(parse_url("http://me:secret@host/x")->to_string(), "http://host/x");
  EXPECT_THAT(parse_url("http://me:secret@host:0/").error().message(), Not(HasSubstr("secret")));
}

TEST(Url, PrintsThePortWhereItIsNotTheSchemesOwn) {
  EXPECT_EQ(parse_url("https://h:443/x")->to_string(), "https://h/x");
  EXPECT_EQ(parse_url("https://h:80/x")->host_header(), "h:80");
  EXPECT_EQ(parse_url("http://[::1]:8000")->to_string(), "http://[::1]:8000/");
}

TEST(Url, ResolvesReferencesAsTheRfcDoes) {
  const Url base = *parse_url("http://a:81/b/c/d;p?q");
  const auto leads_to = [&](std::string_view reference, std::string_view want) {
    const auto got = resolve_url(base, reference);
    ASSERT_TRUE(got) << reference;
    EXPECT_EQ(got->to_string(), want) << reference;
  };

  leads_to("https://x/y", "https://x/y");
  leads_to("//x/y", "http://x/y");
  leads_to("/g", "http://a:81/g");
  leads_to("g", "http://a:81/b/c/g");
  leads_to("./g", "http://a:81/b/c/g");
  leads_to("g/", "http://a:81/b/c/g/");
  leads_to("?y", "http://a:81/b/c/d;p?y");
  leads_to("g?y#s", "http://a:81/b/c/g?y");
  leads_to("", "http://a:81/b/c/d;p?q");
  leads_to(".", "http://a:81/b/c/");
  leads_to("..", "http://a:81/b/");
  leads_to("../g", "http://a:81/b/g");
  leads_to("../../../g", "http://a:81/g");
  leads_to("/./g/../h?a/../b", "http://a:81/h?a/../b");
  EXPECT_FALSE(resolve_url(base, "mailto:me"));
  EXPECT_FALSE(resolve_url(base, "http://"));
}

TEST(HostPort, ReadsListenAddresses) {
  const auto reads = [](std::string_view text, std::string_view host, std::uint16_t port) {
    const auto got = parse_host_port(text);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(got->host, host);
    EXPECT_EQ(got->port, port);
  };

  reads("127.0.0.1:9009", "127.0.0.1", 9009);
  reads("[::1]:9009", "::1", 9009);
  reads(":9009", "", 9009);
  reads("localhost:0", "localhost", 0);
  for (const char* text : {"", "host", "9009", "host:", "host:x", "::1:9009", "[::1]", "a b:1"})
    EXPECT_FALSE(parse_host_port(text)) << text;
}

TEST(ServerRequest, SplitsTheTarget) {
  ServerRequest request;
  request.target = "/a/b?x=1?&y";

  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "x=1?&y");
  request.target = "/a";
  EXPECT_EQ(request.query(), "");
}

TEST(Form, DecodesPairsInOrder) {
  EXPECT_THAT(
      parse_form("b=1+2&a=%41%26&b=&c&&=x"),
      ElementsAre(Pair("b", "1 2"), Pair("a", "A&"), Pair("b", ""), Pair("c", ""), Pair("", "x")));
  EXPECT_THAT(parse_form(""), IsEmpty());
}

TEST(Form, KeepsABrokenEscapeAsText) {
  EXPECT_THAT(parse_form("a=100%&b=%zz"), ElementsAre(Pair("a", "100%"), Pair("b", "%zz")));
}

}  // namespace
}  // namespace tributary::net
