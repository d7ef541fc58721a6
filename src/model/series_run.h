// A SeriesRun is up to 512 consecutive series of a shape, packed: immutable, about 15 bytes a
// series. Shapes that differ in few series share most of their runs, so whatever depends on
// identity is worked out once per run and kept by the run's address.
//
// Packed: families and origins (resource and scope) stand in small tables of shared pointers; a
// series is its role, what changed of these since the series before, and the values of its labels
// that differ from the last value under the same name, without the prefix both share. All of it is
// compressed with snappy.
//
// Threads: a run never changes; readers share it freely. A builder and a reader have one user each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/packed_labels.h"
#include "model/series.h"

namespace tributary {

class SeriesRun;
using SeriesRunPtr = std::shared_ptr<const SeriesRun>;
using ResourceMap =
    std::function<std::shared_ptr<const Resource>(const std::shared_ptr<const Resource>&)>;

class SeriesRun {
 public:
  static constexpr std::size_t kSeriesAim = 256;
  static constexpr std::size_t kSeriesMax = 512;

  explicit SeriesRun(std::span<const Series> series);  // at most kSeriesMax

  std::size_t size() const { return size_; }
  std::vector<Series> unpack() const;
  // Those of its series, each once.
  const std::vector<std::shared_ptr<const MetricFamily>>& families() const { return families_; }

  // What the run itself holds of memory; what it shares is not counted.
  std::size_t bytes() const;

 private:
  friend class SeriesRunBuilder;
  friend class SeriesRunReader;
  friend SeriesRunPtr replace_resources(const SeriesRun& run, const ResourceMap& map);

  struct Origin {
    std::shared_ptr<const Resource> resource;
    std::shared_ptr<const Scope> scope;

    bool operator==(const Origin&) const = default;
  };

  SeriesRun() = default;

  std::shared_ptr<const char[]> packed_;  // runs that differ in their resources alone share it
  std::uint32_t packed_bytes_ = 0;
  std::uint16_t size_ = 0;
  std::vector<std::shared_ptr<const MetricFamily>> families_;
  std::vector<Origin> origins_;
};

// A series as it stands in a run: without strings of its own.
struct SeriesView {
  const std::shared_ptr<const MetricFamily>& family;
  Role role;
  std::span<const LabelView> labels;  // as Series::labels
  const std::shared_ptr<const Resource>& resource;
  const std::shared_ptr<const Scope>& scope;
};

// Walks through a run, which outlives it.
class SeriesRunReader {
 public:
  explicit SeriesRunReader(const SeriesRun& run);

  // Goes to the next series (at first to the first one); false at the end.
  bool next();
  // Good until the next call of next().
  SeriesView view() const;
  Series series() const;

 private:
  struct Name {
    std::string_view name;
    std::string value;  // the last one
  };

  std::uint64_t number();
  std::string_view text();
  void read_schema();
  void read_labels();

  const SeriesRun& run_;
  std::unique_ptr<char[]> bytes_;
  const char* at_ = nullptr;
  std::size_t left_ = 0;
  std::vector<Name> names_;
  std::vector<std::vector<std::uint32_t>> schemas_;  // names of a series' labels
  std::vector<LabelView> labels_;
  std::size_t family_ = 0;
  std::size_t families_seen_ = 0;
  std::size_t origin_ = 0;
  std::size_t schema_ = 0;
  Role role_ = Role::value;
};

// Packs series as they come. Keeps its buffers for the next run.
class SeriesRunBuilder {
 public:
  void add(const SeriesView& series);
  void add(const Series& series);

  std::size_t size() const { return size_; }

  // The run of what was added, at least one; the builder is empty afterwards.
  SeriesRunPtr finish();

 private:
  friend class SeriesRun;

  struct Name {
    std::string name;
    std::string value;
  };

  std::size_t add_family(const std::shared_ptr<const MetricFamily>& family);
  std::size_t add_origin(const std::shared_ptr<const Resource>& resource,
                         const std::shared_ptr<const Scope>& scope);
  bool fits(const std::vector<std::uint32_t>& schema, std::span<const LabelView> labels) const;
  std::size_t find_schema(std::span<const LabelView> labels) const;
  void add_schema(std::span<const LabelView> labels);
  void add_labels(std::span<const LabelView> labels);
  void number(std::uint64_t value);
  void text(std::string_view value);
  void finish_into(SeriesRun& run);

  std::string bytes_;
  std::string compressed_;
  std::size_t size_ = 0;
  std::vector<Name> names_;
  std::vector<std::vector<std::uint32_t>> schemas_;
  std::vector<std::shared_ptr<const MetricFamily>> families_;
  std::vector<SeriesRun::Origin> origins_;
  std::size_t family_ = 0;
  std::size_t origin_ = 0;
  std::size_t schema_ = 0;
  std::vector<LabelView> views_;  // of the Series being added
};

// The run of some of its series, by their index, in ascending order; at least one.
SeriesRunPtr select(const SeriesRun& run, std::span<const std::uint16_t> indexes);

// The same series, in order, each with what `map` makes of its resource (which may be null). Costs
// next to no memory.
SeriesRunPtr replace_resources(const SeriesRun& run, const ResourceMap& map);

}  // namespace tributary
