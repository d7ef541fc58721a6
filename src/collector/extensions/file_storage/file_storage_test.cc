#include "collector/extensions/file_storage/file_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/temporary_directory.h"
#include "collector/pipeline/fake_context.h"
#include "config/yaml.h"

namespace tributary::collector::file_storage {
namespace {

using ::testing::HasSubstr;

class FileStorageTest : public ::testing::Test {
 protected:
  // Its settings, or what is wrong with them.
  Config config(const std::string& text, std::string* messages = nullptr) {
    config::Diagnostics diagnostics;
    Config out;
    config::decode(config::parse(text, "t.yaml", diagnostics), out, diagnostics);
    if (messages) *messages = diagnostics.render();
    return out;
  }
  FileStorage make(Config settings) {
    return {context_.make({"file_storage", ""}), std::move(settings)};
  }

  TemporaryDirectory directory_;
  FakeContext context_;
  FakeHost host_;
};

TEST_F(FileStorageTest, HasAPlaceForEachExporter) {
  const FileStorage storage = make(config("{directory: /a, max_size: 1000000, fsync: true}"));

  const auto plain = storage.place_for({"prometheusremotewrite", ""});
  const auto named = storage.place_for({"prometheusremotewrite", "eu/1"});

  EXPECT_EQ(plain.directory, "/a/exporter_prometheusremotewrite");
  EXPECT_EQ(named.directory, "/a/exporter_prometheusremotewrite_eu_1");
  EXPECT_EQ(plain.bytes_max, 1'000'000u);
  EXPECT_TRUE(plain.fsync);
}

TEST_F(FileStorageTest, WantsADirectoryOrMakesIt) {
  const std::string path = directory_.path() + "/a/b";

  const auto refused = make(config("{directory: " + path + "}")).start(host_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr(path));
  EXPECT_THAT(refused.error().message(), HasSubstr("create_directory"));

  EXPECT_TRUE(make(config("{directory: " + path + ", create_directory: true}")).start(host_));
  EXPECT_TRUE(std::filesystem::is_directory(path));
  EXPECT_TRUE(make(config("{directory: " + path + "}")).start(host_));
}

TEST_F(FileStorageTest, RefusesWrongSettingsWithTheirLine) {
  std::string messages;

  config("directory: ''\ndirectory_permissions: '0999'", &messages);

  EXPECT_THAT(messages, HasSubstr("t.yaml:1"));
  EXPECT_THAT(messages, HasSubstr("t.yaml:2"));
  EXPECT_THAT(messages, HasSubstr("\"0999\""));
}

TEST_F(FileStorageTest, AcceptsWhatHasNoMeaningHere) {
  std::string messages;

  config("{timeout: 1s, compaction: {on_start: true, directory: /tmp}, recreate: true}", &messages);

  EXPECT_THAT(messages, HasSubstr("compaction"));
  EXPECT_THAT(messages, HasSubstr("no effect"));
}

}  // namespace
}  // namespace tributary::collector::file_storage
