// Blobs by their digest, each kept once whoever uses it. On disk:
//
//   blobs/sha256/<64 hexadecimal digits>   complete and durable: fsynced before it got its name
//   uploads/<id>                           on their way; removed when the store is opened
//
// Threads: one, except Upload::sync.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/random.h"
#include "base/result.h"
#include "lab/registry/digest.h"

namespace tributary::lab::registry {

// Bytes on their way to become a blob. Its end removes them, unless the store has kept them.
class Upload {
 public:
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  std::uint64_t bytes() const { return bytes_; }
  // After an error nothing more can be done with it. Errors: limit_exceeded, the disk's.
  Result<void> append(std::string_view piece);
  // Makes what has been appended durable; from any thread, while nothing else happens to it.
  Result<void> sync();

 private:
  friend class BlobStore;
  Upload(Disk& disk, std::string path, std::unique_ptr<File> file, std::uint64_t bytes_max);

  Disk& disk_;
  const std::string path_;
  std::unique_ptr<File> file_;
  const std::uint64_t bytes_max_;
  Hasher hasher_;
  std::uint64_t bytes_ = 0;
  std::uint64_t synced_bytes_ = 0;
  bool failed_ = false;
  bool kept_ = false;
};

class BlobStore {
 public:
  static constexpr std::uint64_t kBlobBytesMax = 10ULL << 30;

  static Result<std::unique_ptr<BlobStore>> open(Disk& disk, Random& random, std::string directory,
                                                 std::uint64_t blob_bytes_max = kBlobBytesMax);

  Result<std::unique_ptr<Upload>> begin();
  // The upload's bytes become the blob `digest`; one that is there already stays as it is. Errors:
  // invalid_argument where the bytes have another digest, the disk's. The upload is over either
  // way.
  Result<void> keep(std::unique_ptr<Upload> upload, std::string_view digest);
  Result<void> put(std::string_view bytes, std::string_view digest);

  // Errors: not_found.
  Result<std::uint64_t> size(std::string_view digest) const;
  Result<std::string> read(std::string_view digest) const;
  // Stays readable when the blob is removed meanwhile.
  Result<std::unique_ptr<FileView>> view(std::string_view digest) const;

  Result<void> remove(std::string_view digest);
  // Removes every blob that `wanted` does not know; how many.
  Result<std::size_t> remove_unless(const std::function<bool(const std::string& digest)>& wanted);

 private:
  BlobStore(Disk& disk, Random& random, std::string directory, std::uint64_t blob_bytes_max)
      : disk_(disk),
        random_(random),
        blobs_(directory + "/blobs/sha256"),
        uploads_(directory + "/uploads"),
        blob_bytes_max_(blob_bytes_max) {}

  std::string path_of(std::string_view digest) const;

  Disk& disk_;
  Random& random_;
  const std::string blobs_;
  const std::string uploads_;
  const std::uint64_t blob_bytes_max_;
};

}  // namespace tributary::lab::registry
