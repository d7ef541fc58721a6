#include "lab/logs/log_store.h"

#include <gmock/gmock.h>

#include "base/temporary_directory.h"

namespace tributary::lab::logs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const GroupName kDemo{"111111111111", "eu-west-1", "/ecs/demo"};

class LogStoreTest : public testing::Test {
 protected:
  void SetUp() override { open({}); }
  void open(LogStore::Limits limits) {
    store_.reset();
    auto opened = LogStore::open(disk_, path_, clock_, Logger(), limits);
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = std::move(*opened);
  }
  std::vector<std::string> messages(const std::string& stream) {
    std::vector<std::string> out;
    const std::vector<LogEvent> events = store_->read(kDemo, stream, {}).value();
    for (const LogEvent& event : events) out.push_back(event.message);
    return out;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/logs";
  RealDisk disk_;
  FakeClock clock_;
  std::unique_ptr<LogStore> store_;
};

TEST_F(LogStoreTest, KeepsAContainersLines) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  auto writer = std::move(*store_->open_stream(kDemo, "ecs/app/1"));

  writer->put(clock_.now(), "started");
  writer->put(clock_.now(), "");
  writer->put(clock_.now() + 1ms, "listening");

  EXPECT_THAT(messages("ecs/app/1"), ElementsAre("started", "listening"));
}

TEST_F(LogStoreTest, RefusesAStreamOfAGroupThatIsNotThere) {
  const auto opened = store_->open_stream(kDemo, "ecs/app/1");

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::not_found);
  EXPECT_EQ(opened.error().message(), "The specified log group does not exist.");
}

TEST_F(LogStoreTest, CountsLinesThatNobodyKeeps) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  auto writer = std::move(*store_->open_stream(kDemo, "ecs/app/1"));
  ASSERT_TRUE(store_->remove_group(kDemo));

  writer->put(clock_.now(), "late");

  EXPECT_EQ(store_->lines_lost(), 1U);
}

TEST_F(LogStoreTest, KnowsEverythingAfterARestart) {
  const std::string long_name(512, '/');
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_group({"111111111111", "eu-west-1", long_name}, clock_.now()));
  ASSERT_TRUE(store_->create_group({"111111111111", "eu-west-1", ".."}, clock_.now()));
  ASSERT_TRUE(store_->set_retention(kDemo, 7));
  ASSERT_TRUE(store_->set_tags(kDemo, {{"team", "a\"b"}}));
  ASSERT_TRUE(store_->create_stream(kDemo, "one"));
  ASSERT_TRUE(store_->append(kDemo, "one", clock_.now(), "line"));

  open({});

  const LogGroup* group = store_->find(kDemo);
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->created_ms, to_ms(clock_.now()));
  EXPECT_EQ(group->retention_days, 7);
  EXPECT_THAT(group->tags, ElementsAre(testing::Pair("team", "a\"b")));
  EXPECT_THAT(messages("one"), ElementsAre("line"));
  EXPECT_EQ(store_->groups("111111111111", "eu-west-1").size(), 3U);
  EXPECT_THAT(store_->groups("222222222222", "eu-west-1"), IsEmpty());
}

TEST_F(LogStoreTest, TellsAccountsAndRegionsApart) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));

  EXPECT_TRUE(store_->create_group({"222222222222", "eu-west-1", "/ecs/demo"}, clock_.now()));
  EXPECT_TRUE(store_->create_group({"111111111111", "eu-west-2", "/ecs/demo"}, clock_.now()));
  EXPECT_EQ(store_->create_group(kDemo, clock_.now()).error().code(), Code::already_exists);
  EXPECT_FALSE(store_->create_group({"111111111111", "..", "x"}, clock_.now()));
}

TEST_F(LogStoreTest, LeavesNothingOfARemovedGroup) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_stream(kDemo, "one"));
  ASSERT_TRUE(store_->append(kDemo, "one", clock_.now(), "line"));

  ASSERT_TRUE(store_->remove_group(kDemo));

  EXPECT_EQ(store_->find(kDemo), nullptr);
  EXPECT_THAT(*disk_.list(path_), IsEmpty());
  EXPECT_EQ(store_->remove_group(kDemo).error().code(), Code::not_found);
}

TEST_F(LogStoreTest, RemovesWhatACrashHasLeftOfARemovedGroup) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_stream(kDemo, "one"));
  const std::string region = path_ + "/111111111111/eu-west-1";
  const std::string group = region + "/" + disk_.list(region)->front();
  ASSERT_TRUE(disk_.remove(group + "/group.json"));

  open({});

  EXPECT_EQ(store_->find(kDemo), nullptr);
  EXPECT_FALSE(disk_.exists(group));
}

TEST_F(LogStoreTest, ForgetsEventsWithTheGroupsRetention) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_stream(kDemo, "one"));
  ASSERT_TRUE(store_->append(kDemo, "one", clock_.now() - 48h, "old"));
  ASSERT_TRUE(store_->append(kDemo, "one", clock_.now(), "new"));
  EXPECT_THAT(messages("one"), ElementsAre("old", "new"));

  ASSERT_TRUE(store_->set_retention(kDemo, 1));
  EXPECT_THAT(messages("one"), ElementsAre("new"));
  clock_.advance(25h);
  EXPECT_THAT(messages("one"), IsEmpty());

  EXPECT_EQ(store_->find(kDemo)->bytes(), 0U);
}

TEST_F(LogStoreTest, KeepsAStreamWithinItsLimit) {
  open({.stream_bytes_max = 600U << 10});
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_stream(kDemo, "one"));

  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(store_->append(kDemo, "one", clock_.now(), std::string(100 << 10, 'x')));

  EXPECT_LE(store_->find(kDemo)->bytes(), 600U << 10);
  EXPECT_GE(messages("one").size(), 3U);
}

TEST_F(LogStoreTest, WritesMoreStreamsThanItKeepsFilesOpen) {
  open({.open_files_max = 2});
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  for (const char* stream : {"a", "b", "c"}) ASSERT_TRUE(store_->create_stream(kDemo, stream));

  for (int i = 0; i < 3; ++i)
    for (const char* stream : {"a", "b", "c"})
      ASSERT_TRUE(store_->append(kDemo, stream, clock_.now(), std::to_string(i)));

  for (const char* stream : {"a", "b", "c"})
    EXPECT_THAT(messages(stream), ElementsAre("0", "1", "2"));
}

TEST_F(LogStoreTest, HoldsToItsLimitsOfGroupsAndStreams) {
  open({.groups_max = 1, .streams_max = 1});
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_stream(kDemo, "a"));

  EXPECT_EQ(store_->create_stream(kDemo, "b").error().code(), Code::limit_exceeded);
  EXPECT_EQ(store_->create_group({"111111111111", "eu-west-1", "b"}, clock_.now()).error().code(),
            Code::limit_exceeded);
}

TEST_F(LogStoreTest, GivesEachStreamANumberOfItsOwn) {
  ASSERT_TRUE(store_->create_group(kDemo, clock_.now()));
  ASSERT_TRUE(store_->create_stream(kDemo, "a"));
  ASSERT_TRUE(store_->create_stream(kDemo, "b"));
  ASSERT_TRUE(store_->remove_stream(kDemo, "a"));

  ASSERT_TRUE(store_->create_stream(kDemo, "c"));

  EXPECT_EQ(store_->find(kDemo)->streams.at("c").number, 3U);
}

}  // namespace
}  // namespace tributary::lab::logs
