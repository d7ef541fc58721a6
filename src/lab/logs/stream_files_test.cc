#include "lab/logs/stream_files.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/temporary_directory.h"

namespace tributary::lab::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kNewest = StreamFiles::Order::newest_first;

class StreamFilesTest : public testing::Test {
 protected:
  StreamFiles open() { return std::move(*StreamFiles::open(disk_, path_)); }
  static void put(StreamFiles& files, std::int64_t time, std::string_view message) {
    EXPECT_TRUE(files.append(time, time + 5, message));
  }
  static std::vector<std::string> messages(StreamFiles& files, const StreamFiles::Query& query) {
    std::vector<std::string> out;
    const std::vector<LogEvent> events = files.read(query).value();
    for (const LogEvent& event : events) out.push_back(event.message);
    return out;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/1";
  RealDisk disk_;
};

TEST_F(StreamFilesTest, GivesBackWhatWasPutInTheOrderOfTime) {
  StreamFiles files = open();
  put(files, 30, "c");
  put(files, 10, "a");
  put(files, 20, "b");
  put(files, 20, "b again");

  EXPECT_THAT(messages(files, {}), ElementsAre("a", "b", "b again", "c"));
  EXPECT_EQ(files.first_timestamp_ms(), 10);
  EXPECT_EQ(files.last_timestamp_ms(), 30);
  EXPECT_EQ(files.last_ingestion_ms(), 35);
}

TEST_F(StreamFilesTest, KeepsEveryTextOnOneLine) {
  const std::string text = "a\nb\\n\r\\ \xF0\x9F\x98\x80";
  StreamFiles files = open();
  put(files, 1, text);
  put(files, 2, "bad \xff\xc3 byte");
  put(files, 3, " ");

  EXPECT_THAT(messages(files, {}), ElementsAre(text, "bad \xEF\xBF\xBD\xEF\xBF\xBD byte", " "));
}

TEST_F(StreamFilesTest, ReadsFromBothEndsAndBetweenPositions) {
  StreamFiles files = open();
  for (int i = 1; i <= 9; ++i) put(files, i * 10, std::to_string(i));

  EXPECT_THAT(messages(files, {.events_max = 2}), ElementsAre("1", "2"));
  EXPECT_THAT(messages(files, {.order = kNewest, .events_max = 2}), ElementsAre("8", "9"));
  EXPECT_THAT(messages(files, {.after = {30, 3}, .events_max = 2}), ElementsAre("4", "5"));
  EXPECT_THAT(messages(files, {.after = {30, 0}, .events_max = 1}), ElementsAre("3"));
  EXPECT_THAT(messages(files, {.before = {30, 3}, .order = kNewest, .events_max = 1}),
              ElementsAre("2"));
  EXPECT_THAT(messages(files, {.after = {90, 9}}), IsEmpty());
}

TEST_F(StreamFilesTest, StopsAtTheLimitOfBytesButGivesOneEventAtLeast) {
  StreamFiles files = open();
  for (int i = 1; i <= 4; ++i) put(files, i, std::string(100, 'x'));

  EXPECT_EQ(messages(files, {.bytes_max = 300}).size(), 2U);
  EXPECT_EQ(messages(files, {.bytes_max = 10}).size(), 1U);
}

TEST_F(StreamFilesTest, FindsTheNearestEventsInManyOverlappingFiles) {
  StreamFiles files = open();
  const std::string padding(3000, '.');
  for (int i = 0; i < 400; ++i) put(files, (i * 7919) % 1000, padding);
  for (int i = 0; i < 400; ++i) put(files, 2000 + i, padding);
  ASSERT_GT(disk_.list(path_)->size(), 6U);
  std::vector<LogEvent> all = *files.read({.bytes_max = 1U << 30});
  ASSERT_EQ(all.size(), 800U);

  const auto times = [](const std::vector<LogEvent>& events) {
    std::vector<std::int64_t> out;
    for (const LogEvent& event : events) out.push_back(event.position.timestamp_ms);
    return out;
  };
  const std::vector<LogEvent> first(all.begin(), all.begin() + 150);
  const std::vector<LogEvent> last(all.end() - 450, all.end());

  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.position < b.position; }));
  EXPECT_EQ(times(*files.read({.events_max = 150})), times(first));
  EXPECT_EQ(times(*files.read({.order = kNewest, .events_max = 450, .bytes_max = 1U << 30})),
            times(last));
}

TEST_F(StreamFilesTest, ReadsOnAfterARestartAndLeavesALineThatWasCutOff) {
  {
    StreamFiles files = open();
    put(files, 1, "one");
    put(files, 2, "two");
  }
  const std::string file = path_ + "/" + disk_.list(path_)->front();
  const std::string text = *disk_.read(file);
  ASSERT_TRUE(disk_.replace(file, text + "3 3 cut of"));

  StreamFiles files = open();
  put(files, 4, "four");

  EXPECT_THAT(messages(files, {}), ElementsAre("one", "two", "four"));
  EXPECT_EQ(files.read({.events_max = 3})->back().position, (Position{4, 3}));
}

TEST_F(StreamFilesTest, DropsOldFiles) {
  StreamFiles files = open();
  const std::string padding(100 << 10, '.');
  for (int i = 1; i <= 9; ++i) put(files, i, padding);
  ASSERT_EQ(disk_.list(path_)->size(), 3U);

  ASSERT_TRUE(files.drop_before(4));
  EXPECT_EQ(files.first_timestamp_ms(), 4);
  EXPECT_EQ(disk_.list(path_)->size(), 2U);

  ASSERT_TRUE(files.drop_to(400 << 10));
  EXPECT_EQ(files.first_timestamp_ms(), 7);
  ASSERT_TRUE(files.drop_before(100));
  EXPECT_TRUE(files.empty());
  put(files, 101, "next");
  EXPECT_THAT(messages(files, {}), ElementsAre("next"));
}

}  // namespace
}  // namespace tributary::lab::logs
