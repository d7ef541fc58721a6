// What joins components: a pipeline takes batches from its receivers, puts them through its
// processors and hands the outcome to its exporters.
//
// Processors are functions of the shape, so the pipeline works the whole chain out once per shape
// and then only gathers columns. What it knows of a shape lasts as long as the receiver keeps that
// shape.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/pipeline/component.h"
#include "model/batch.h"

namespace tributary::collector {

// Hands every batch to several consumers, in order. They outlive it.
class FanOut final : public Consumer {
 public:
  explicit FanOut(std::vector<Consumer*> consumers) : consumers_(std::move(consumers)) {}

  void consume(const BatchPtr& batch) override {
    for (Consumer* consumer : consumers_) consumer->consume(batch);
  }

 private:
  std::vector<Consumer*> consumers_;
};

class Pipeline final : public Consumer {
 public:
  // The exporters outlive the pipeline.
  Pipeline(std::vector<std::unique_ptr<Processor>> processors, std::vector<Consumer*> exporters);

  // A batch of which the processors leave nothing goes no further.
  void consume(const BatchPtr& batch) override;

  // Shapes that are known at the moment.
  std::size_t known_shapes() const { return chains_.size(); }

 private:
  // The whole chain for one incoming shape.
  struct Chain {
    std::weak_ptr<const Shape> from;
    bool unchanged = false;  // `map` is empty then, so that it does not keep the shape alive
    ShapeMap map;
    std::vector<std::size_t> sizes;  // series after each processor
  };

  const Chain& chain_for(const ShapePtr& shape);
  Chain make_chain(const ShapePtr& shape);
  void forget_dead_shapes();

  std::vector<std::unique_ptr<Processor>> processors_;
  FanOut exporters_;
  std::unordered_map<const Shape*, Chain> chains_;
  std::size_t sweep_at_;
};

}  // namespace tributary::collector
