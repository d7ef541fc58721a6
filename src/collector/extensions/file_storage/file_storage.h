// The file_storage extension: says where exporters keep on disk what waits for delivery.
//
// Threads: the loop's.
#pragma once

#include <utility>

#include "collector/extensions/file_storage/config.h"
#include "collector/pipeline/component.h"

namespace tributary::collector::file_storage {

class FileStorage final : public StorageExtension {
 public:
  FileStorage(Context, Config config) : config_(std::move(config)) {}

  // Fails where the directory is not there and is not to be made, or cannot be.
  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;
  Place place_for(const ComponentId& id) const override;

 private:
  Config config_;
};

}  // namespace tributary::collector::file_storage
