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

  ShapeMap map(const ShapePtr& shape) override {
    ++maps;
    ShapeMap map;
    std::vector<SeriesPtr> kept;
    for (std::uint32_t i = 0; i < shape->size(); ++i) {
      if ((*shape)[i].family->name == name_) continue;
      kept.push_back(shape->series()[i]);
      map.gather.push_back(i);
    }
    map.shape = kept.size() == shape->size() ? shape : std::make_shared<const Shape>(kept);
    return map;
  }
  void count(std::size_t in, std::size_t out) override { counted.emplace_back(in, out); }

  int maps = 0;
  std::vector<std::pair<std::size_t, std::size_t>> counted;

 private:
  std::string name_;
};

ShapePtr shape_of(const std::vector<std::string>& names) {
  std::vector<SeriesPtr> series;
  for (const std::string& name : names) {
    auto one = std::make_shared<Series>();
    one->family = std::make_shared<const MetricFamily>(MetricFamily{.name = name});
    series.push_back(one);
  }
  return std::make_shared<const Shape>(std::move(series));
}

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
  EXPECT_EQ((*chain.out.batches[0]->shape)[2].family->name, "e");
  EXPECT_THAT(chain.dropped[0]->counted, ElementsAre(std::pair(5, 4)));
  EXPECT_THAT(chain.dropped[1]->counted, ElementsAre(std::pair(4, 3)));
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

  EXPECT_LE(chain.pipeline->known_shapes(), 20U);
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
  ShapeMap map(const ShapePtr& shape) override { return {shape, {}}; }
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
