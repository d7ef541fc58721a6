#include "collector/pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <new>

#include "collector/pipeline/component_id.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector {
namespace {

using testing::ElementsAre;

class Recorder final : public Consumer {
 public:
  void consume(const BatchPtr& batch) override { batches.push_back(batch); }
  std::vector<BatchPtr> batches;
};

// Keeps the series whose name is not `name`.
class Drop final : public Processor {
 public:
  explicit Drop(std::string name) : name_(std::move(name)) {}

  RunMap map(const SeriesRunPtr& run) override {
    ++maps;
    RunMap map;
    std::uint16_t index = 0;
    for (const Series& series : run->unpack()) {
      if (series.family->name != name_) map.gather.push_back(index);
      ++index;
    }
    if (map.gather.size() == run->size()) return {run, {}, {}};
    map.dropped = {{7, static_cast<std::uint32_t>(run->size() - map.gather.size())}};
    if (!map.gather.empty()) map.run = select(*run, map.gather);
    return map;
  }
  void count(const Passed& passed) override {
    counted.emplace_back(passed.in, passed.out);
    dropped = passed.dropped;
  }

  int maps = 0;
  std::vector<std::pair<std::size_t, std::size_t>> counted;
  std::vector<RunMap::Dropped> dropped;  // of the last batch

 private:
  std::string name_;
};

SeriesRunPtr run_of(const std::vector<std::string>& names) {
  std::vector<Series> series;
  for (const std::string& name : names) {
    const auto family = std::make_shared<const MetricFamily>(MetricFamily{.name = name});
    series.push_back({.family = family});
  }
  return std::make_shared<const SeriesRun>(series);
}

ShapePtr shape_of_runs(std::vector<SeriesRunPtr> runs) {
  return std::make_shared<const Shape>(std::move(runs));
}

ShapePtr shape_of(const std::vector<std::string>& names) { return shape_of_runs({run_of(names)}); }

BatchPtr batch_of(ShapePtr shape, std::vector<double> values) {
  Batch batch;
  batch.shape = std::move(shape);
  batch.values = std::move(values);
  return std::make_shared<const Batch>(std::move(batch));
}

struct Chain {
  explicit Chain(std::vector<std::string> drops) {
    std::vector<std::unique_ptr<Processor>> processors;
    for (std::string& name : drops) {
      processors.push_back(std::make_unique<Drop>(std::move(name)));
      dropped.push_back(static_cast<Drop*>(processors.back().get()));
    }
    pipeline = std::make_unique<Pipeline>(std::move(processors), std::vector<Consumer*>{&out});
  }
  Recorder out;
  std::vector<Drop*> dropped;
  std::unique_ptr<Pipeline> pipeline;
};

TEST(Pipeline, FoldsTheChainOfProcessorsIntoOneGather) {
  Chain chain({"b", "d"});

  chain.pipeline->consume(batch_of(shape_of({"a", "b", "c", "d", "e"}), {1, 2, 3, 4, 5}));

  ASSERT_EQ(chain.out.batches.size(), 1U);
  EXPECT_THAT(chain.out.batches[0]->values, ElementsAre(1, 3, 5));
  EXPECT_EQ(chain.out.batches[0]->shape->unpack()[2].name(), "e");
  EXPECT_THAT(chain.dropped[0]->counted, ElementsAre(std::pair(5, 4)));
  EXPECT_THAT(chain.dropped[1]->counted, ElementsAre(std::pair(4, 3)));
}

TEST(Pipeline, KeepsTheColumnsOfARunWithoutAGather) {
  // Gives every series a resource, and leaves their order alone.
  class Enrich final : public Processor {
   public:
    RunMap map(const SeriesRunPtr& run) override {
      return {replace_resources(*run, [](const auto&) { return std::make_shared<Resource>(); }),
              {},
              {}};
    }
  };
  const auto pass = [](std::vector<std::unique_ptr<Processor>> processors) {
    Recorder recorder;
    Pipeline pipeline(std::move(processors), {&recorder});
    pipeline.consume(
        batch_of(shape_of_runs({run_of({"a", "b", "c"}), run_of({"d", "a"})}), {1, 2, 3, 4, 5}));
    return recorder.batches.at(0);
  };
  std::vector<std::unique_ptr<Processor>> alone;
  alone.push_back(std::make_unique<Enrich>());
  std::vector<std::unique_ptr<Processor>> among_others;
  among_others.push_back(std::make_unique<Drop>("a"));
  among_others.push_back(std::make_unique<Enrich>());
  among_others.push_back(std::make_unique<Drop>("c"));

  const BatchPtr enriched = pass(std::move(alone));
  const BatchPtr filtered = pass(std::move(among_others));

  EXPECT_THAT(enriched->values, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_NE(enriched->shape->unpack()[4].resource, nullptr);
  EXPECT_THAT(filtered->values, ElementsAre(2, 4));
  EXPECT_NE(filtered->shape->unpack()[1].resource, nullptr);
}

TEST(Pipeline, MapsAShapeOnceAndGivesTheSameShapeOn) {
  Chain chain({"b"});
  const ShapePtr shape = shape_of({"a", "b"});

  chain.pipeline->consume(batch_of(shape, {1, 2}));
  chain.pipeline->consume(batch_of(shape, {3, 4}));

  EXPECT_EQ(chain.dropped[0]->maps, 1);
  EXPECT_EQ(chain.out.batches[0]->shape, chain.out.batches[1]->shape);
  EXPECT_THAT(chain.out.batches[1]->values, ElementsAre(3));
}

TEST(Pipeline, PassesAnUntouchedBatchOnAsItIs) {
  Chain chain({"x"});
  const BatchPtr batch = batch_of(shape_of({"a"}), {1});

  chain.pipeline->consume(batch);
  Chain({}).pipeline->consume(batch);

  EXPECT_EQ(chain.out.batches[0], batch);
}

TEST(Pipeline, SendsNothingOnWhereNothingIsLeft) {
  Chain chain({"a", "b"});

  chain.pipeline->consume(batch_of(shape_of({"a"}), {1}));

  EXPECT_TRUE(chain.out.batches.empty());
  EXPECT_EQ(chain.dropped[1]->maps, 0);
  EXPECT_THAT(chain.dropped[1]->counted, ElementsAre(std::pair(0, 0)));
}

TEST(Pipeline, ForgetsShapesThatAreGone) {
  Chain chain({"b"});
  const ShapePtr kept = shape_of({"a", "b"});

  for (int i = 0; i < 1000; ++i) {
    chain.pipeline->consume(batch_of(shape_of({"a"}), {1}));  // unchanged
    chain.pipeline->consume(batch_of(shape_of({"a", "b"}), {1, 2}));
    chain.pipeline->consume(batch_of(kept, {1, 2}));
    chain.out.batches.clear();
  }

  EXPECT_LE(chain.pipeline->known_shapes(), 4U);
  EXPECT_LE(chain.pipeline->known_runs(), 4U);
}

TEST(Pipeline, StaysSmallWhileSeriesComeAndGo) {
  Chain chain({"b"});
  std::vector<SeriesRunPtr> runs;
  for (int i = 0; i < 10; ++i) runs.push_back(run_of({"a", "b", std::to_string(i)}));
  std::size_t known_runs = 0;
  std::size_t known_shapes = 0;

  for (std::size_t i = 0; i < 10'000; ++i) {
    runs[i % runs.size()] = run_of({"a", "b", std::to_string(10 + i)});
    chain.pipeline->consume(batch_of(shape_of_runs(runs), std::vector<double>(30)));
    chain.out.batches.clear();
    known_runs = std::max(known_runs, chain.pipeline->known_runs());
    known_shapes = std::max(known_shapes, chain.pipeline->known_shapes());
  }

  EXPECT_LE(known_runs, 10U + 10 / 4 + 1 + 1);  // the run of the moment is one, too
  EXPECT_LE(known_shapes, 3U);
  EXPECT_EQ(chain.dropped[0]->maps, 10 + 10'000 - 1);  // the first was replaced unseen
}

TEST(Pipeline, MapsOnlyTheRunsThatAreNew) {
  Chain chain({"b"});
  const SeriesRunPtr untouched = run_of({"a", "c"});
  const SeriesRunPtr filtered = run_of({"a", "b", "d"});
  const BatchPtr first = batch_of(shape_of_runs({untouched, filtered}), {1, 2, 3, 4, 5});
  const BatchPtr second =
      batch_of(shape_of_runs({run_of({"b"}), filtered, untouched}), {0, 3, 4, 5, 1, 2});

  chain.pipeline->consume(first);
  chain.pipeline->consume(second);

  EXPECT_EQ(chain.dropped[0]->maps, 3);
  EXPECT_THAT(chain.out.batches[0]->values, ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(chain.out.batches[1]->values, ElementsAre(3, 5, 1, 2));
  const auto& before = chain.out.batches[0]->shape->runs();
  const auto& after = chain.out.batches[1]->shape->runs();
  EXPECT_THAT(after, ElementsAre(before[1], untouched));
}

TEST(Pipeline, AddsUpWhatEachRuleDropped) {
  Chain chain({"b"});

  chain.pipeline->consume(
      batch_of(shape_of_runs({run_of({"a", "b"}), run_of({"a"}), run_of({"b", "b", "c"})}),
               {1, 2, 3, 4, 5, 6}));

  EXPECT_THAT(chain.dropped[0]->counted, ElementsAre(std::pair(6, 3)));
  ASSERT_EQ(chain.dropped[0]->dropped.size(), 1U);
  EXPECT_EQ(chain.dropped[0]->dropped[0].rule, 7U);
  EXPECT_EQ(chain.dropped[0]->dropped[0].series, 3U);
}

TEST(Pipeline, DoesNotTakeANewShapeForAnOldOneAtTheSameAddress) {
  Chain chain({"b"});
  alignas(Shape) std::byte place[sizeof(Shape)];
  const auto shape_in_place = [&place](const std::vector<std::string>& names) {
    return ShapePtr(new (place) Shape(*shape_of(names)),
                    [](const Shape* shape) { shape->~Shape(); });
  };

  chain.pipeline->consume(batch_of(shape_in_place({"a", "b"}), {1, 2}));
  chain.out.batches.clear();
  chain.pipeline->consume(batch_of(shape_in_place({"b", "a", "c"}), {1, 2, 3}));

  EXPECT_EQ(chain.dropped[0]->maps, 2);
  EXPECT_THAT(chain.out.batches[0]->values, ElementsAre(2, 3));
}

TEST(Pipeline, DoesNotTakeANewRunForAnOldOneAtTheSameAddress) {
  Chain chain({"b"});
  alignas(SeriesRun) std::byte place[sizeof(SeriesRun)];
  const auto shape_in_place = [&place](const std::vector<std::string>& names) {
    return shape_of_runs({SeriesRunPtr(new (place) SeriesRun(run_of(names)->unpack()),
                                       [](const SeriesRun* run) { run->~SeriesRun(); })});
  };

  chain.pipeline->consume(batch_of(shape_in_place({"a", "b"}), {1, 2}));
  chain.out.batches.clear();
  chain.pipeline->consume(batch_of(shape_in_place({"b", "a", "c"}), {1, 2, 3}));

  EXPECT_EQ(chain.dropped[0]->maps, 2);
  EXPECT_THAT(chain.out.batches[0]->values, ElementsAre(2, 3));
}

TEST(ComponentId, HasATypeAndAName) {
  EXPECT_EQ(parse_component_id("filter").value(), (ComponentId{"filter", ""}));
  EXPECT_EQ(parse_component_id("filter/ecs/2").value(), (ComponentId{"filter", "ecs/2"}));
  EXPECT_EQ(parse_component_id("metrics/a").value().to_string(), "metrics/a");
}

TEST(ComponentId, RefusesWhatIsNone) {
  EXPECT_EQ(parse_component_id("").error().message(),
            "component id \"\": the type before \"/\" must not be empty");
  EXPECT_EQ(parse_component_id("filter/").error().message(),
            "component id \"filter/\": the name after \"/\" must not be empty");
  EXPECT_EQ(parse_component_id("9a").error().message(),
            "component id \"9a\": a type is a letter and up to 62 letters, digits or \"_\"");
}

struct DropConfig {
  std::string name = "a";

  template <class Fields>
  void describe(Fields& f) {
    f.optional("name", name, "of what is dropped");
  }
};

class ConfiguredDrop final : public Processor {
 public:
  static Result<std::unique_ptr<ConfiguredDrop>> make(Context, DropConfig config) {
    if (config.name == "bad") return Error(Code::invalid_argument, "bad name");
    return std::make_unique<ConfiguredDrop>();
  }
  RunMap map(const SeriesRunPtr& run) override { return {run, {}, {}}; }
};

TEST(Registry, FindsATypeByItsNameAndByAnAlias) {
  Registry registry;
  registry.add(make_processor<DropConfig, ConfiguredDrop>("drop"));
  registry.add_alias<Processor>("remove", "drop", "use drop");

  EXPECT_EQ(registry.find<Processor>("drop").deprecation, "");
  EXPECT_EQ(registry.find<Processor>("remove").factory, registry.find<Processor>("drop").factory);
  EXPECT_EQ(registry.find<Processor>("remove").deprecation, "use drop");
  EXPECT_EQ(registry.find<Exporter>("drop").factory, nullptr);
  EXPECT_THAT(registry.names<Processor>(), ElementsAre("drop", "remove"));
}

TEST(Registry, ReadsSettingsOfAType) {
  Registry registry;
  registry.add(make_processor<DropConfig, ConfiguredDrop>("drop"));
  const Factory<Processor>& factory = *registry.find<Processor>("drop").factory;
  config::Diagnostics diagnostics;
  config::Node wrong = config::Node::mapping();
  wrong.set("nam", config::Node::scalar("x"));

  const auto defaults = factory.read(config::Node(), diagnostics);
  const auto refused = factory.read(wrong, diagnostics);

  ASSERT_NE(defaults, nullptr);
  EXPECT_EQ(to_yaml(defaults->print()), "name: a\n");
  EXPECT_EQ(refused, nullptr);
  EXPECT_EQ(diagnostics.errors(), 1U);
  EXPECT_EQ(factory.fields().size(), 1U);
}

}  // namespace
}  // namespace tributary::collector
