#include "tsdb/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "base/crc32c.h"
#include "base/faulty_disk.h"
#include "tsdb/block_test_support.h"

namespace tributary::tsdb {
namespace {

using testing::difference;
using testing::Everything;
using testing::has_promtool;
using ::testing::HasSubstr;
using testing::read_block;
using testing::run;
using testing::TemporaryDirectory;
using testing::write_block;

constexpr std::int64_t kStart = 1'699'999'200'000;  // a border of two hours
constexpr std::int64_t kEnd = kStart + 7'200'000;

Everything make_series(int series, int samples) {
  Everything out;
  for (int i = 0; i < series; ++i) {
    const Labels labels{{"__name__", "metric_" + std::to_string(i % 7)},
                        {"instance", "host-" + std::to_string(i)},
                        {"odd", i % 2 == 0 ? "" : "yes"},
                        {"path", "/ä\"\\\n"}};
    std::vector<Label> kept(labels.begin(), labels.end());
    std::erase_if(kept, [](const Label& label) { return label.value.empty(); });
    auto& list = out[Labels(kept)];
    for (int t = 0; t < samples; ++t) {
      list.push_back({kStart + t * 15'000 + i, std::sin(t * 0.1 + i) * 1000});
    }
  }
  return out;
}

class BlockTest : public ::testing::Test {
 protected:
  BlockPtr write(const Everything& series) {
    const auto meta = write_block(disk_, directory_.path(), series, kStart, kEnd).value();
    return Block::open(disk_, directory_.path() + '/' + meta->ulid.to_string()).value();
  }
  static Everything matching(const Everything& series, const Matchers& matchers) {
    Everything out;
    for (const auto& entry : series) {
      if (matches(matchers, entry.first)) out.insert(entry);
    }
    return out;
  }

  TemporaryDirectory directory_;
  RealDisk disk_;
};

TEST_F(BlockTest, GivesBackWhatWasWritten) {
  const Everything series = make_series(100, 300);

  const BlockPtr block = write(series);

  EXPECT_EQ(difference(read_block(block), series), "");
  EXPECT_EQ(block->meta().samples, 30'000U);
  EXPECT_EQ(block->meta().float_samples, 30'000U);
  EXPECT_EQ(block->meta().series, 100U);
  EXPECT_EQ(block->meta().chunks, 200U) << "of 240 samples and of 60";
}

TEST_F(BlockTest, FindsSeriesByEveryKindOfMatcher) {
  const Everything series = make_series(200, 3);
  const BlockPtr block = write(series);
  const auto check = [&](std::vector<std::tuple<MatchType, std::string, std::string>> wanted) {
    Matchers matchers;
    for (auto& [type, name, value] : wanted) {
      matchers.push_back(Matcher::create(type, name, value).value());
    }
    EXPECT_EQ(difference(read_block(block, matchers), matching(series, matchers)), "");
    return matching(series, matchers).size();
  };
  using enum MatchType;

  EXPECT_EQ(check({{equal, "__name__", "metric_3"}}), 29U);
  EXPECT_EQ(check({{equal, "__name__", "nobody"}}), 0U);
  EXPECT_EQ(check({{equal, "instance", "host-17"}, {regex, "__name__", "metric_.*"}}), 1U);
  EXPECT_EQ(check({{regex, "instance", "host-1|host-2|host-2000"}}), 2U);
  EXPECT_EQ(check({{regex, "instance", "host-1[0-9]"}}), 10U);
  EXPECT_EQ(check({{regex, "instance", "host-1?7"}}), 2U);
  EXPECT_EQ(check({{regex, "instance", ".*7"}}), 20U);
  EXPECT_EQ(check({{not_regex, "instance", "host-1.*"}}), 89U);
  EXPECT_EQ(check({{not_equal, "__name__", "metric_3"}}), 171U);
  EXPECT_EQ(check({{equal, "odd", ""}}), 100U);
  EXPECT_EQ(check({{not_equal, "odd", ""}, {not_equal, "instance", "host-1"}}), 99U);
  EXPECT_EQ(check({{regex, "odd", "yes|"}, {equal, "missing", ""}}), 200U);
  EXPECT_EQ(check({{regex, "odd", "|no"}}), 100U);
  EXPECT_EQ(check({{not_equal, "missing", ""}}), 0U);
}

TEST_F(BlockTest, ReadsOnlyTheTimeAskedFor) {
  const Everything series = make_series(3, 300);
  const BlockPtr block = write(series);

  const Everything part = read_block(block, {}, kStart + 1'800'000, kStart + 1'815'000);

  ASSERT_EQ(part.size(), 3U);
  EXPECT_EQ(part.begin()->second.size(), 2U);
  EXPECT_TRUE(read_block(block, {}, kEnd, kEnd + 1).empty());
}

TEST_F(BlockTest, ListsLabelNamesAndValues) {
  const BlockPtr block = write(make_series(10, 3));
  const auto querier = make_block_querier(block, kStart, kEnd);
  const Matchers odd{Matcher::equal("odd", "yes")};
  const Matchers even{Matcher::equal("odd", "")};

  EXPECT_EQ(querier->label_names({}).value(),
            (std::vector<std::string>{"__name__", "instance", "odd", "path"}));
  EXPECT_EQ(querier->label_names(even).value(),
            (std::vector<std::string>{"__name__", "instance", "path"}));
  EXPECT_EQ(querier->label_values("odd", {}).value(), std::vector<std::string>{"yes"});
  EXPECT_EQ(querier->label_values("instance", odd).value(),
            (std::vector<std::string>{"host-1", "host-3", "host-5", "host-7", "host-9"}));
}

TEST_F(BlockTest, DeletesBetweenTwoTimes) {
  Everything series = make_series(4, 300);
  const BlockPtr block = write(series);
  const Interval deleted{kStart + 100'000, kStart + 2'000'000};

  const auto count =
      block->delete_series(disk_, std::vector{Matcher::equal("instance", "host-2")}, deleted);

  EXPECT_EQ(count.value(), 1U);
  for (auto& [labels, samples] : series) {
    if (labels.get("instance") != "host-2") continue;
    std::erase_if(samples, [&](const Sample& sample) {
      return sample.timestamp_ms >= deleted.min_ms && sample.timestamp_ms <= deleted.max_ms;
    });
  }
  EXPECT_EQ(difference(read_block(block), series), "");
  EXPECT_EQ(difference(read_block(Block::open(disk_, block->directory()).value()), series), "");
}

TEST_F(BlockTest, LeavesOutWhatIsOutsideItsTimeAndMergesOverlaps) {
  const Everything series = make_series(2, 300);
  auto builder = [&] {
    SystemRandom random;
    BlockMeta meta;
    meta.ulid = Ulid::make(0, random);
    meta.min_ms = kStart + 1'000'000;
    meta.end_ms = kStart + 2'000'000;
    return BlockBuilder::create(disk_, directory_.path(), meta).value();
  }();
  testing::SamplesStream one(series, 50);
  testing::SamplesStream two(series, 70);
  while (one.next().value() && two.next().value()) {
    std::vector<Chunk> chunks(one.chunks().begin(), one.chunks().end());
    chunks.insert(chunks.end(), two.chunks().begin(), two.chunks().end());
    std::sort(chunks.begin(), chunks.end(),
              [](const Chunk& a, const Chunk& b) { return a.min_ms < b.min_ms; });
    ASSERT_TRUE(builder->add(one.labels(), chunks));
  }

  const BlockMeta meta = *builder->finish().value();

  const auto block = Block::open(disk_, directory_.path() + '/' + meta.ulid.to_string()).value();
  Everything expected = series;
  for (auto& [labels, samples] : expected) {
    std::erase_if(samples, [&](const Sample& sample) {
      return sample.timestamp_ms < meta.min_ms || sample.timestamp_ms >= meta.end_ms;
    });
  }
  EXPECT_EQ(difference(read_block(block), expected), "");
}

TEST_F(BlockTest, LeavesNothingBehindWhereNothingCame) {
  const auto made = write_block(disk_, directory_.path(), {}, kStart, kEnd);

  EXPECT_FALSE(made.value().has_value());
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(BlockTest, IsThereAsAWholeOrNotAtAll) {
  const Everything series = make_series(5, 10);
  int whole = 0;
  for (std::uint64_t operations = 0; operations < 40; ++operations) {
    TemporaryDirectory directory;
    FaultyDisk disk;
    disk.set({.operations_left = operations});

    const auto made = write_block(disk, directory.path(), series, kStart, kEnd);

    disk.set({});
    disk.lose_unsynced();
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(kBlockBeingMade)) continue;
      EXPECT_EQ(difference(read_block(Block::open(disk, entry.path().string()).value()), series),
                "");
      ++whole;
    }
    EXPECT_TRUE(!made || whole > 0);
  }
  EXPECT_GT(whole, 5);
}

TEST_F(BlockTest, ReportsDamageByFileAndNeverCrashes) {
  const BlockPtr block = write(make_series(20, 30));
  const std::string path = block->directory();
  const auto message = [&](const std::string& file, std::size_t at) -> std::string {
    const std::string whole = disk_.read(path + file).value();
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    disk_.replace(path + file, damaged).value();
    const auto opened = Block::open(disk_, path);
    std::string out;
    if (!opened) {
      out = opened.error().message();
    } else {
      const auto list = make_block_querier(*opened, kStart, kEnd)->select({});
      if (!list) out = list.error().message();
      for (std::size_t i = 0; list && i < (*list)->size(); ++i) {
        SeriesSamples samples;
        const auto done = (*list)->read(i, samples);
        if (!done) out = done.error().message();
      }
    }
    disk_.replace(path + file, whole).value();
    return out;
  };
  const std::size_t index_size = block->index().bytes();

  EXPECT_THAT(message("/index", 0), HasSubstr("/index is not an index"));
  EXPECT_THAT(message("/index", 4), HasSubstr("/index: index of format version 18, wanted 1"));
  EXPECT_THAT(message("/index", 20), HasSubstr("/index: checksum mismatch of symbols at offset 5"));
  EXPECT_THAT(message("/index", index_size - 1), HasSubstr("table of contents"));
  EXPECT_THAT(message("/chunks/000001", 3), HasSubstr("/chunks/000001 is not a file of chunks"));
  EXPECT_THAT(message("/chunks/000001", 30),
              HasSubstr("/chunks/000001: chunk at offset 8 has a checksum mismatch"));
  EXPECT_THAT(message("/tombstones", 8), HasSubstr("/tombstones: checksum mismatch"));
  EXPECT_THAT(message("/meta.json", 0), HasSubstr("/meta.json is not a JSON object"));
  for (std::size_t at = 0; at < index_size; at += 3) message("/index", at);
}

TEST_F(BlockTest, RefusesUnknownChunksByName) {
  const BlockPtr block = write(make_series(1, 3));
  const std::string path = block->directory() + "/chunks/000001";
  std::string bytes = disk_.read(path).value();
  bytes[9] = 5;  // the encoding, after one byte of length
  const std::string_view checked = std::string_view(bytes).substr(9, bytes.size() - 9 - 4);
  char crc[4];
  store_be32(crc, crc32c(checked));
  bytes.replace(bytes.size() - 4, 4, crc, 4);
  disk_.replace(path, bytes).value();
  const auto opened = Block::open(disk_, block->directory()).value();

  SeriesSamples samples;
  const auto done = make_block_querier(opened, kStart, kEnd)->select({}).value()->read(0, samples);

  EXPECT_EQ(done.error().code(), Code::unsupported);
  EXPECT_THAT(done.error().message(), HasSubstr("has the encoding histogramST (5)"));
}

TEST(BlockMeta, ReadsWhatMimirAndThanosAdd) {
  const std::string json = R"({"version":1,"ulid":"01HFYK0000000000000000000A","minTime":1,
    "maxTime":2,"stats":{"numSamples":3,"numSeries":1,"numChunks":1,"future":{"x":[1]}},
    "compaction":{"level":2,"sources":["01HFYK0000000000000000000B"],
    "parents":[{"ulid":"01HFYK0000000000000000000B","minTime":1,"maxTime":2}],
    "hints":["from-out-of-order"]},"out_of_order":true,
    "thanos":{"labels":{"tenant":"a"},"downsample":{"resolution":0},"source":"receive"}})";

  const auto meta = parse_block_meta(json, "meta.json");

  ASSERT_TRUE(meta) << meta.error().message();
  EXPECT_EQ(meta->level, 2U);
  EXPECT_EQ(meta->samples, 3U);
  EXPECT_EQ(meta->parents.size(), 1U);
  EXPECT_EQ(parse_block_meta(to_json(*meta), "").value(), *meta);
}

TEST(BlockMeta, RefusesDownsampledBlocksByName) {
  const auto meta = parse_block_meta(
      R"({"version":1,"ulid":"01HFYK0000000000000000000A","minTime":1,"maxTime":2,
          "thanos":{"downsample":{"resolution":300000}}})",
      "x/meta.json");

  EXPECT_EQ(meta.error().code(), Code::unsupported);
  EXPECT_EQ(meta.error().message(),
            "x/meta.json: a block downsampled by Thanos to 300000 ms "
            "(thanos.downsample.resolution) holds aggregates, not samples");
}

TEST(Ulid, IsReadAndWrittenAsOthersDo) {
  const auto ulid = Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");

  ASSERT_TRUE(ulid);
  EXPECT_EQ(ulid->ms(), 1'469'922'850'259);  // the example of the specification
  EXPECT_EQ(ulid->to_string(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_FALSE(Ulid::parse("81ARZ3NDEKTSV4RRFFQ69G5FAV"));
  EXPECT_FALSE(Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAU"));
}

// What promtool's dump of `directory` says, as samples.
Everything dump(const std::string& directory) {
  std::filesystem::create_directories(directory + "/wal");  // promtool wants one
  Everything out;
  std::istringstream lines(run("promtool tsdb dump '" + directory + "'"));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t time_at = line.rfind(' ');
    const std::size_t value_at = line.rfind(' ', time_at - 1);
    std::vector<Label> labels;
    for (std::size_t at = 1; line[at] != '}';) {
      const std::size_t equals = line.find('=', at);
      Label label{line.substr(at, equals - at), ""};
      for (at = equals + 2; line[at] != '"'; ++at) {
        if (line[at] == '\\') ++at;
        label.value += line[at - 1] == '\\' && line[at] == 'n' ? '\n' : line[at];
      }
      labels.push_back(std::move(label));
      at += line[at + 1] == ',' ? 3 : 1;
    }
    out[Labels(labels)].push_back(
        {std::stoll(line.substr(time_at + 1)),
         std::strtod(line.substr(value_at + 1, time_at - value_at - 1).c_str(), nullptr)});
  }
  return out;
}

TEST_F(BlockTest, IsReadByPromtool) {
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed (apt-get install prometheus)";
  const Everything series = make_series(50, 300);
  const BlockPtr block = write(series);
  const std::string name = block->meta().ulid.to_string();

  const std::string list = run("promtool tsdb list '" + directory_.path() + "'");
  const std::string analysis = run("promtool tsdb analyze '" + directory_.path() + "' " + name);

  EXPECT_THAT(list, HasSubstr(name));
  EXPECT_THAT(analysis, HasSubstr("Series: 50"));
  EXPECT_THAT(analysis, HasSubstr("Postings (unique label pairs): 59"));
  EXPECT_EQ(difference(dump(directory_.path()), series), "");
}

TEST_F(BlockTest, ReadsBlocksOfPrometheus) {
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed (apt-get install prometheus)";
  const Everything series = make_series(50, 300);
  const std::string text = directory_.path() + "/samples.txt";
  {
    std::ofstream out(text);
    out.precision(17);
    for (int metric = 0; metric < 7; ++metric) {
      out << "# TYPE metric_" << metric << " gauge\n";
      for (const auto& [labels, samples] : series) {
        if (labels.get("__name__") != "metric_" + std::to_string(metric)) continue;
        for (const Sample& sample : samples) {
          out << "metric_" << metric << "{instance=\"" << labels.get("instance") << '"'
              << (labels.has("odd") ? ",odd=\"yes\"" : "") << ",path=\"/ä\\\"\\\\\\n\"} "
              << sample.value << ' ' << sample.timestamp_ms / 1000 << '.' << std::setfill('0')
              << std::setw(3) << sample.timestamp_ms % 1000 << '\n';
        }
      }
    }
    out << "# EOF\n";
  }

  run("promtool tsdb create-blocks-from openmetrics '" + text + "' '" + directory_.path() + "/db'");

  Everything found;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/db")) {
    if (!entry.is_directory() || !Ulid::parse(entry.path().filename().string())) continue;
    const auto block = Block::open(disk_, entry.path().string());
    ASSERT_TRUE(block) << block.error().message();
    for (auto& [labels, samples] : read_block(*block)) {
      auto& list = found[labels];
      list.insert(list.end(), samples.begin(), samples.end());
    }
  }
  for (auto& [labels, samples] : found) {
    std::sort(samples.begin(), samples.end(),
              [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
  }
  EXPECT_EQ(difference(found, series), "");
}

}  // namespace
}  // namespace tributary::tsdb
