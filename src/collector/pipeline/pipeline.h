// What joins components: a pipeline takes batches from its receivers, puts them through its
// processors and hands the outcome to its exporters.
//
// Processors are functions of identity, so the pipeline works the whole chain out once per run of
// series and joins that to maps of shapes: the same incoming shape gives the same outgoing one, and
// a batch is passed on as it is or gathered once. What it knows of a run or a shape lasts as long
// as somebody else keeps it.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "collector/pipeline/component.h"
#include "collector/pipeline/weak_cache.h"
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

  // A batch that is not let in.
  void refuse(const BatchPtr& batch);

  // Samples that came, how many of them were not let in, and how many each processor took away.
  std::uint64_t received() const { return received_; }
  std::uint64_t refused() const { return refused_; }
  const std::vector<std::uint64_t>& filtered() const { return filtered_; }

  // What is known at the moment.
  std::size_t known_shapes() const { return shapes_.size(); }
  std::size_t known_runs() const { return runs_.size(); }

 private:
  // What a processor did to a run.
  struct Stage {
    std::uint16_t out = 0;
    std::vector<RunMap::Dropped> dropped;
  };
  // The whole chain for one incoming run.
  struct RunChain {
    bool unchanged = false;  // `run` is empty then, so that it does not keep the run alive
    SeriesRunPtr run;
    std::shared_ptr<const Gather> gather;  // null: of all its series, in order
    std::vector<Stage> stages;             // empty where no processor changes anything
  };
  // The same for a shape.
  struct ShapeChain {
    bool unchanged = false;
    ShapeMap map;
    std::vector<Processor::Passed> passed;  // of each processor
  };

  const ShapeChain& chain_for(const ShapePtr& shape);
  ShapeChain make_chain(const ShapePtr& shape);
  const RunChain& chain_for(const SeriesRunPtr& run);
  RunChain make_chain(const SeriesRunPtr& run);

  std::vector<std::unique_ptr<Processor>> processors_;
  FanOut exporters_;
  WeakCache<Shape, ShapeChain> shapes_;
  WeakCache<SeriesRun, RunChain> runs_;
  std::uint64_t received_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<std::uint64_t> filtered_;  // by each processor
};

}  // namespace tributary::collector
