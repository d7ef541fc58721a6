#include "remote/read_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remote/wire.h"

namespace tributary::remote {
namespace {

using testing::HasSubstr;

std::string matcher(std::uint64_t type, std::string_view name, std::string_view value) {
  std::string out;
  append_varint_field(out, 1, type);
  append_bytes_field(out, 2, name);
  append_bytes_field(out, 3, value);
  return out;
}
std::string query(const std::vector<std::string>& matchers) {
  std::string out;
  append_varint_field(out, 1, 1000);
  append_varint_field(out, 2, 2000);
  for (const std::string& one : matchers) append_bytes_field(out, 3, one);
  std::string message;
  append_bytes_field(message, 1, out);
  return message;
}

TEST(ReadRequest, ReadsQueriesWithTheirMatchers) {
  const auto request = decode_read_request(
      query({matcher(0, "__name__", "up"), matcher(3, "job", "a|b")}) + query({}));

  ASSERT_TRUE(request) << request.error().message();
  ASSERT_EQ(request->queries.size(), 2U);
  EXPECT_EQ(request->queries[0].start_ms, 1000);
  EXPECT_EQ(request->queries[0].end_ms, 2000);
  EXPECT_EQ(request->queries[0].matchers[1].to_string(), "job!~\"a|b\"");
  EXPECT_TRUE(request->accepts_samples);
}

TEST(ReadRequest, KnowsWhichAnswersAreTaken) {
  const auto accepts = [](std::initializer_list<std::uint64_t> kinds) {
    std::string message = query({});
    for (const std::uint64_t kind : kinds) append_varint_field(message, 2, kind);
    return decode_read_request(message)->accepts_samples;
  };

  EXPECT_TRUE(accepts({}));
  EXPECT_TRUE(accepts({1, 0}));
  EXPECT_FALSE(accepts({1}));
}

TEST(ReadRequest, RefusesWhatItCannotRead) {
  const auto refused = [](const std::string& message, const char* part, ReadLimits limits = {}) {
    const auto request = decode_read_request(message, limits);
    ASSERT_FALSE(request) << part;
    EXPECT_THAT(request.error().message(), HasSubstr(part));
  };

  refused(query({matcher(4, "a", "b")}), "matcher of type 4");
  refused(query({matcher(2, "a", "(")}), "(");
  refused(std::string("\x0a\x05\x08", 3), "remote read request");
  refused(query({}) + query({}), "more than 1 queries", {.queries_max = 1});
  refused(query({matcher(0, "a", "b"), matcher(0, "c", "d")}), "more than 1 matchers",
          {.matchers_max = 1});
}

}  // namespace
}  // namespace tributary::remote
