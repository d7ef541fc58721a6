#include "collector/extensions/file_storage/file_storage.h"

#include "base/disk.h"

namespace tributary::collector::file_storage {

Result<void> FileStorage::start(Host&) {
  RealDisk disk({.file = 0600, .directory = config_.permissions()});
  if (config_.create_directory) return disk.make_directory(config_.directory);
  if (disk.exists(config_.directory)) return {};
  return Error(Code::not_found, "directory " + config_.directory +
                                    ": is not there; make it, or set create_directory: true");
}

net::Task<void> FileStorage::stop(Instant) { co_return; }

StorageExtension::Place FileStorage::place_for(const ComponentId& id) const {
  Place place;
  place.directory = config_.directory + "/exporter_" + id.type;
  for (const char c : id.name.empty() ? "" : '_' + id.name) place.directory += c == '/' ? '_' : c;
  if (config_.max_size.bytes > 0) place.bytes_max = config_.max_size.bytes;
  place.fsync = config_.fsync;
  return place;
}

}  // namespace tributary::collector::file_storage
