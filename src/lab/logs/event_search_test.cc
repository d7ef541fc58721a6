#include "lab/logs/event_search.h"

#include <gmock/gmock.h>

#include "base/temporary_directory.h"

namespace tributary::lab::logs {
namespace {

const GroupName kDemo{"111111111111", "eu-west-1", "/ecs/demo"};

class EventSearchTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = std::move(*LogStore::open(disk_, directory_.path(), clock_, Logger()));
    ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  }
  void put(const std::string& stream, std::int64_t time_ms, std::string_view message) {
    if (!store_->find(kDemo)->streams.contains(stream)) {
      ASSERT_TRUE(store_->create_stream(kDemo, stream));
    }
    ASSERT_TRUE(store_->append(kDemo, stream, timestamp_from_ms(time_ms), message));
  }
  SearchPage find(const SearchQuery& query, std::string_view pattern) {
    const FilterPattern parsed = FilterPattern::parse(pattern).value();
    auto page = search(*store_, kDemo, query, parsed);
    EXPECT_TRUE(page) << page.error().message();
    return page ? *page : SearchPage();
  }

  TemporaryDirectory directory_;
  RealDisk disk_;
  FakeClock clock_;
  std::unique_ptr<LogStore> store_;
};

TEST_F(EventSearchTest, GoesOnWhereItStoppedReadingThoughNothingWasFound) {
  for (int i = 1; i <= 9; ++i) put("s", i, i == 9 ? "needle" : std::string(1000, 'x'));
  SearchQuery query{.streams = {"s"}, .bytes_searched_max = 4'000};

  int pages = 0;
  SearchPage page;
  do {
    page = find(query, "needle");
    query.token = page.next_token;
    ++pages;
  } while (!page.next_token.empty());

  EXPECT_EQ(pages, 3);
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events.front().event.message, "needle");
}

TEST_F(EventSearchTest, FindsEveryEventOnceWhateverThePageAndTheTies) {
  for (int i = 0; i < 300; ++i)
    put(std::string(1, static_cast<char>('a' + i % 7)), 1000 + (i * 37) % 20, std::to_string(i));
  SearchQuery query{.streams = {"a", "b", "c", "d", "e", "f", "g"}, .limit = 7};

  std::vector<std::string> ids;
  std::vector<int> numbers;
  do {
    const SearchPage page = find(query, "");
    for (const FoundEvent& found : page.events) {
      ids.push_back(found.id);
      numbers.push_back(std::stoi(found.event.message));
    }
    query.token = page.next_token;
  } while (!query.token.empty());

  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  std::sort(numbers.begin(), numbers.end());
  ASSERT_EQ(numbers.size(), 300U);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i);
}

TEST_F(EventSearchTest, ReadsMoreOfAStreamThanItReadsAtOnce) {
  for (int i = 0; i < 4'500; ++i) put("s", i, "x");

  const SearchPage page = find({.streams = {"s"}}, "x");

  EXPECT_EQ(page.events.size(), 4'500U);
  EXPECT_EQ(page.next_token, "");
}

TEST_F(EventSearchTest, KeepsAnAnswerWithinOneMebibyte) {
  for (int i = 0; i < 15; ++i) put("s", i, std::string(100'000, 'x'));

  const SearchPage found = find({.streams = {"s"}}, "");
  const auto page = read_page(*store_, kDemo, "s", {.from_head = true});

  EXPECT_EQ(found.events.size(), 10U);
  EXPECT_NE(found.next_token, "");
  EXPECT_EQ(page->events.size(), 10U);
}

TEST_F(EventSearchTest, RefusesTokensThatAreNone) {
  put("s", 1, "x");
  const FilterPattern everything = FilterPattern::parse("").value();

  for (const char* token : {"x", "123", "f/1/s", "-0000000000000000001"}) {
    EXPECT_FALSE(search(*store_, kDemo, {.streams = {"s"}, .token = token}, everything)) << token;
    EXPECT_FALSE(read_page(*store_, kDemo, "s", {.token = token})) << token;
  }
}

TEST_F(EventSearchTest, KeepsATokenGoodWhenEventsExpire) {
  const std::int64_t now_ms = to_ms(clock_.now());
  put("s", now_ms - 3'600'000, "1");
  put("s", now_ms, "2");
  put("s", now_ms + 1, "3");
  const auto first = read_page(*store_, kDemo, "s", {.from_head = true, .limit = 2});
  ASSERT_TRUE(store_->set_retention(kDemo, 1));
  clock_.advance(23h + 30min);

  const auto next = read_page(*store_, kDemo, "s", {.token = first->forward_token});
  const auto before = read_page(*store_, kDemo, "s", {.token = next->backward_token});

  EXPECT_EQ(next->events.front().message, "3");
  ASSERT_EQ(before->events.size(), 1U);
  EXPECT_EQ(before->events.front().message, "2");
}

}  // namespace
}  // namespace tributary::lab::logs
