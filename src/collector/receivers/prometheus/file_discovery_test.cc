#include "collector/receivers/prometheus/file_discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace tributary::collector::prometheus {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A folder of its own for a test, and what the discovery reported.
struct Folder {
  Folder() : path(fs::path(testing::TempDir()) / "file_discovery") {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(path / name) << text;
    // The clock of a file system may be coarse: each writing gets a time of its own.
    fs::last_write_time(path / name, fs::file_time_type() + std::chrono::seconds(++writings));
  }
  std::string operator()(const std::string& name) const { return (path / name).string(); }

  bool refresh(FileDiscovery& discovery) {
    return discovery.refresh([this](const std::string& file, const Error& error) {
      problems.push_back(file + ": " + error.message());
    });
  }

  fs::path path;
  int writings = 0;
  std::vector<std::string> problems;
};

std::vector<std::string> addresses(const FileDiscovery& discovery) {
  std::vector<std::string> all;
  for (const TargetGroup& group : discovery.groups())
    all.insert(all.end(), group.addresses.begin(), group.addresses.end());
  return all;
}

TEST(FileDiscovery, ReadsYamlAndJson) {
  const auto yaml = parse_target_file("x/a.yml", "- targets: [a:1, b:2]\n  labels: {k: v}\n");
  const auto json =
      parse_target_file("x/a.json", R"([{"targets": ["a:1", "b:2"], "labels": {"k": "v"}}])");

  ASSERT_TRUE(yaml);
  ASSERT_TRUE(json);
  EXPECT_THAT((*yaml)[0].addresses, ElementsAre("a:1", "b:2"));
  EXPECT_EQ((*yaml)[0].labels.to_string(), R"({__meta_filepath="x/a.yml", k="v"})");
  EXPECT_EQ((*json)[0].addresses, (*yaml)[0].addresses);
  EXPECT_EQ((*json)[0].labels.get("__meta_filepath"), "x/a.json");
}

TEST(FileDiscovery, RefusesBrokenFilesWithTheReason) {
  const auto fault = [](std::string_view name, std::string text) {
    const auto groups = parse_target_file(name, std::move(text));
    return groups ? "" : groups.error().message();
  };

  EXPECT_THAT(fault("a.json", "[{]"), HasSubstr("byte"));
  EXPECT_THAT(fault("a.json", "{}"), HasSubstr("list of target groups"));
  EXPECT_THAT(fault("a.json", R"([{"targets": [1]}])"), HasSubstr("group 1.targets"));
  EXPECT_THAT(fault("a.json", R"([{"label": {}}])"), HasSubstr("unknown key \"label\""));
  EXPECT_THAT(fault("a.yml", "- target: [x]\n"), HasSubstr("a.yml:1:3"));
  EXPECT_THAT(fault("a.yml", "- targets: [\n"), HasSubstr("a.yml"));
}

TEST(FileDiscovery, FollowsFilesThatComeChangeAndGo) {
  Folder folder;
  FileDiscovery discovery({folder("*.yml"), folder("b.json")});

  EXPECT_FALSE(folder.refresh(discovery));
  folder.write("a.yml", "- targets: [a:1]\n");
  EXPECT_TRUE(folder.refresh(discovery));
  EXPECT_FALSE(folder.refresh(discovery));
  folder.write("b.json", R"([{"targets": ["b:1"]}])");
  folder.write("ignored.json", R"([{"targets": ["c:1"]}])");
  EXPECT_TRUE(folder.refresh(discovery));
  EXPECT_THAT(addresses(discovery), ElementsAre("a:1", "b:1"));

  folder.write("a.yml", "- targets: [a:2]\n");
  EXPECT_TRUE(folder.refresh(discovery));
  EXPECT_THAT(addresses(discovery), ElementsAre("a:2", "b:1"));

  fs::remove(folder("a.yml"));
  EXPECT_TRUE(folder.refresh(discovery));
  EXPECT_THAT(addresses(discovery), ElementsAre("b:1"));
  EXPECT_THAT(folder.problems, IsEmpty());
}

TEST(FileDiscovery, KeepsTheTargetsOfAFileThatBreaks) {
  Folder folder;
  FileDiscovery discovery({folder("a.yml")});
  folder.write("a.yml", "- targets: [a:1]\n");
  folder.refresh(discovery);

  folder.write("a.yml", "- targets: {\n");

  EXPECT_FALSE(folder.refresh(discovery));
  EXPECT_FALSE(folder.refresh(discovery));
  EXPECT_THAT(folder.problems, SizeIs(1));  // until the file changes
  EXPECT_THAT(addresses(discovery), ElementsAre("a:1"));
}

TEST(FileDiscovery, TakesWildcardsOnlyInTheLastPart) {
  EXPECT_TRUE(is_target_file_pattern("foo/*.slow.json"));
  EXPECT_TRUE(is_target_file_pattern("single/file.yml"));
  EXPECT_TRUE(is_target_file_pattern("a.yaml"));
  EXPECT_FALSE(is_target_file_pattern("*/a.yaml"));
  EXPECT_FALSE(is_target_file_pattern("a.yaml.bak"));
}

}  // namespace
}  // namespace tributary::collector::prometheus
