#include "tsdb/merge_lists.h"

#include <gtest/gtest.h>

#include <utility>

namespace tributary::tsdb {
namespace {

struct Series {
  std::string packed;
  SeriesSamples samples;
};

class FixedList final : public SeriesList {
 public:
  explicit FixedList(std::vector<Series> series) : series_(std::move(series)) {}

  std::size_t size() const override { return series_.size(); }
  LabelsView labels(std::size_t series) const override {
    return LabelsView(series_[series].packed);
  }
  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    const SeriesSamples& from = series_[series].samples;
    out.floats.insert(out.floats.end(), from.floats.begin(), from.floats.end());
    out.histograms.insert(out.histograms.end(), from.histograms.begin(), from.histograms.end());
    return {};
  }

 private:
  std::vector<Series> series_;
};

Series floats(const std::string& name, std::vector<Sample> samples) {
  Series out{pack({{"__name__", name}}), {}};
  out.samples.floats = std::move(samples);
  return out;
}

HistogramSample histogram(std::int64_t ms, double count, ResetHint hint) {
  FloatHistogram value;
  value.count = count;
  value.reset_hint = hint;
  return {ms, std::make_shared<const FloatHistogram>(value)};
}

std::unique_ptr<SeriesList> merged(std::vector<std::vector<Series>> lists) {
  std::vector<std::unique_ptr<SeriesList>> out;
  for (auto& list : lists) out.push_back(std::make_unique<FixedList>(std::move(list)));
  return merge_lists(std::move(out), nullptr);
}

std::vector<Sample> read(const SeriesList& list, std::size_t series) {
  SeriesSamples out;
  out.floats.push_back({-1, 0});  // what was there before stays
  list.read(series, out).value();
  EXPECT_EQ(out.floats.front(), (Sample{-1, 0}));
  out.floats.erase(out.floats.begin());
  return out.floats;
}

TEST(MergeLists, GivesEachSeriesOnceInOrder) {
  const auto list = merged({{floats("a", {{1, 1}}), floats("c", {{1, 3}})},
                            {floats("b", {{2, 2}}), floats("c", {{2, 4}})},
                            {}});

  ASSERT_EQ(list->size(), 3U);
  EXPECT_EQ(list->labels(0).get("__name__"), "a");
  EXPECT_EQ(list->labels(1).get("__name__"), "b");
  EXPECT_EQ(list->labels(2).get("__name__"), "c");
  EXPECT_EQ(read(*list, 0), (std::vector<Sample>{{1, 1}}));
  EXPECT_EQ(read(*list, 1), (std::vector<Sample>{{2, 2}}));
  EXPECT_EQ(read(*list, 2), (std::vector<Sample>{{1, 3}, {2, 4}}));
}

TEST(MergeLists, TakesASampleOfOneTimeOnceFromTheFirst) {
  const auto list = merged({{floats("a", {{1, 1}, {3, 3}, {5, 5}})},
                            {floats("a", {{2, 20}, {3, 30}, {6, 60}})},
                            {floats("a", {{0, 100}, {5, 500}})}});

  EXPECT_EQ(read(*list, 0),
            (std::vector<Sample>{{0, 100}, {1, 1}, {2, 20}, {3, 3}, {5, 5}, {6, 60}}));
}

TEST(MergeLists, InterleavesFloatsAndHistograms) {
  Series left = floats("a", {{1, 1}, {4, 4}});
  left.samples.histograms = {histogram(2, 2, ResetHint::unknown), histogram(6, 6, ResetHint::no)};
  Series right = floats("a", {{2, 20}});
  right.samples.histograms = {histogram(3, 3, ResetHint::no), histogram(5, 5, ResetHint::gauge)};
  const auto list = merged({{left}, {right}});

  SeriesSamples out;
  list->read(0, out).value();

  EXPECT_EQ(out.floats, (std::vector<Sample>{{1, 1}, {4, 4}}));
  ASSERT_EQ(out.histograms.size(), 4U);
  const auto hint = [&](std::size_t i) { return out.histograms[i].histogram->reset_hint; };
  EXPECT_EQ(out.histograms[1].timestamp_ms, 3);
  EXPECT_EQ(hint(1), ResetHint::unknown) << "the one before is another one now";
  EXPECT_EQ(hint(2), ResetHint::gauge);
  EXPECT_EQ(hint(3), ResetHint::unknown);
}

TEST(MergeLists, PadsStartTimesWhereOneSideKnowsThem) {
  SeriesSamples out;
  out.floats = {{1, 1}};
  SeriesSamples later;
  later.floats = {{2, 2}};
  later.float_starts_ms = {7};

  merge_samples(later, 0, 0, out);

  EXPECT_EQ(out.float_starts_ms, (std::vector<std::int64_t>{0, 7}));
}

TEST(MergeLists, HoldsWhatItWasGiven) {
  auto kept = std::make_shared<int>();
  std::vector<std::unique_ptr<SeriesList>> lists;
  lists.push_back(std::make_unique<FixedList>(std::vector<Series>{}));

  const auto list = merge_lists(std::move(lists), kept);

  EXPECT_EQ(kept.use_count(), 2);
}

}  // namespace
}  // namespace tributary::tsdb
