// What a shape is on the wire: its runs, each worked out once however many
// shapes have it, and the target_info of its resources. Shapes come back with
// every collection, so nothing here happens per sample.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/exporters/prometheusremotewrite/compiled_run.h"
#include "collector/pipeline/weak_cache.h"
#include "model/batch.h"

namespace tributary::collector::prometheusremotewrite {

struct CompiledShape {
  std::vector<CompiledRunPtr> runs;  // in the order of the shape's
  CompiledRunPtr target_info;        // none where null

  std::size_t received = 0;  // series of the shape
  std::size_t left_out = 0;  // of those, because they are not sent
  std::size_t added = 0;     // of target_info

  // About runs that were not known before.
  std::size_t untranslatable = 0;  // series that cannot be sent
  std::string first_problem;       // of those
  std::vector<FamilyMetadata> metadata;

  // Series that are sent.
  std::size_t size() const { return received - left_out + added; }
};

using CompiledShapePtr = std::shared_ptr<const CompiledShape>;

// Knows every shape and every run that somebody still holds. It holds none
// itself, so it is bounded by what receivers and processors keep.
class ShapeCache {
 public:
  explicit ShapeCache(CompileOptions options) : options_(std::move(options)) {}

  CompiledShapePtr get(const ShapePtr& shape);

  // How many are known, and how many have ever been worked out.
  std::size_t shapes() const { return shapes_.size(); }
  std::size_t runs() const { return runs_.size(); }
  std::size_t compilations() const { return compilations_; }
  std::size_t run_compilations() const { return run_compilations_; }

 private:
  CompiledShape compile(const Shape& shape);
  CompiledRunPtr run_of(const SeriesRunPtr& run, CompiledShape& news);
  CompiledRunPtr target_info_of(const CompiledShape& shape) const;

  CompileOptions options_;
  WeakCache<Shape, CompiledShapePtr> shapes_;
  WeakCache<SeriesRun, CompiledRunPtr> runs_;
  std::size_t compilations_ = 0;
  std::size_t run_compilations_ = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
