#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "tsdb/block_test_support.h"
#include "tsdb/index_matching.h"
#include "tsdb/index_reader.h"
#include "tsdb/index_writer.h"

namespace tributary::tsdb {
namespace {

using testing::TemporaryDirectory;

std::string be32(std::uint64_t value) {
  std::string out(4, '\0');
  store_be32(out.data(), static_cast<std::uint32_t>(value));
  return out;
}

// A section with its length in front and its checksum behind.
std::string section(const std::string& content) {
  return be32(content.size()) + content + be32(crc32c(content));
}

struct OneSeries {
  std::vector<LabelView> labels;
  std::vector<ChunkRef> chunks;
};

void append_chunks(const std::vector<ChunkRef>& chunks, std::string& entry) {
  append_uvarint(entry, chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ChunkRef& chunk = chunks[i];
    if (i == 0) {
      append_varint(entry, chunk.min_ms);
    } else {
      append_uvarint(entry, static_cast<std::uint64_t>(chunk.min_ms - chunks[i - 1].max_ms));
    }
    append_uvarint(entry, static_cast<std::uint64_t>(chunk.max_ms - chunk.min_ms));
    if (i == 0) {
      append_uvarint(entry, chunk.ref);
    } else {
      append_varint(entry, static_cast<std::int64_t>(chunk.ref - chunks[i - 1].ref));
    }
  }
}

// By hand, as Prometheus 2.0 did: symbols and series are named by where they stand, and the table
// of postings is in no order.
std::string index_of_version_1(const std::vector<OneSeries>& all) {
  std::string file("\xba\xaa\xd7\x00\x01", 5);
  std::vector<std::string_view> symbols;
  for (const OneSeries& series : all) {
    for (const auto& [name, value] : series.labels) {
      symbols.push_back(name);
      symbols.push_back(value);
    }
  }
  std::sort(symbols.begin(), symbols.end());
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
  std::map<std::string_view, std::size_t> symbol_at;
  std::string table = be32(symbols.size());
  for (const std::string_view symbol : symbols) {
    symbol_at[symbol] = file.size() + 4 + table.size();
    append_string(table, symbol);
  }
  const std::size_t symbols_at = file.size();
  file += section(table);

  const std::size_t series_at = file.size();
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> refs;
  for (const OneSeries& series : all) {
    refs[{}].push_back(file.size());
    std::string entry;
    append_uvarint(entry, series.labels.size());
    for (const auto& [name, value] : series.labels) {
      refs[{name, value}].push_back(file.size());
      append_uvarint(entry, symbol_at.at(name));
      append_uvarint(entry, symbol_at.at(value));
    }
    append_chunks(series.chunks, entry);
    append_string(file, entry);
    file += be32(crc32c(entry));
  }

  const std::size_t postings_at = file.size();
  std::string offsets = be32(refs.size());
  for (auto entry = refs.rbegin(); entry != refs.rend(); ++entry) {
    append_uvarint(offsets, 2);
    append_string(offsets, entry->first.first);
    append_string(offsets, entry->first.second);
    append_uvarint(offsets, file.size());
    std::string list = be32(entry->second.size());
    for (const std::size_t ref : entry->second) list += be32(ref);
    file += section(list);
  }
  const std::size_t offsets_at = file.size();
  file += section(offsets);
  std::string toc;
  for (const std::size_t at :
       {symbols_at, series_at, std::size_t{0}, std::size_t{0}, postings_at, offsets_at}) {
    append_be64(toc, at);
  }
  return file + toc + be32(crc32c(toc));
}

class IndexTest : public ::testing::Test {
 protected:
  void write(const std::vector<OneSeries>& all) {
    auto writer = IndexWriter::create(disk_, path_).value();
    for (const OneSeries& series : all) {
      std::string packed;
      append_packed(series.labels, packed);
      ASSERT_TRUE(writer->add(LabelsView(packed), series.chunks));
    }
    ASSERT_TRUE(writer->finish());
  }
  IndexReader open() { return IndexReader::open(disk_, path_).value(); }

  // Labels and chunks of the series that match, as text.
  static std::vector<std::string> found(const IndexReader& index, const Matchers& matchers) {
    std::vector<std::string> out;
    IndexReader::SeriesReader reader(index);
    const std::vector<std::uint32_t> refs = find_series(index, matchers).value();
    for (const std::uint32_t ref : refs) {
      std::string packed;
      std::vector<ChunkRef> chunks;
      reader.read(ref, &packed, &chunks).value();
      std::string text = LabelsView(packed).to_string();
      for (const ChunkRef& chunk : chunks) {
        text += ' ' + std::to_string(chunk.min_ms) + '-' + std::to_string(chunk.max_ms) + '@' +
                std::to_string(chunk.ref);
      }
      out.push_back(std::move(text));
    }
    return out;
  }

  const std::vector<OneSeries> series_{
      {{{"__name__", "a"}, {"host", "x"}}, {{-5, 10, 8}, {11, 20, 1ULL << 32}}},
      {{{"__name__", "a"}, {"host", "y"}, {"zone", "ä"}}, {{0, 0, 1ULL << 33}}},
      {{{"__name__", "b"}, {"host", "x"}}, {{7, 9, (1ULL << 33) + 50}}}};
  const std::vector<std::string> texts_{"a{host=\"x\"} -5-10@8 11-20@4294967296",
                                        "a{host=\"y\", zone=\"ä\"} 0-0@8589934592",
                                        "b{host=\"x\"} 7-9@8589934642"};
  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/index";
  RealDisk disk_;
};

TEST_F(IndexTest, GivesBackSeriesAndTheirChunks) {
  write(series_);

  const IndexReader index = open();

  EXPECT_EQ(found(index, {}), texts_);
  EXPECT_EQ(found(index, {Matcher::equal("host", "x")}),
            (std::vector<std::string>{texts_[0], texts_[2]}));
  EXPECT_EQ(index.label_names(), (std::vector<std::string>{"__name__", "host", "zone"}));
  EXPECT_FALSE(disk_.exists(path_ + ".series"));
}

TEST_F(IndexTest, ReadsVersionOneAndThree) {
  disk_.replace(path_, index_of_version_1(series_)).value();
  EXPECT_EQ(found(open(), {}), texts_);
  EXPECT_EQ(found(open(), {Matcher::equal("host", "x"), Matcher::equal("__name__", "b")}),
            std::vector<std::string>{texts_[2]});
  EXPECT_EQ(open().label_names(), (std::vector<std::string>{"__name__", "host", "zone"}));

  write(series_);
  std::string bytes = disk_.read(path_).value();
  bytes[4] = 3;
  disk_.replace(path_, bytes).value();
  EXPECT_EQ(found(open(), {}), texts_);
}

TEST_F(IndexTest, FindsEveryOneOfManyValues) {
  std::vector<std::string> values;
  for (int i = 0; i < 1000; ++i) values.push_back("value-" + std::to_string(100'000 + i));
  std::vector<OneSeries> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.push_back({{{"id", values[i]}}, {{0, 1, i + 8}}});
  }
  write(all);
  const IndexReader index = open();

  for (const std::string& value : values) {
    EXPECT_EQ(index.postings("id", value)->size(), 1U) << value;
  }
  EXPECT_EQ(index.postings("id", "value-")->size(), 0U);
  EXPECT_EQ(index.postings("id", "value-2")->size(), 0U);
  EXPECT_EQ(index.postings("ie", values[0])->size(), 0U);
  std::size_t visited = 0;
  ASSERT_TRUE(index.for_each_value("id", "value-1005", [&](std::string_view value, auto) {
    EXPECT_EQ(value, values[500 + visited]);
    ++visited;
    return true;
  }));
  EXPECT_EQ(visited, 100U);
}

TEST_F(IndexTest, WritesSeriesWithoutLabels) {
  write({{{}, {{0, 1, 8}}}, {{{"a", "b"}}, {{0, 1, 9}}}});

  EXPECT_EQ(found(open(), {}), (std::vector<std::string>{"{} 0-1@8", "{a=\"b\"} 0-1@9"}));
}

}  // namespace
}  // namespace tributary::tsdb
