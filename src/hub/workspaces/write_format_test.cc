#include "hub/workspaces/write_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::hub::workspaces {
namespace {

using ::testing::HasSubstr;

Result<WriteFormat> format(std::string_view type, std::string_view encoding = "snappy") {
  return write_format_of({.content_type = type, .content_encoding = encoding, .body = {}});
}

TEST(WriteFormat, GoesByTheMessageThatTheContentTypeNames) {
  EXPECT_EQ(format("").value(), WriteFormat::v1);
  EXPECT_EQ(format("", "").value(), WriteFormat::v1);
  EXPECT_EQ(format("application/x-protobuf").value(), WriteFormat::v1);
  EXPECT_EQ(format("application/x-protobuf;proto=prometheus.WriteRequest").value(),
            WriteFormat::v1);
  EXPECT_EQ(format("application/x-protobuf; proto=io.prometheus.write.v2.Request").value(),
            WriteFormat::v2);
}

TEST(WriteFormat, NamesWhatItDoesNotTake) {
  const auto refused = [](std::string_view type, std::string_view encoding, const char* part) {
    const auto got = format(type, encoding);
    ASSERT_FALSE(got) << type;
    EXPECT_EQ(got.error().code(), Code::unsupported);
    EXPECT_THAT(got.error().message(), HasSubstr(part));
  };

  refused("application/json", "snappy", "got application/json content-type");
  refused("application/x-protobuf;proto=x.Y", "snappy",
          "unknown remote write protobuf message x.Y");
  refused("application/x-protobuf;proto", "snappy", "expected parameters to be key-values");
  refused("application/x-protobuf", "gzip", "gzip encoding (compression) is not accepted");
}

}  // namespace
}  // namespace tributary::hub::workspaces
