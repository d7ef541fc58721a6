#include "remote/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tributary::remote {
namespace {

using testing::HasSubstr;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

std::string fault_of(std::string_view message) {
  WireReader reader(message, "M");
  while (reader.next()) {
  }
  return reader.fault() ? reader.fault()->message() : "none";
}

TEST(Wire, ReadsWhatItWrites) {
  std::string out;
  append_varint_field(out, 1, std::numeric_limits<std::uint64_t>::max());
  append_varint_field(out, 2, zigzag(std::numeric_limits<std::int64_t>::min()));
  append_float64_field(out, 3, -0.5);
  append_bytes_field(out, 16, "text");

  WireReader reader(out, "M");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.varint(), std::numeric_limits<std::uint64_t>::max());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.sint64(), std::numeric_limits<std::int64_t>::min());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.float64(), -0.5);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.field(), 16U);
  EXPECT_EQ(reader.bytes(), "text");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.fault());
}

TEST(Wire, GivesTheSizesOfVarints) {
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16383},
        std::uint64_t{16384}, ~std::uint64_t{0}}) {
    std::string out;
    append_varint(out, value);
    EXPECT_EQ(varint_size(value), out.size()) << value;
  }
}

TEST(Wire, SkipsFieldsThatNobodyReads) {
  const std::string message =
      bytes({0x08, 0x96, 0x01, 0x12, 2, 'a', 'b', 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4});

  WireReader reader(message, "M");

  for (const std::uint32_t field : {1U, 2U, 3U, 4U}) {
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.field(), field);
  }
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.fault());
}

TEST(Wire, NamesThePlaceAndTheProblemOfAFault) {
  EXPECT_EQ(fault_of(bytes({0x08})), "byte 0, field 1 of M: a number is cut off");
  EXPECT_EQ(fault_of(bytes({0x08, 1, 0x12, 5, 'a'})),
            "byte 2, field 2 of M: length 5, but only 1 bytes are left");
  EXPECT_EQ(fault_of(bytes({0x09, 1, 2})), "byte 0, field 1 of M: a number is cut off");
  EXPECT_EQ(fault_of(bytes({0x25, 1, 2})), "byte 0, field 4 of M: a number is cut off");
  EXPECT_EQ(fault_of(bytes({0x0b})), "byte 0, field 1 of M: wire type 3, want 0, 1, 2 or 5");
  EXPECT_EQ(fault_of(bytes({0x00, 1})), "byte 0, field 0 of M: there is no field 0");
  EXPECT_THAT(fault_of(bytes({0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})),
              HasSubstr("more than 10 bytes"));
}

TEST(Wire, RefusesAFieldOfAnotherType) {
  const std::string message = bytes({0x08, 1});
  WireReader reader(message, "M");
  ASSERT_TRUE(reader.next());

  EXPECT_EQ(reader.bytes(), "");

  EXPECT_EQ(reader.fault()->message(), "byte 0, field 1 of M: wire type 0, want 2");
  EXPECT_FALSE(reader.next());
}

TEST(Wire, CountsBytesOfNestedMessagesFromTheBeginningOfTheBody) {
  const std::string message = bytes({0x08, 1, 0x12, 2, 0x0a, 9});
  WireReader reader(message, "M");
  ASSERT_TRUE(reader.next());
  ASSERT_TRUE(reader.next());

  WireReader part = reader.message("Part");
  ASSERT_TRUE(part.next());
  part.bytes();
  reader.adopt_fault(part);

  EXPECT_EQ(reader.fault()->message(),
            "byte 4, field 1 of Part: length 9, but only 0 bytes are left");
}

}  // namespace
}  // namespace tributary::remote
