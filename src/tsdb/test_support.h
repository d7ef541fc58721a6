// For tests of the database: short ways to write and to read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/temporary_directory.h"
#include "model/labels.h"
#include "model/queryable.h"
#include "model/sample.h"
#include "tsdb/write_batch.h"

namespace tributary::tsdb::testing {

using tributary::TemporaryDirectory;

inline void add(WriteBatch& batch, const Labels& labels, const std::vector<Sample>& samples) {
  std::vector<LabelView> views;
  for (const Label& label : labels) views.push_back({label.name, label.value});
  batch.add_series(views).value();
  for (const Sample& sample : samples) batch.add_sample(sample);
}

using Everything = std::map<Labels, std::vector<Sample>>;

inline Everything read(const Queryable& store, const Matchers& matchers = {},
                       std::int64_t min_ms = INT64_MIN, std::int64_t max_ms = INT64_MAX) {
  Everything out;
  const auto querier = store.querier(min_ms, max_ms).value();
  const auto list = querier->select(matchers).value();
  for (std::size_t i = 0; i < list->size(); ++i) {
    SeriesSamples samples;
    list->read(i, samples).value();
    out[list->labels(i).to_labels()] = std::move(samples.floats);
  }
  return out;
}

}  // namespace tributary::tsdb::testing
