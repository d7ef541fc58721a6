// What a shape is on the wire, worked out once: the labels of each series that is sent, and which
// sample of a batch it takes. Shapes come back with every collection, so nothing here happens per
// sample.
//
// Threads: one user at a time; a compiled shape never changes but for its stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/exporters/prometheusremotewrite/translate.h"
#include "model/batch.h"

namespace tributary::collector::prometheusremotewrite {

struct CompiledShape {
  // A sample that is not in the batch: the 1 of target_info.
  static constexpr std::uint32_t kConstantOne = UINT32_MAX;

  std::vector<Labels> labels;
  std::vector<std::uint32_t> sources;  // for each of `labels`, where its sample is in the batch
  std::size_t label_bytes = 0;         // about what all labels take in a request
  std::size_t untranslatable = 0;      // series that cannot be sent
  std::string first_problem;           // of those
  std::vector<FamilyMetadata> metadata;

  // Hashes of the labels with their place, sorted: to find series that two shapes share.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> hashes;
  // Shapes that share series have the same number: their samples must keep their order.
  std::uint32_t stream = 0;

  std::size_t size() const { return labels.size(); }
};

using CompiledShapePtr = std::shared_ptr<const CompiledShape>;

// A series that both have, if any, by its place in `a`.
std::optional<std::uint32_t> find_shared(const CompiledShape& a, const CompiledShape& b);

struct CompileOptions {
  TranslateOptions translate;
  bool target_info = true;
  bool metadata = false;
};

CompiledShape compile(const Shape& shape, const CompileOptions& options);

// Knows every shape that somebody still holds. It holds none itself, so it is bounded by what
// receivers and waiting batches keep.
class ShapeCache {
 public:
  explicit ShapeCache(CompileOptions options) : options_(std::move(options)) {}

  CompiledShapePtr get(const ShapePtr& shape);

  std::size_t size() const { return entries_.size(); }
  std::size_t compilations() const { return compilations_; }

 private:
  struct Entry {
    std::weak_ptr<const Shape> shape;
    std::shared_ptr<CompiledShape> compiled;
  };

  void assign_stream(CompiledShape& compiled);
  void forget_dead_shapes();

  static constexpr std::size_t kSweepMin = 16;

  CompileOptions options_;
  std::unordered_map<const Shape*, Entry> entries_;
  std::size_t sweep_at_ = kSweepMin;
  std::size_t compilations_ = 0;
  std::uint32_t last_stream_ = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
