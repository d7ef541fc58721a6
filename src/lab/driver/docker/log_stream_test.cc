#include "lab/driver/docker/log_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab::docker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string frame(char stream, std::string_view text) {
  std::string out(8, '\0');
  out[0] = stream;
  for (std::size_t i = 0; i < 4; ++i) out[7 - i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  return out + std::string(text);
}

struct Reader {
  std::vector<std::string> lines;
  LogStream stream{[this](std::string_view line) { lines.emplace_back(line); }};
};

TEST(LogStream, GivesTheLinesOfBothStreams) {
  Reader reader;

  ASSERT_TRUE(reader.stream.take(frame(1, "one\n") + frame(2, "two\n") + frame(1, "three\n")));

  EXPECT_THAT(reader.lines, ElementsAre("one", "two", "three"));
}

TEST(LogStream, IsTheSameInPiecesOfAnySize) {
  const std::string bytes =
      frame(1, "first\nsec") + frame(2, "error\n") + frame(1, "ond\n\n") + frame(1, "open");
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    Reader reader;
    for (std::size_t at = 0; at < bytes.size(); at += size)
      ASSERT_TRUE(reader.stream.take(std::string_view(bytes).substr(at, size)));
    reader.stream.finish();

    EXPECT_THAT(reader.lines, ElementsAre("first", "error", "second", "", "open")) << size;
  }
}

TEST(LogStream, TakesALineApartThatIsTooLong) {
  Reader reader;
  const std::string long_line(LineAssembler::kLineBytesMax + 10, 'x');

  ASSERT_TRUE(reader.stream.take(frame(1, long_line + "\nnext\n")));

  ASSERT_EQ(reader.lines.size(), 3U);
  EXPECT_EQ(reader.lines[0].size(), LineAssembler::kLineBytesMax);
  EXPECT_EQ(reader.lines[1], std::string(10, 'x'));
  EXPECT_EQ(reader.lines[2], "next");
}

TEST(LogStream, IgnoresEmptyFrames) {
  Reader reader;

  ASSERT_TRUE(reader.stream.take(frame(1, "") + frame(1, "a\n")));
  reader.stream.finish();

  EXPECT_THAT(reader.lines, ElementsAre("a"));
}

TEST(LogStream, RefusesWhatIsNoStreamOfFrames) {
  Reader reader;

  const auto taken = reader.stream.take("HTTP/1.1 500");

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), Code::corruption);
  EXPECT_EQ(taken.error().message(),
            "log stream: a frame begins with stream number 72, wanted 0, 1 or 2");
  EXPECT_THAT(reader.lines, IsEmpty());
  EXPECT_FALSE(Reader().stream.take(frame(3, "x")));
  EXPECT_FALSE(Reader().stream.take(frame(static_cast<char>(255), "x")));
}

}  // namespace
}  // namespace tributary::lab::docker
