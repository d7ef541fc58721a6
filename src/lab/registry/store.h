// All repositories of all accounts, and their blobs, in a directory:
//
//   lock                                             held by the process
//   repositories/<account>.<region>/<name>.yaml      one repository ('/' of its name is '+')
//   blobs/, uploads/                                 blob_store.h
//
// A repository's file is replaced as a whole (write, fsync, rename, fsync of the directory), after
// the blobs that it newly names are durable, and before those that it no longer names are removed.
// So a crash at any moment leaves blobs that nobody names, at worst, which `open` removes.
//
// Threads: one; blocks on disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "lab/registry/blob_store.h"
#include "lab/registry/names.h"
#include "lab/registry/repository.h"

namespace tributary::lab::registry {

class Store {
 public:
  static constexpr std::size_t kRepositoriesMax = 10'000;
  static constexpr Duration kUnusedLayerLife = 24h;

  static Result<std::unique_ptr<Store>> open(Disk& disk, Random& random, std::string directory,
                                             Logger log);

  // Null where there is none. Until the next change of it.
  const Repository* find(const RepositoryName& name) const;
  // An account's, by their names.
  std::vector<RepositoryName> list(std::string_view account, std::string_view region) const;

  // Errors: already_exists, limit_exceeded, the disk's.
  Result<void> create(const RepositoryName& name, Settings settings, Timestamp now);
  Result<void> change(const RepositoryName& name, const std::function<void(Settings&)>& change);
  Result<void> remove(const RepositoryName& name);  // with its images

  Result<std::unique_ptr<Upload>> begin_upload() { return blobs_->begin(); }
  // What was uploaded becomes a layer of the repository. Errors: invalid_argument (another digest),
  // not_found (no such repository), limit_exceeded, the disk's.
  Result<void> add_layer(const RepositoryName& name, std::unique_ptr<Upload> upload,
                         const std::string& digest, Timestamp now);
  // The layer of `from` also in `name`. Errors: not_found.
  Result<void> share_layer(const RepositoryName& name, const RepositoryName& from,
                           const std::string& digest, Timestamp now);
  // Errors: not_found.
  Result<std::unique_ptr<FileView>> read_layer(const RepositoryName& name,
                                               std::string_view digest) const;

  // Errors: as of Repository::add; not_found also where there is no such repository.
  Result<void> put_image(const RepositoryName& name, std::string_view manifest_bytes,
                         const Manifest& manifest, const std::vector<std::string>& tags,
                         Timestamp now);
  Result<std::string> read_manifest(const RepositoryName& name, std::string_view digest) const;
  Result<void> remove_image(const RepositoryName& name, std::string_view digest);
  // The image stays, unless this was its last tag.
  Result<void> remove_tag(const RepositoryName& name, const std::string& tag);

  // Lets go of layers that no image has come to need for a day.
  Result<void> sweep(Timestamp now);

 private:
  Store(Disk& disk, std::string directory, Logger log)
      : disk_(disk), directory_(std::move(directory)), log_(std::move(log)) {}

  std::string directory_of(const RepositoryName& name) const;
  std::string file_of(const RepositoryName& name) const;
  Result<void> load();
  Result<void> load_directory(const std::string& name);
  Result<void> save(const RepositoryName& name, const Repository& repository);
  // Applies `change` to a copy, makes it durable, and then lets go of blobs that nobody names now.
  Result<void> update(const RepositoryName& name,
                      const std::function<Result<void>(Repository&)>& change);
  bool is_wanted(const std::string& digest) const;
  void collect(const Repository& before, const Repository& after);

  Disk& disk_;
  const std::string directory_;
  Logger log_;
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<BlobStore> blobs_;
  std::map<RepositoryName, Repository> repositories_;
};

}  // namespace tributary::lab::registry
