#include "net/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Kind = MessageParser::Kind;

constexpr MessageParser::Limits kSmall{.header_bytes_max = 200, .body_bytes_max = 10};

MessageParser parse(Kind kind, std::string_view bytes, MessageParser::Limits limits = {}) {
  MessageParser parser(kind, limits);
  parser.feed(bytes);
  return parser;
}

// The same message in pieces of every size gives the same result.
void expect_same_in_pieces(Kind kind, std::string_view bytes) {
  MessageParser whole = parse(kind, bytes);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    MessageParser parser(kind, {});
    for (std::size_t at = 0; at < bytes.size(); at += size) parser.feed(bytes.substr(at, size));
    EXPECT_EQ(parser.done(), whole.done()) << size;
    EXPECT_EQ(parser.body(), whole.body()) << size;
    EXPECT_EQ(parser.head().target, whole.head().target) << size;
    EXPECT_EQ(parser.head().status, whole.head().status) << size;
    EXPECT_EQ(parser.fault().has_value(), whole.fault().has_value()) << size;
  }
}

TEST(MessageParser, ReadsARequestKeepingCaseAndTarget) {
  const std::string_view bytes =
      "POST /a%2Fb?X=1 HTTP/1.1\r\nhost: h\r\nX-Two:  a b \t\r\nX-two:\r\nContent-Length: 3\r\n\r\n"
      "abcGET";

  MessageParser parser(Kind::request, {});
  const std::size_t taken = parser.feed(bytes);

  ASSERT_TRUE(parser.done());
  EXPECT_EQ(bytes.substr(taken), "GET");
  EXPECT_EQ(parser.head().method, "POST");
  EXPECT_EQ(parser.head().target, "/a%2Fb?X=1");
  EXPECT_EQ(parser.body(), "abc");
  EXPECT_TRUE(parser.keep_alive());
  const Headers& headers = parser.head().headers;
  EXPECT_THAT(std::vector(headers.begin(), headers.end()),
              ElementsAre(Pair("host", "h"), Pair("X-Two", "a b"), Pair("X-two", ""),
                          Pair("Content-Length", "3")));
  expect_same_in_pieces(Kind::request, bytes.substr(0, taken));
}

TEST(MessageParser, ReadsChunksWithExtensionsAndTrailers) {
  const std::string_view bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0A\r\n0123456789\r\n"
      "0\r\nTrailer: t\r\n\r\n";

  MessageParser parser = parse(Kind::response, bytes);

  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.body(), "abc0123456789");
  EXPECT_EQ(parser.head().headers.get("Trailer"), std::nullopt);
  EXPECT_TRUE(parser.keep_alive());
  expect_same_in_pieces(Kind::response, bytes);
}

TEST(MessageParser, ReadsToTheEndWhereNothingElseDelimits) {
  MessageParser parser = parse(Kind::response, "HTTP/1.0 200\r\n\r\nall of it");

  EXPECT_FALSE(parser.done());
  parser.end_of_stream();

  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.body(), "all of it");
  EXPECT_FALSE(parser.keep_alive());
}

TEST(MessageParser, NoticesATruncatedMessage) {
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"}) {
    MessageParser parser = parse(Kind::response, bytes);

    parser.end_of_stream();

    EXPECT_TRUE(parser.fault()) << bytes;
  }
}

TEST(MessageParser, PassesOverInterimResponses) {
  MessageParser parser = parse(Kind::response,
                               "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
                               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.head().status, 200);
  EXPECT_EQ(parser.head().headers.get("X"), std::nullopt);
}

TEST(MessageParser, KnowsWhichResponsesHaveNoBody) {
  const auto ends_with_its_head = [](Kind kind, std::string_view status) {
    MessageParser parser =
        parse(kind, "HTTP/1.1 " + std::string(status) + " X\r\nContent-Length: 5\r\n\r\n");
    EXPECT_TRUE(parser.done()) << status;
  };

  ends_with_its_head(Kind::response_to_head, "200");
  ends_with_its_head(Kind::response, "204");
  ends_with_its_head(Kind::response, "304");
}

TEST(MessageParser, TakesBareLineFeedsInResponsesOnly) {
  EXPECT_TRUE(parse(Kind::response, "HTTP/1.1 200 OK\nContent-Length: 0\n\n").done());
  EXPECT_TRUE(parse(Kind::request, "GET / HTTP/1.1\nHost: h\n\n").fault());
}

TEST(MessageParser, KnowsWhenTheConnectionStays) {
  const auto stays = [](std::string_view version, std::string_view connection) {
    const std::string bytes = "GET / HTTP/" + std::string(version) +
                              "\r\nHost: h\r\nConnection: " + std::string(connection) + "\r\n\r\n";
    MessageParser parser = parse(Kind::request, bytes);
    EXPECT_TRUE(parser.done());
    return parser.keep_alive();
  };

  EXPECT_TRUE(stays("1.1", ""));
  EXPECT_FALSE(stays("1.1", "upgrade, Close"));
  EXPECT_FALSE(stays("1.0", ""));
  EXPECT_TRUE(stays("1.0", "keep-alive"));
}

TEST(MessageParser, RefusesMalformedRequests) {
  const auto refuses = [](std::string_view bytes, int status) {
    MessageParser parser = parse(Kind::request, bytes);
    ASSERT_TRUE(parser.fault()) << bytes;
    EXPECT_EQ(parser.fault()->status, status) << bytes << parser.fault()->text;
  };

  refuses("\x16\x03\x01\r\n", 400);
  refuses("GET\r\n", 400);
  refuses("GET /\r\n", 400);
  refuses("G T / HTTP/1.1\r\n", 400);
  refuses("GET /a b HTTP/1.1\r\n", 400);
  refuses("GET  HTTP/1.1\r\n", 400);
  refuses("GET / HTTP/2.0\r\n", 505);
  refuses("GET / FTP/1.1\r\n", 400);
  refuses("GET / HTTP/1.1\r\n\r\n", 400);  // no Host
  refuses("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400);
  refuses("GET / HTTP/1.1\r\nno colon\r\n", 400);
  refuses("GET / HTTP/1.1\r\nName : x\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", 400);
  refuses("GET / HTTP/1.1\r\nX: a\rb\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 2\r\n\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501);
  refuses("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400);
}

TEST(MessageParser, HoldsToItsLimits) {
  const auto refuses = [](std::string_view bytes, int status) {
    MessageParser parser = parse(Kind::request, bytes, kSmall);
    ASSERT_TRUE(parser.fault()) << bytes;
    EXPECT_EQ(parser.fault()->status, status) << bytes;
  };
  const std::string chunked = "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

  refuses("GET /" + std::string(200, 'a'), 431);
  refuses("GET / HTTP/1.1\r\nX: " + std::string(200, 'a') + "\r\n", 431);
  refuses("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", 413);
  refuses(chunked + "6\r\nabcdef\r\n5\r\n", 413);
  refuses(chunked + "fffffffffffffff\r\n", 413);
  refuses(chunked + std::string(5000, '0'), 400);
  refuses(chunked + "0\r\nX: " + std::string(200, 'a'), 431);
  MessageParser to_end =
      parse(Kind::response, "HTTP/1.1 200 OK\r\n\r\n" + std::string(11, 'a'), kSmall);
  EXPECT_THAT(to_end.fault()->text, HasSubstr("longer than 10 bytes"));
}

TEST(MessageFields, RefusesWhatWouldSplitAMessage) {
  EXPECT_TRUE(is_valid_field("X-A", "a b\tc\xc3\xa4"));
  EXPECT_FALSE(is_valid_field("X-A", "a\r\nB: c"));
  EXPECT_FALSE(is_valid_field("X A", "a"));
  EXPECT_FALSE(is_valid_field("", "a"));
}

TEST(MessageHead, IsWrittenAsItGoesOnTheWire) {
  EXPECT_EQ(request_head("GET", "/x?y", {{"Host", "h"}}), "GET /x?y HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(response_head(404, {{"A", "b"}}), "HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n");
}

}  // namespace
}  // namespace tributary::net
