// The parts of the head: postings, table, order, pool.
#include "tsdb/head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "base/faulty_disk.h"
#include "base/hash.h"
#include "base/random.h"
#include "tsdb/label_order.h"
#include "tsdb/test_support.h"

namespace tributary::tsdb {
namespace {

TEST(PostingsList, GivesBackWhatWasAddedInAnyOrder) {
  SeededRandom random(1);
  PostingsList list;
  std::set<SeriesId> expected;
  for (int i = 0; i < 2000; ++i) {
    const auto id = static_cast<SeriesId>(random.next() % (i < 1000 ? 1U << 31 : 3000));
    if (expected.insert(id).second) list.add(id);
  }

  EXPECT_EQ(list.sorted(), Postings(expected.begin(), expected.end()));
  EXPECT_EQ(list.size(), expected.size());
}

TEST(PostingsList, ForgetsSeries) {
  PostingsList list;
  for (SeriesId id = 0; id < 1000; ++id) list.add(id);
  std::vector<bool> gone(1000, true);
  gone[7] = gone[999] = false;

  list.remove(gone);

  EXPECT_EQ(list.sorted(), (Postings{7, 999}));
  list.add(3);
  EXPECT_EQ(list.sorted(), (Postings{3, 7, 999}));
}

TEST(PostingsUnion, IsSortedWithoutRepeatsInside) {
  for (const SeriesId end : {1000U, 1'000'000U}) {
    PostingsList odd;
    PostingsList even;
    for (SeriesId id = 0; id < 500; ++id) (id % 2 == 0 ? even : odd).add(id);
    PostingsUnion both(end);
    both.add(odd);
    both.add(even);

    const Postings found = both.take();

    ASSERT_EQ(found.size(), 500U);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  }
}

TEST(SeriesTable, FindsWhatIsInItAlone) {
  SeededRandom random(2);
  SeriesTable table;
  std::map<SeriesId, std::uint64_t> expected;
  // Few tags, so that many collide.
  const auto hash_of = [](SeriesId id) { return std::uint64_t{id % 50} << 56 | id; };
  for (int i = 0; i < 20'000; ++i) {
    const auto id = static_cast<SeriesId>(random.next() % 2000);
    if (expected.contains(id)) {
      table.erase(hash_of(id), id);
      expected.erase(id);
    } else {
      table.insert(hash_of(id), id);
      expected[id] = hash_of(id);
    }
  }

  for (SeriesId id = 0; id < 2000; ++id) {
    const SeriesId found = table.find(hash_of(id), [id](SeriesId other) { return other == id; });
    EXPECT_EQ(found, expected.contains(id) ? id : kNoSeries);
  }
}

TEST(BytePool, UsesFreedMemoryAgain) {
  BytePool pool;
  std::vector<std::pair<char*, std::size_t>> live;
  SeededRandom random(3);
  for (int i = 0; i < 10'000; ++i) {
    const std::size_t size = random.next() % (i % 10 == 0 ? 3000 : 200);
    char* const at = pool.allocate(size);
    std::fill_n(at, size, static_cast<char>(size));
    live.emplace_back(at, size);
    if (live.size() > 100) {
      const std::size_t chosen = random.next() % live.size();
      const auto [old, old_size] = live[chosen];
      ASSERT_TRUE(std::all_of(old, old + old_size,
                              [&](char c) { return c == static_cast<char>(old_size); }));
      pool.free(old, old_size);
      live[chosen] = live.back();
      live.pop_back();
    }
  }

  for (const auto& [at, size] : live) pool.free(at, size);
  EXPECT_EQ(pool.bytes_in_use(), 0U);
}

TEST(LabelOrder, IsThatOfLabels) {
  SeededRandom random(4);
  const auto text = [&random](std::size_t size_max) {
    std::string out;
    for (std::size_t i = random.next() % (size_max + 1); i > 0; --i) {
      out.push_back("ab\x7f\xc3"[random.next() % 4]);
    }
    return out;
  };
  std::vector<Labels> sets;
  for (int i = 0; i < 300; ++i) {
    Labels labels;
    for (std::uint64_t n = random.next() % 4; n > 0; --n) labels.set("n" + text(1), "v" + text(3));
    if (i % 20 == 0) labels.set("long", std::string(200, 'x') + text(2));
    sets.push_back(labels);
  }

  for (const Labels& a : sets) {
    for (const Labels& b : sets) {
      const int order = compare_packed(pack(a), pack(b));
      EXPECT_EQ(order < 0, a < b);
      EXPECT_EQ(order > 0, b < a);
    }
  }
}

TEST(SeriesOrder, SortsAlsoWhatCameAfterItWasMade) {
  std::vector<std::string> labels;
  for (int i = 0; i < 12'000; ++i) {
    labels.push_back(pack({{"i", std::to_string(i * 7919 % 12'000)}}));
  }
  SeriesOrder order;
  SeriesId known = 9000;
  const auto sorted = [&](Postings series) {
    order.sort(
        series, [&](SeriesId id) -> std::string_view { return labels[id]; },
        [&] {
          Postings all;
          for (SeriesId id = 0; id < known; ++id) all.push_back(id);
          return all;
        });
    return series;
  };
  const auto is_sorted = [&](const Postings& series) {
    return std::is_sorted(series.begin(), series.end(), [&](SeriesId a, SeriesId b) {
      return LabelsView(labels[a]).to_labels() < LabelsView(labels[b]).to_labels();
    });
  };
  Postings many;
  for (SeriesId id = 0; id < 9000; id += 2) many.push_back(id);
  EXPECT_TRUE(is_sorted(sorted(many)));

  known = 12'000;
  for (SeriesId id = 9001; id < 12'000; id += 3) many.push_back(id);

  EXPECT_TRUE(is_sorted(sorted(many)));
  EXPECT_EQ(sorted(many).size(), many.size());
  EXPECT_TRUE(is_sorted(sorted({11'000, 5, 7000})));
}

class HeadTest : public ::testing::Test {
 protected:
  // A series with `samples` of 15 s from `ms` on.
  SeriesId add(const Labels& labels, std::int64_t ms, int samples) {
    const std::string packed = pack(labels);
    SeriesId id = head_.find(packed, hash64(packed));
    if (id == kNoSeries) {
      id = head_.create(packed, hash64(packed));
      head_.publish({&id, 1});
    }
    Head::Appender appender(head_);
    for (int i = 0; i < samples; ++i) appender.append(id, {ms + i * 15'000, 1.0 * i});
    return id;
  }
  std::vector<Sample> read(SeriesId id) const {
    SeriesSamples samples;
    head_.read(id, INT64_MIN, INT64_MAX, samples).value();
    return samples.floats;
  }

  Head head_;
};

TEST_F(HeadTest, KeepsWhatIsPinnedUntilItIsLetGo) {
  const SeriesId old = add({{"__name__", "old"}}, 0, 300);
  Head::Pin pin = head_.pin();
  std::vector<Chunk> chunks;
  Head::ChunkCopies copies;
  head_.chunks(old, 0, 7'200'000, chunks, copies);
  const std::vector<std::string> before(1, std::string(chunks[0].bytes));

  EXPECT_EQ(head_.truncate(7'200'000), 1U);
  const SeriesId first = add({{"__name__", "new"}}, 7'200'000, 300);

  EXPECT_NE(first, old);
  EXPECT_EQ(head_.labels(old).get("__name__"), "old");
  EXPECT_EQ(chunks[0].bytes, before[0]);
  EXPECT_EQ(head_.select({}, INT64_MIN, INT64_MAX), Postings{first});
  pin.reset();
  head_.truncate(7'200'000);
  EXPECT_EQ(add({{"__name__", "newer"}}, 7'200'000, 1), old);
}

TEST_F(HeadTest, GivesThePlacesOfSeriesThatAreGoneToNewOnes) {
  for (int day = 0; day < 5; ++day) {
    const std::int64_t start = day * 86'400'000LL;
    for (int i = 0; i < 300; ++i) {
      const SeriesId id =
          add({{"day", std::to_string(day)}, {"i", std::to_string(i)}}, start, 130 + i);
      EXPECT_LT(id, 300U);
    }
    const std::vector<Matcher> matchers{Matcher::equal("day", std::to_string(day))};
    const Postings found = head_.select(matchers, INT64_MIN, INT64_MAX);
    ASSERT_EQ(found.size(), 300U);
    for (const SeriesId id : found) {
      EXPECT_EQ(std::to_string(read(id).size() - 130), head_.labels(id).get("i"));
    }
    EXPECT_EQ(head_.label_values("day"), std::vector<std::string>{std::to_string(day)});
    EXPECT_EQ(head_.truncate(start + 86'400'000), 300U);
  }
  EXPECT_EQ(head_.series(), 0U);
  EXPECT_TRUE(head_.label_names().empty());
}

TEST_F(HeadTest, MovesSealedChunksIntoFilesAndReadsThemThere) {
  const testing::TemporaryDirectory directory;
  FaultyDisk disk;
  Head head;
  head.spill_to(disk, directory.path());
  SeededRandom random(9);
  std::map<SeriesId, std::vector<Sample>> expected;
  for (int i = 0; i < 400; ++i) {
    const std::string packed = pack({{"i", std::to_string(i)}});
    const SeriesId id = head.create(packed, hash64(packed));
    head.publish({&id, 1});
    expected[id];
  }
  Head::Pin pin = head.pin();
  std::vector<Chunk> before;
  Head::ChunkCopies copies;
  for (int t = 0; t < 900; ++t) {
    if (t == 200) head.chunks(0, INT64_MIN, INT64_MAX, before, copies);
    disk.set({.creates = t > 300 && t < 500});
    Head::Appender appender(head);
    for (auto& [id, samples] : expected) {
      samples.push_back({t * 15'000, std::bit_cast<double>(random.next())});
      appender.append(id, samples.back());
    }
  }

  EXPECT_GE(disk.list(directory.path())->size(), 1U);
  for (const auto& [id, samples] : expected) {
    SeriesSamples found;
    ASSERT_TRUE(head.read(id, INT64_MIN, INT64_MAX, found));
    EXPECT_EQ(found.floats, samples);
  }
  std::vector<Sample> early;
  ASSERT_TRUE(read_xor_chunk(before.at(0).bytes, INT64_MIN, INT64_MAX, early));
  EXPECT_EQ(early, std::vector<Sample>(expected[0].begin(), expected[0].begin() + 120));
  pin.reset();
  head.truncate(2 * Head::kChunkRangeMs);
  head.truncate(2 * Head::kChunkRangeMs);
  EXPECT_EQ(disk.list(directory.path())->size(), 0U);
}

TEST_F(HeadTest, DropsOldChunksAndKeepsNewOnesOfTheSameSeries) {
  const SeriesId id = add({{"__name__", "m"}}, 0, 1000);

  EXPECT_EQ(head_.truncate(7'200'000), 0U);

  const std::vector<Sample> left = read(id);
  ASSERT_EQ(left.size(), 520U);
  EXPECT_EQ(left.front(), (Sample{7'200'000, 480}));
  EXPECT_EQ(left.back(), (Sample{999 * 15'000, 999}));
}

}  // namespace
}  // namespace tributary::tsdb
