// Type, help and unit of metric families, for /api/v1/metadata. Senders repeat them all the time,
// so they are saved now and then as a whole (a JSON file beside the log), not with every write.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "model/series.h"

namespace tributary::tsdb {

class MetadataStore {
 public:
  MetadataStore(Disk& disk, std::string path, std::size_t families_max);

  // A file that is not there is empty; one that does not parse is reported and then replaced.
  Result<void> load();
  // Writes the file where something changed.
  Result<void> save();

  // Beyond the limit a new family is dropped, and counted.
  void set(const MetricFamily& family);
  std::vector<MetricFamily> get(std::string_view name) const;  // all where empty
  std::size_t size() const;
  std::uint64_t dropped() const;

 private:
  Disk& disk_;
  const std::string path_;
  const std::size_t families_max_;
  mutable std::mutex mutex_;
  std::map<std::string, MetricFamily, std::less<>> families_;
  bool changed_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace tributary::tsdb
