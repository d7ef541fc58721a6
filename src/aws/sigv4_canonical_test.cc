#include "aws/sigv4_canonical.h"

#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

TEST(CanonicalPath, ResolvesDotSegmentsAndMergesSlashes) {
  EXPECT_EQ(normalize_path(""), "/");
  EXPECT_EQ(normalize_path("//"), "/");
  EXPECT_EQ(normalize_path("/a/../b"), "/b");
  EXPECT_EQ(normalize_path("/a/b/.."), "/a/");
  EXPECT_EQ(normalize_path("/a/./b/"), "/a/b/");
  EXPECT_EQ(normalize_path("/../../a"), "/a");
  EXPECT_EQ(normalize_path("//a///b"), "/a/b");
  EXPECT_EQ(normalize_path("/a/%2E%2E/b"), "/a/%2E%2E/b");
}

TEST(CanonicalPath, EncodesWhatIsEncodedAlreadyOnceMore) {
  EXPECT_EQ(canonical_path("/tags/arn%3Aaws%3Aaps", PathForm::normalized),
            "/tags/arn%253Aaws%253Aaps");
  EXPECT_EQ(canonical_path("/a//b/../c~", PathForm::as_is), "/a//b/../c~");
  EXPECT_EQ(canonical_path("/a b", PathForm::normalized), "/a%20b");
}

TEST(CanonicalQuery, IsDecodedEncodedAndSorted) {
  const auto canonical = [](std::string_view raw) { return canonical_query(parse_query(raw)); };

  EXPECT_EQ(canonical(""), "");
  EXPECT_EQ(canonical("RoleArn=arn:aws:iam::1:role/x&Action=AssumeRole"),
            "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx");
  EXPECT_EQ(canonical("RoleArn=arn%3aaws"), "RoleArn=arn%3Aaws");
  EXPECT_EQ(canonical("b&a=2&a=1&A=0"), "A=0&a=1&a=2&b=");
  EXPECT_EQ(canonical("tagKeys=b&tagKeys=a"), "tagKeys=a&tagKeys=b");
  EXPECT_EQ(canonical("q=a+b%20c%2B"), "q=a%20b%20c%2B");
  EXPECT_EQ(canonical("a=b=c"), "a=b%3Dc");
  EXPECT_EQ(canonical("&&a=1&"), "a=1");
  EXPECT_EQ(canonical("match[]=up"), "match%5B%5D=up");
}

TEST(CanonicalQuery, SortsByTheEncodedName) {
  // ':' is 3A as a byte and "%3A" encoded, which comes before "-".
  EXPECT_EQ(canonical_query({{"a-", "1"}, {"a:", "2"}}), "a%3A=2&a-=1");
}

TEST(CanonicalQuery, KnowsABrokenEscape) {
  EXPECT_TRUE(has_broken_escape("%"));
  EXPECT_TRUE(has_broken_escape("a%2"));
  EXPECT_TRUE(has_broken_escape("%zz"));
  EXPECT_FALSE(has_broken_escape("%2f%2F"));
  EXPECT_EQ(canonical_query(parse_query("a=%zz")), "a=%25zz");
}

TEST(CanonicalHeader, SqueezesSpacesAndJoinsRepeats) {
  const net::Headers headers = {
      {"X-A", "  one   two  "}, {"x-a", "\"a   b\""}, {"X-B", "1\r\n  2"}};

  EXPECT_EQ(canonical_header_value(headers, "x-a"), "one two,\"a b\"");
  EXPECT_EQ(canonical_header_value(headers, "x-b"), "1 2");
  EXPECT_EQ(canonical_header_value(headers, "x-c"), "");
}

TEST(CanonicalRequest, HasABlankLineAfterTheHeadersAndNoneAtTheEnd) {
  const net::Headers headers = {{"Host", "h"}, {"X-Amz-Date", "d"}};
  const std::vector<std::string> names = {"host", "x-amz-date"};

  const std::string text = canonical_request({.method = "GET",
                                              .path = "/",
                                              .query = "a=1",
                                              .signed_headers = names,
                                              .payload_hash = "hash"},
                                             headers);

  EXPECT_EQ(text, "GET\n/\na=1\nhost:h\nx-amz-date:d\n\nhost;x-amz-date\nhash");
}

TEST(RequestView, SplitsTheTargetAtTheFirstQuestionMark) {
  const net::Headers none;

  const RequestView request{.method = "GET", .target = "/a?b?c", .headers = none, .body = ""};

  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "b?c");
}

}  // namespace
}  // namespace tributary::aws
