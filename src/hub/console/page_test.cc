#include "hub/console/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "net/content_encoding.h"

namespace tributary::hub::console {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kIndex = "<!doctype html><div id=\"app\"></div>";
const std::string kScript = "console.log(1)";
const std::string kIcon = "<svg/>";

class Page : public ::testing::Test {
 protected:
  net::Response get(std::string_view target, net::Headers headers = {}) const {
    return ask({.method = "GET", .target = std::string(target), .headers = std::move(headers)});
  }
  net::Response ask(const net::ServerRequest& request) const {
    auto answer = page(request, files_);
    EXPECT_TRUE(answer) << request.target;
    return std::move(answer).value_or(net::Response{.status = 0});
  }
  bool is_ours(const net::ServerRequest& request) const {
    return page(request, files_).has_value();
  }

  const std::string packed_index_ = net::gzip(kIndex);
  const std::string packed_script_ = net::gzip(kScript);
  const std::string packed_icon_ = net::gzip(kIcon);
  const std::array<BundleFile, 3> files_ = {
      BundleFile{"assets/index-a1.js", packed_script_, "aa"},
      BundleFile{"icon.svg", packed_icon_, "bb"},
      BundleFile{"index.html", packed_index_, "cc"},
  };
};

TEST_F(Page, SendsABrowserFromTheRootToTheConsole) {
  const net::Response answer = get("/");

  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.headers.get("Location"), "/console/");
}

TEST_F(Page, LeavesCallsOfTheApiAlone) {
  const auto ours = [this](std::string_view method, std::string_view target,
                           net::Headers headers = {}) {
    return is_ours({.method = std::string(method),
                    .target = std::string(target),
                    .headers = std::move(headers)});
  };

  EXPECT_FALSE(ours("POST", "/"));
  EXPECT_FALSE(ours("GET", "/?Action=GetCallerIdentity&Version=2011-06-15"));
  EXPECT_FALSE(ours("GET", "/?"));
  EXPECT_FALSE(ours("GET", "/", {{"Authorization", "AWS4-HMAC-SHA256 Credential=..."}}));
  EXPECT_FALSE(ours("GET", "/workspaces"));
  EXPECT_FALSE(ours("GET", "/consoles"));
  EXPECT_FALSE(ours("GET", "//console/"));
  EXPECT_FALSE(ours("GET", "/CONSOLE/"));
  EXPECT_FALSE(ours("OPTIONS", "*"));
}

TEST_F(Page, AddsTheSlashAndKeepsTheQuery) {
  EXPECT_EQ(get("/console").headers.get("Location"), "/console/");
  EXPECT_EQ(get("/console?ws=ws-1").headers.get("Location"), "/console/?ws=ws-1");
}

TEST_F(Page, AnswersEveryAddressWithinThePageWithIndex) {
  for (const std::string_view target :
       {"/console/", "/console/index.html", "/console/explore?expr=up", "/console/dashboards/a.b",
        "/console/dashboards/%2F"}) {
    const net::Response answer = get(target);

    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body, kIndex) << target;
    EXPECT_EQ(answer.headers.get("Content-Type"), "text/html; charset=utf-8") << target;
    EXPECT_EQ(answer.headers.get("Cache-Control"), "no-store") << target;
  }
}

TEST_F(Page, ServesAFileByItsTypeForEverWhereItsNameChangesWithIt) {
  const net::Response script = get("/console/assets/index-a1.js");
  const net::Response icon = get("/console/icon.svg?v=1");

  EXPECT_EQ(script.body, kScript);
  EXPECT_EQ(script.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(icon.body, kIcon);
  EXPECT_EQ(icon.headers.get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(icon.headers.get("Cache-Control"), "no-cache");
}

TEST_F(Page, SaysThatAScriptOfAnotherBuildIsGone) {
  const net::Response answer = get("/console/assets/index-old.js");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.headers.get("Cache-Control"), "no-store");
}

TEST_F(Page, KnowsNoOtherDirectories) {
  for (const std::string_view target :
       {"/console/../workspaces", "/console/assets/../../identity.db", "/console/%2e%2E/x",
        "/console/.%2e", "/console/./", "/console/assets/", "/console/assets/../index.html"})
    EXPECT_EQ(get(target).status, 404) << target;
}

TEST_F(Page, SendsTheCompressedBytesToWhoTakesThem) {
  const net::Response packed = get("/console/", {{"Accept-Encoding", "br, gzip"}});
  const net::Response plain = get("/console/", {{"Accept-Encoding", "gzip;q=0, br"}});

  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.body, packed_index_);
  EXPECT_EQ(packed.headers.get("Vary"), "Accept-Encoding");
  EXPECT_FALSE(plain.headers.get("Content-Encoding"));
  EXPECT_EQ(plain.body, kIndex);
  EXPECT_EQ(plain.headers.get("Vary"), "Accept-Encoding");
  EXPECT_NE(packed.headers.get("ETag"), plain.headers.get("ETag"));
}

TEST_F(Page, SendsNothingToWhoHasItAlready) {
  const std::string tag(get("/console/icon.svg").headers.get("ETag").value());
  ASSERT_EQ(tag, "\"bb\"");

  for (const std::string& known : std::vector<std::string>{tag, "W/" + tag, "\"x\", " + tag, "*"}) {
    const net::Response answer = get("/console/icon.svg", {{"If-None-Match", known}});
    EXPECT_EQ(answer.status, 304) << known;
    EXPECT_THAT(answer.body, IsEmpty()) << known;
    EXPECT_EQ(answer.headers.get("ETag"), tag) << known;
  }
  EXPECT_EQ(get("/console/icon.svg", {{"If-None-Match", "\"b\""}}).status, 200);
  EXPECT_EQ(get("/console/icon.svg", {{"If-None-Match", "\"bb-gzip\""}}).status, 200);
}

TEST_F(Page, AnswersHeadAsGet) {
  const net::Response head = ask({.method = "HEAD", .target = "/console/icon.svg"});

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, kIcon);  // the server sends its length alone
}

TEST_F(Page, RefusesOtherMethods) {
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    const net::Response answer = ask({.method = std::string(method), .target = "/console/"});

    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.get("Allow"), "GET, HEAD") << method;
  }
}

TEST_F(Page, KeepsTheBrowserToItselfInEveryAnswer) {
  const std::vector<net::Response> answers = {
      get("/"),
      get("/console"),
      get("/console/"),
      get("/console/assets/index-a1.js"),
      get("/console/assets/none.js"),
      get("/console/icon.svg", {{"If-None-Match", "*"}}),
      ask({.method = "POST", .target = "/console/"}),
      page({.method = "GET", .target = "/console/"}, {}).value()};

  for (const net::Response& answer : answers) {
    const auto header = [&](std::string_view name) {
      return std::string(answer.headers.get(name).value_or(""));
    };
    EXPECT_EQ(header("Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
              "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'")
        << answer.status;
    EXPECT_EQ(header("X-Content-Type-Options"), "nosniff") << answer.status;
    EXPECT_EQ(header("Referrer-Policy"), "no-referrer") << answer.status;
    EXPECT_EQ(header("Cross-Origin-Opener-Policy"), "same-origin") << answer.status;
    EXPECT_EQ(header("Cross-Origin-Resource-Policy"), "same-origin") << answer.status;
    EXPECT_THAT(header("Permissions-Policy"), HasSubstr("camera=()")) << answer.status;
    EXPECT_FALSE(answer.headers.get("Set-Cookie")) << answer.status;
  }
}

TEST_F(Page, SaysWhatIsMissingWhereNoneWasBuilt) {
  const net::Response answer = page({.method = "GET", .target = "/console/explore"}, {}).value();

  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(answer.headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("tools/web"));
  EXPECT_THAT(answer.body, Not(HasSubstr("<script")));
  EXPECT_THAT(answer.body, Not(HasSubstr("<style")));
}

TEST(Bundle, IsWhole) {
  if (bundle().empty()) GTEST_SKIP() << "no page was built: tools/web builds it";
  std::string index;

  for (const BundleFile& file : bundle()) {
    const auto bytes = net::gunzip(file.gzip, 16U << 20);
    ASSERT_TRUE(bytes) << file.name << ": " << bytes.error().message();
    EXPECT_EQ(file.hash.size(), 32U) << file.name;
    if (file.name == "index.html") index = *bytes;
  }

  constexpr std::string_view kOwn = "\"/console/";
  ASSERT_THAT(index, HasSubstr(kOwn));
  for (std::size_t at = index.find(kOwn); at != index.npos; at = index.find(kOwn, at + 1)) {
    const std::size_t end = index.find('"', at + 1);
    const std::string target = index.substr(at + 1, end - at - 1);
    EXPECT_EQ(page({.method = "GET", .target = target})->status, 200) << target;
  }
}

}  // namespace
}  // namespace tributary::hub::console
