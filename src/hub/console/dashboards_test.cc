#include "hub/console/dashboards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/faulty_disk.h"
#include "base/temporary_directory.h"

namespace tributary::hub::console {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kAccount = "111111111111";
constexpr std::string_view kOther = "222222222222";

std::string model(std::string_view title, std::string_view more = "") {
  return "{\"title\":\"" + std::string(title) + "\"" + std::string(more) + "}";
}

class Dashboards : public ::testing::Test {
 protected:
  static DashboardStore::Options options(const std::string& root) {
    return {.directory = root + "/uploads", .folder = root + "/folder", .dashboards_max = 3};
  }
  // A file of the folder.
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(directory_.path() + "/folder/" + name) << text;
  }
  std::vector<std::string> uids(std::string_view account = kAccount) {
    std::vector<std::string> found;
    const auto entries = store_.list(account);
    for (const DashboardEntry& entry : *entries) found.push_back(entry.uid);
    return found;
  }
  std::string refusal(std::string_view uid, std::string_view body) {
    const auto put = store_.put(kAccount, uid, body);
    EXPECT_FALSE(put) << uid;
    return put ? "" : put.error().message();
  }
  Dashboards() { std::filesystem::create_directory(directory_.path() + "/folder"); }

  TemporaryDirectory directory_;
  RealDisk disk_;
  DashboardStore store_{options(directory_.path()), disk_, {}};
};

TEST_F(Dashboards, GivesBackWhatWasPut) {
  const std::string body = R"({"title":"Mine","tags":["a","b",1],"uid":"mine","panels":[]})";

  const auto put = store_.put(kAccount, "mine", body);

  ASSERT_TRUE(put) << put.error().message();
  EXPECT_EQ(put->uid, "mine");
  EXPECT_EQ(put->title, "Mine");
  EXPECT_THAT(put->tags, ElementsAre("a", "b"));
  EXPECT_EQ(put->source, DashboardSource::uploaded);
  EXPECT_GT(put->updated_at, 1.7e9);
  EXPECT_THAT(store_.list(kAccount).value(), ElementsAre(*put));
  EXPECT_EQ(store_.get(kAccount, "mine").value(), body);
}

TEST_F(Dashboards, BelongToTheirAccountAlone) {
  ASSERT_TRUE(store_.put(kAccount, "mine", model("Mine")));

  EXPECT_THAT(uids(kOther), IsEmpty());
  EXPECT_EQ(store_.get(kOther, "mine").error().code(), Code::not_found);
  EXPECT_EQ(store_.remove(kOther, "mine").error().code(), Code::not_found);
  EXPECT_THAT(uids(kAccount), ElementsAre("mine"));
}

TEST_F(Dashboards, AreThereAfterARestart) {
  ASSERT_TRUE(store_.put(kAccount, "mine", model("Mine")));

  DashboardStore again(options(directory_.path()), disk_, {});

  EXPECT_EQ(again.get(kAccount, "mine").value(), model("Mine"));
}

TEST_F(Dashboards, AreReplacedAndRemoved) {
  ASSERT_TRUE(store_.put(kAccount, "mine", model("One")));
  ASSERT_TRUE(store_.put(kAccount, "mine", model("Two")));
  EXPECT_EQ(store_.list(kAccount)->at(0).title, "Two");

  ASSERT_TRUE(store_.remove(kAccount, "mine"));

  EXPECT_THAT(uids(), IsEmpty());
  EXPECT_EQ(store_.remove(kAccount, "mine").error().code(), Code::not_found);
}

TEST_F(Dashboards, OfTheFolderAreEverybodys) {
  write("a.json", model("B", ",\"uid\":\"own-uid\""));
  write("by-name.json", model("A", ",\"uid\":null"));
  write("notes.txt", "no dashboard");

  EXPECT_THAT(uids(kAccount), ElementsAre("by-name", "own-uid"));  // by title
  EXPECT_THAT(uids(kOther), ElementsAre("by-name", "own-uid"));
  EXPECT_EQ(store_.list(kOther)->at(0).source, DashboardSource::folder);
  EXPECT_EQ(store_.get(kOther, "by-name").value(), model("A", ",\"uid\":null"));
}

TEST_F(Dashboards, OfTheFolderAreReadAtEachCall) {
  write("a.json", model("One"));
  ASSERT_EQ(store_.list(kAccount)->at(0).title, "One");

  write("a.json", model("Another"));
  write("b.json", model("New"));

  EXPECT_EQ(store_.list(kAccount)->at(0).title, "Another");
  EXPECT_THAT(uids(), ElementsAre("a", "b"));
}

TEST_F(Dashboards, OfTheFolderAreNotRemovedByAnAccount) {
  write("a.json", model("One"));

  const auto removed = store_.remove(kAccount, "a");

  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code(), Code::invalid_argument);
  EXPECT_THAT(removed.error().message(), HasSubstr("the hub's folder"));
  EXPECT_THAT(uids(), ElementsAre("a"));
}

TEST_F(Dashboards, OfAnAccountHideTheFoldersUntilTheyAreRemoved) {
  write("a.json", model("Folder's"));
  ASSERT_TRUE(store_.put(kAccount, "a", model("Own")));

  EXPECT_EQ(store_.get(kAccount, "a").value(), model("Own"));
  EXPECT_EQ(store_.get(kOther, "a").value(), model("Folder's"));

  ASSERT_TRUE(store_.remove(kAccount, "a"));
  EXPECT_EQ(store_.get(kAccount, "a").value(), model("Folder's"));
}

TEST_F(Dashboards, LeavesOutWhatIsNone) {
  write("a.json", "[1]");
  write("b.json", "{\"title\":");
  write("c.json", model("", ""));
  write("d.json", model("D", ",\"uid\":\"../../x\""));
  write("e.json", model("E"));
  write("f.json", model("F") + std::string(2U << 20, ' '));
  std::filesystem::create_directory(directory_.path() + "/folder/g.json");

  EXPECT_THAT(uids(), ElementsAre("e"));
}

TEST_F(Dashboards, SayOnceWhatIsWrongWithAFile) {
  std::vector<std::string> lines;
  const FakeClock clock;
  const auto sink = std::make_shared<LogSink>(
      LogSink::Options{}, clock, [&](std::string_view line) { lines.emplace_back(line); });
  DashboardStore store(options(directory_.path()), disk_, Logger(sink));
  write("a.json", "{\"title\":");

  static_cast<void>(store.list(kAccount));
  static_cast<void>(store.list(kOther));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("folder/a.json")));

  write("a.json", "[]");
  static_cast<void>(store.list(kAccount));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("not JSON at byte 9"), HasSubstr("want a JSON object")));
}

TEST_F(Dashboards, StayAsTheyAreWhenTheDiskIsFull) {
  FaultyDisk disk;
  DashboardStore store(options(directory_.path()), disk, {});
  ASSERT_TRUE(store.put(kAccount, "a", model("Old")));
  disk.set({.bytes_left = 5});

  const auto put = store.put(kAccount, "a", model("New"));

  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code(), Code::unavailable);
  EXPECT_EQ(store.get(kAccount, "a").value(), model("Old"));
}

TEST_F(Dashboards, AreNotSaidToBeNoneWhereTheFolderCannotBeRead) {
  ASSERT_TRUE(store_.put(kAccount, "a", model("Own")));
  std::filesystem::remove(directory_.path() + "/folder");

  const auto listed = store_.list(kAccount);
  const auto got = store_.get(kAccount, "b");

  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code(), Code::unavailable);
  EXPECT_THAT(listed.error().message(), HasSubstr("/folder"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::unavailable);
  EXPECT_TRUE(store_.put(kAccount, "a", model("Own, again"))) << "needs no folder";
}

TEST_F(Dashboards, AreNotSaidToBeNoneWhereUploadsCannotBeRead) {
  std::filesystem::create_directory(directory_.path() + "/uploads");
  std::ofstream(directory_.path() + "/uploads/" + std::string(kAccount)) << "not a directory";
  const auto reason = [](const auto& result) {
    return result ? std::string("no error") : result.error().message();
  };

  EXPECT_THAT(reason(store_.list(kAccount)), HasSubstr("Not a directory"));
  EXPECT_THAT(reason(store_.get(kAccount, "a")), HasSubstr("Not a directory"));
  EXPECT_THAT(reason(store_.remove(kAccount, "a")), HasSubstr("Not a directory"));
  EXPECT_THAT(reason(store_.put(kAccount, "a", model("A"))), HasSubstr("list"));
}

TEST_F(Dashboards, RefuseAUidThatCannotBeTheNameOfAFile) {
  for (const std::string_view uid : {"", ".", "..", "../x", "a/b", "a.json", "a b", "\xc3\xa9",
                                     "a23456789012345678901234567890123456789012"}) {
    EXPECT_THAT(refusal(uid, model("M")), HasSubstr("must be 1 to 40")) << uid;
    EXPECT_EQ(store_.get(kAccount, uid).error().code(), Code::invalid_argument) << uid;
    EXPECT_EQ(store_.remove(kAccount, uid).error().code(), Code::invalid_argument) << uid;
  }
  EXPECT_THAT(refusal(std::string_view("a\0b", 3), model("M")), HasSubstr("must be 1 to 40"));
}

TEST_F(Dashboards, RefuseABodyThatIsNone) {
  EXPECT_THAT(refusal("a", ""), HasSubstr("not JSON at byte 0"));
  EXPECT_THAT(refusal("a", "{\"title\":\"M\"} x"), HasSubstr("not JSON at byte 14"));
  EXPECT_THAT(refusal("a", "\"title\""), HasSubstr("want a JSON object"));
  EXPECT_THAT(refusal("a", "{}"), HasSubstr("\"title\" is missing"));
  EXPECT_THAT(refusal("a", "{\"title\":1}"), HasSubstr("\"title\" is missing"));
  EXPECT_THAT(refusal("a", "{\"title\":\"\xff\"}"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("a", model(std::string(501, 't'))), HasSubstr("501 bytes, at most 500"));
  EXPECT_THAT(refusal("a", model("M", ",\"uid\":\"b\"")),
              HasSubstr("its \"uid\" is \"b\", the request's \"a\""));
  EXPECT_THAT(refusal("a", model("M") + std::string(1U << 20, ' ')),
              HasSubstr("bytes, at most 1048576"));
  EXPECT_THAT(uids(), IsEmpty());
}

TEST_F(Dashboards, TakeJsonThatIsNestedDeeply) {
  const std::string deep(500'000, '[');

  EXPECT_THAT(refusal("a", "{\"title\":\"M\",\"x\":" + deep), HasSubstr("not JSON"));
}

TEST_F(Dashboards, OfAnAccountAreLimitedInNumber) {
  for (const std::string_view uid : {"a", "b", "c"})
    ASSERT_TRUE(store_.put(kAccount, uid, model(uid)));

  const auto fourth = store_.put(kAccount, "d", model("d"));

  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().code(), Code::limit_exceeded);
  EXPECT_THAT(fourth.error().message(), HasSubstr("has 3 dashboards, at most 3"));
  EXPECT_TRUE(store_.put(kAccount, "b", model("b again")));
  EXPECT_TRUE(store_.put(kOther, "d", model("d")));
}

TEST_F(Dashboards, AreListedAsJson) {
  const DashboardEntry entry{.uid = "a",
                             .title = "<b>\"A\"</b>",
                             .tags = {"x", "y"},
                             .source = DashboardSource::folder,
                             .updated_at = 1'790'000'000.5};

  EXPECT_EQ(to_json(std::vector<DashboardEntry>{}), R"({"dashboards":[]})");
  EXPECT_EQ(to_json(std::vector{entry, entry}),
            "{\"dashboards\":[" + to_json(entry) + "," + to_json(entry) + "]}");
  EXPECT_EQ(to_json(entry),
            R"({"uid":"a","title":"<b>\"A\"</b>","tags":["x","y"],"source":"folder",)"
            R"("updatedAt":1790000000.5})");
}

}  // namespace
}  // namespace tributary::hub::console
