#include "lab/registry/blob_store.h"

#include <utility>

#include "base/check.h"

namespace tributary::lab::registry {
namespace {

constexpr std::string_view kAlgorithm = "sha256:";

}  // namespace

Upload::Upload(Disk& disk, std::string path, std::unique_ptr<File> file, std::uint64_t bytes_max)
    : disk_(disk), path_(std::move(path)), file_(std::move(file)), bytes_max_(bytes_max) {}

Upload::~Upload() {
  file_.reset();
  if (!kept_) (void)disk_.remove(path_);  // what stays is removed when the store is next opened
}

Result<void> Upload::append(std::string_view piece) {
  if (failed_) return Error(Code::unavailable, "the upload has failed before");
  if (piece.size() > bytes_max_ - bytes_) {
    failed_ = true;
    return Error(Code::limit_exceeded,
                 "a blob may have at most " + std::to_string(bytes_max_) + " bytes");
  }
  if (auto done = file_->append(piece); !done) {
    failed_ = true;
    return done;
  }
  hasher_.update(piece);
  bytes_ += piece.size();
  return {};
}

Result<void> Upload::sync() {
  if (failed_) return Error(Code::unavailable, "the upload has failed before");
  auto done = file_->sync();
  if (done) synced_bytes_ = bytes_;
  failed_ = !done;
  return done;
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(Disk& disk, Random& random,
                                                   std::string directory,
                                                   std::uint64_t blob_bytes_max) {
  std::unique_ptr<BlobStore> store(
      new BlobStore(disk, random, std::move(directory), blob_bytes_max));
  if (auto done = disk.remove(store->uploads_); !done) return done.error();
  if (auto done = disk.make_directory(store->uploads_); !done) return done.error();
  if (auto done = disk.make_directory(store->blobs_); !done) return done.error();
  return store;
}

Result<std::unique_ptr<Upload>> BlobStore::begin() {
  const std::string path = uploads_ + '/' + random_uuid(random_);
  TRIBUTARY_TRY(auto file, disk_.create(path));
  return std::unique_ptr<Upload>(new Upload(disk_, path, std::move(file), blob_bytes_max_));
}

Result<void> BlobStore::keep(std::unique_ptr<Upload> upload, std::string_view digest) {
  if (upload->failed_) return Error(Code::unavailable, "the upload has failed before");
  if (const std::string found = upload->hasher_.finish(); found != digest)
    return Error(Code::invalid_argument, "the " + std::to_string(upload->bytes_) +
                                             " bytes received have the digest " + found + ", not " +
                                             std::string(digest));
  const std::string path = path_of(digest);
  if (disk_.exists(path)) return {};
  if (upload->synced_bytes_ != upload->bytes_ || upload->bytes_ == 0)
    if (auto done = upload->sync(); !done) return done;
  if (auto done = disk_.rename(upload->path_, path); !done) return done;
  upload->kept_ = true;
  return disk_.sync_directory(blobs_);
}

Result<void> BlobStore::put(std::string_view bytes, std::string_view digest) {
  TRIBUTARY_TRY(auto upload, begin());
  if (auto done = upload->append(bytes); !done) return done;
  return keep(std::move(upload), digest);
}

Result<std::uint64_t> BlobStore::size(std::string_view digest) const {
  return disk_.size(path_of(digest));
}

Result<std::string> BlobStore::read(std::string_view digest) const {
  return disk_.read(path_of(digest));
}

Result<std::unique_ptr<FileView>> BlobStore::view(std::string_view digest) const {
  return disk_.map(path_of(digest));
}

Result<void> BlobStore::remove(std::string_view digest) { return disk_.remove(path_of(digest)); }

Result<std::size_t> BlobStore::remove_unless(
    const std::function<bool(const std::string& digest)>& wanted) {
  TRIBUTARY_TRY(const auto names, disk_.list(blobs_));
  std::size_t removed = 0;
  for (const std::string& name : names) {
    if (wanted(std::string(kAlgorithm) + name)) continue;
    if (auto done = disk_.remove(blobs_ + '/' + name); !done) return done.error();
    ++removed;
  }
  return removed;
}

std::string BlobStore::path_of(std::string_view digest) const {
  TRIBUTARY_CHECK(is_digest(digest));
  return blobs_ + '/' + std::string(digest.substr(kAlgorithm.size()));
}

}  // namespace tributary::lab::registry
