// Random shapes through random chains of processors: what the pipeline makes of a batch at once is
// what the processors' rules make of its samples one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

#include "base/strings.h"
#include "collector/pipeline/fake_context.h"
#include "collector/pipeline/pipeline.h"
#include "collector/processors/filter/filter.h"

namespace tributary::collector::filter {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  bool one_in(unsigned n) { return below(n) == 0; }

 private:
  std::mt19937 random_;
};

const std::vector<std::string> kNames = {"a", "ab", "abc", "b", "bc", "c"};

// A sample with everything that belongs to it.
struct Record {
  Series series;
  double value = 0;
  std::string rest;  // side columns

  std::string text() const {
    std::string out = series.name() + series.labels.to_string();
    if (series.resource) {
      for (const Attribute& one : series.resource->attributes)
        out += " " + one.key + "=" + tributary::to_string(one.value);
    }
    return out + " " + std::to_string(value) + rest;
  }
};

std::vector<Record> records_of(const Batch& batch) {
  std::vector<Record> out;
  for (Series& series : batch.shape->unpack())
    out.push_back({std::move(series), batch.values[out.size()], ""});
  for (const auto& one : batch.timestamps) out[one.index].rest += "@" + std::to_string(one.value);
  for (const auto& one : batch.start_times) out[one.index].rest += "^" + std::to_string(one.value);
  for (const auto& one : batch.histograms)
    out[one.index].rest += "h" + std::to_string(one.value.sum);
  for (const auto& one : batch.exemplars)
    out[one.index].rest += "e" + std::to_string(one.value.value);
  return out;
}

std::vector<std::string> texts_of(const std::vector<Record>& records) {
  std::vector<std::string> out;
  for (const Record& record : records) out.push_back(record.text());
  return out;
}

// What a processor does to one series, without runs and shapes. False: it is dropped.
using Rule = std::function<bool(Series&)>;

// One list of a filter, as configuration and as what it means.
struct List {
  std::vector<std::string> names;
  std::optional<std::string> zone;
  bool is_regexp = false;

  std::string yaml() const {
    std::string out =
        is_regexp ? "{match_type: regexp, metric_names: [" : "{match_type: strict, metric_names: [";
    out += join(names, ", ") + "]";
    if (zone) out += ", resource_attributes: [{key: zone, value: " + *zone + "}]";
    return out + "}";
  }
  bool names_match(const std::string& name) const {
    return std::any_of(names.begin(), names.end(), [&](const std::string& one) {
      return is_regexp ? name.find(one) != std::string::npos : name == one;
    });
  }
  bool zone_matches(const Series& series) const {
    const AttributeValue* value = series.resource ? series.resource->find("zone") : nullptr;
    return value != nullptr &&
           (*value == AttributeValue(*zone) ||
            (is_regexp && tributary::to_string(*value).find(*zone) != std::string::npos));
  }
};

List random_list(Dice& dice) {
  List out{.names = {}, .zone = std::nullopt, .is_regexp = dice.one_in(2)};
  for (unsigned i = dice.below(3); i > 0; --i) out.names.push_back(kNames[dice.below(6)]);
  if (dice.one_in(4)) out.zone = dice.one_in(2) ? "x" : "y";
  return out;
}

// Gives the families of one name another one, and takes a label away.
class Rename final : public Processor {
 public:
  explicit Rename(std::string name) : name_(std::move(name)) {}

  RunMap map(const SeriesRunPtr& run) override {
    std::vector<Series> series = run->unpack();
    RunMap out;
    bool changed = false;
    for (Series& one : series) {
      changed |= one.family->name == name_;
      apply(one);
      out.gather.push_back(static_cast<std::uint16_t>(out.gather.size()));
    }
    if (!changed) return {run, {}, {}};
    out.run = std::make_shared<const SeriesRun>(series);
    return out;
  }
  void apply(Series& series) {
    if (series.family->name != name_) return;
    std::shared_ptr<const MetricFamily>& renamed = families_[series.family.get()];
    if (renamed == nullptr) {
      MetricFamily family = *series.family;
      family.name += "c";
      renamed = std::make_shared<const MetricFamily>(std::move(family));
    }
    series.family = renamed;
    series.labels.erase("id");
  }

 private:
  std::string name_;
  std::map<const MetricFamily*, std::shared_ptr<const MetricFamily>> families_;
};

// A pipeline of random processors, and its rules.
struct RandomChain {
  explicit RandomChain(Dice& dice) {
    std::vector<std::unique_ptr<Processor>> processors;
    for (unsigned i = 1 + dice.below(4); i > 0; --i)
      processors.push_back(dice.one_in(3) ? add_rename(dice) : add_filter(dice));
    pipeline = std::make_unique<Pipeline>(std::move(processors), std::vector<Consumer*>{&consumer});
  }

  std::unique_ptr<Processor> add_rename(Dice& dice) {
    const std::string& name = kNames[dice.below(6)];
    rules.push_back([twin = std::make_shared<Rename>(name)](Series& series) {
      twin->apply(series);
      return true;
    });
    return std::make_unique<Rename>(name);
  }
  std::unique_ptr<Processor> add_filter(Dice& dice) {
    std::optional<List> include;
    std::optional<List> exclude;
    std::string yaml = "metrics: {";
    if (dice.one_in(2)) yaml += "include: " + include.emplace(random_list(dice)).yaml() + ", ";
    if (dice.one_in(2)) yaml += "exclude: " + exclude.emplace(random_list(dice)).yaml();
    rules.push_back([include, exclude](const Series& series) {
      const std::string& name = series.family->name;
      if (include && !include->names.empty() && !include->names_match(name)) return false;
      if (include && include->zone && !include->zone_matches(series)) return false;
      if (exclude && exclude->names_match(name)) return false;
      return !exclude || !exclude->zone || !exclude->zone_matches(series);
    });
    const FakeSettings<Config> settings(yaml + "}");
    EXPECT_TRUE(settings.good()) << settings.messages();
    return std::make_unique<Filter>(fake.make({"filter", ""}), settings.value);
  }

  std::vector<std::string> one_by_one(const Batch& batch) const {
    std::vector<Record> out;
    for (Record& record : records_of(batch)) {
      if (std::all_of(rules.begin(), rules.end(), [&](const Rule& r) { return r(record.series); }))
        out.push_back(std::move(record));
    }
    return texts_of(out);
  }

  FakeContext fake;
  FakeConsumer consumer;
  std::vector<Rule> rules;
  std::unique_ptr<Pipeline> pipeline;
};

// A source whose series come and go.
class RandomSource {
 public:
  explicit RandomSource(Dice& dice) : dice_(dice) {
    for (const std::string& name : kNames)
      families_.push_back(std::make_shared<const MetricFamily>(MetricFamily{.name = name}));
    resources_ = {nullptr,
                  std::make_shared<const Resource>(Resource{{{"zone", std::string("x")}}, ""}),
                  std::make_shared<const Resource>(Resource{{{"zone", std::string("xy")}}, ""})};
  }

  Batch next() {
    if (shape_ == nullptr || !dice_.one_in(3)) change();
    Batch batch;
    batch.shape = shape_;
    for (std::uint32_t i = 0; i < shape_->size(); ++i) {
      batch.values.push_back(dice_.below(1000));
      if (dice_.one_in(20)) batch.timestamps.push_back({i, dice_.below(100)});
      if (dice_.one_in(20)) batch.start_times.push_back({i, dice_.below(100)});
      if (dice_.one_in(20)) batch.histograms.push_back({i, {.sum = 1.0 * dice_.below(100)}});
      for (unsigned n = dice_.one_in(20) ? 2 : 0; n > 0; --n)
        batch.exemplars.push_back({i, {.value = 1.0 * dice_.below(100)}});
    }
    return batch;
  }

 private:
  void change() {
    if (!runs_.empty() && dice_.one_in(2))
      runs_.erase(runs_.begin() + dice_.below(static_cast<unsigned>(runs_.size())));
    std::vector<Series> series(1 + dice_.below(40));
    for (Series& one : series) {
      one.family = families_[dice_.below(6)];
      one.resource = resources_[dice_.below(3)];
      one.labels = Labels{{"id", std::to_string(dice_.below(100))}, {"job", "j"}};
    }
    runs_.insert(runs_.begin() + dice_.below(static_cast<unsigned>(runs_.size()) + 1),
                 std::make_shared<const SeriesRun>(series));
    shape_ = std::make_shared<const Shape>(runs_);
  }

  Dice& dice_;
  std::vector<std::shared_ptr<const MetricFamily>> families_;
  std::vector<std::shared_ptr<const Resource>> resources_;
  std::vector<SeriesRunPtr> runs_;
  ShapePtr shape_;
};

TEST(Chain, OfRandomProcessorsMakesOfABatchWhatTheyMakeOfItsSamples) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    RandomChain chain(dice);
    RandomSource source(dice);
    BatchPtr last_in;
    BatchPtr last_out;
    for (int step = 0; step < 20; ++step) {
      const auto in = std::make_shared<const Batch>(source.next());
      const std::vector<std::string> wanted = chain.one_by_one(*in);

      chain.pipeline->consume(in);

      ASSERT_EQ(chain.consumer.batches.size(), wanted.empty() ? 0U : 1U);
      const BatchPtr out = wanted.empty() ? nullptr : chain.consumer.batches[0];
      chain.consumer.batches.clear();
      if (out != nullptr) {
        ASSERT_EQ(texts_of(records_of(*out)), wanted);
        ASSERT_EQ(out->shape->size(), wanted.size());
      }
      if (last_out != nullptr && out != nullptr && last_in->shape == in->shape) {
        ASSERT_EQ(out->shape, last_out->shape);
      }
      last_in = in;
      last_out = out;
    }
  }
}

}  // namespace
}  // namespace tributary::collector::filter
