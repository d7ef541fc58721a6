// A repository and its images, as they are kept in one file, and what follows from them.
//
// Values; pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/values.h"
#include "lab/registry/manifest.h"

namespace tributary::lab::registry {

enum class TagMutability : std::uint8_t { may_move, immutable };
constexpr std::array<config::Choice<TagMutability>, 2> choices(TagMutability) {
  return {{{"MUTABLE", TagMutability::may_move}, {"IMMUTABLE", TagMutability::immutable}}};
}
const char* to_string(TagMutability mutability);

struct Image {
  std::string media_type;
  std::string artifact_type;
  std::int64_t pushed_at_ms = 0;
  std::uint64_t bytes = 0;             // of its layers as they are kept; of an index, its largest
  std::vector<std::string> layers;     // configuration and layers that are here
  std::vector<std::string> manifests;  // of an index
  std::string subject;

  template <class Fields>
  void describe(Fields& f) {
    f.required("media_type", media_type, "of its manifest");
    f.optional("artifact_type", artifact_type, "what it holds");
    f.required("pushed_at_ms", pushed_at_ms, "since 1970");
    f.optional("bytes", bytes, "of its layers");
    f.optional("layers", layers, "digests of its configuration and layers");
    f.optional("manifests", manifests, "digests, of an index");
    f.optional("subject", subject, "digest of the manifest that it is about");
  }
};

struct Layer {
  std::uint64_t bytes = 0;
  std::int64_t pushed_at_ms = 0;

  template <class Fields>
  void describe(Fields& f) {
    f.required("bytes", bytes, "of the blob");
    f.required("pushed_at_ms", pushed_at_ms, "since 1970");
  }
};

struct Settings {
  TagMutability tag_mutability = TagMutability::may_move;
  bool scan_on_push = false;                // kept and shown; nothing is scanned
  std::map<std::string, std::string> tags;  // of the repository as a resource of AWS

  template <class Fields>
  void describe(Fields& f) {
    f.optional("tag_mutability", tag_mutability, "whether a tag may move to another image");
    f.optional("scan_on_push", scan_on_push, "kept and shown; nothing is scanned");
    f.optional("tags", tags, "of the repository as a resource of AWS");
  }
};

struct Repository {
  static constexpr std::size_t kImagesMax = 10'000;
  static constexpr std::size_t kLayersMax = 100'000;

  std::int64_t created_at_ms = 0;
  Settings settings;
  std::map<std::string, Image> images;            // by digest
  std::map<std::string, std::string> image_tags;  // to digests
  std::map<std::string, Layer> layers;            // that were pushed here, by digest

  template <class Fields>
  void describe(Fields& f) {
    f.required("created_at_ms", created_at_ms, "since 1970");
    f.optional("settings", settings, "");
    f.optional("images", images, "by digest");
    f.optional("image_tags", image_tags, "to digests");
    f.optional("layers", layers, "by digest");
  }

  // Of a tag or a digest; "" where there is no such image.
  std::string resolve(std::string_view reference) const;
  std::vector<std::string> tags_of(std::string_view digest) const;
  std::map<std::string, std::vector<std::string>> tags_by_image() const;  // without the untagged
  // The digest of an index that names this manifest; "" where none does.
  std::string index_of(std::string_view digest) const;

  // Takes an image in, under `tags`. Errors change nothing: already_exists (a tag that may not
  // move), not_found (a layer or manifest that is not here), invalid_argument (a size is not the
  // blob's), limit_exceeded.
  Result<void> add(std::string_view digest, const Manifest& manifest,
                   const std::vector<std::string>& tags, std::int64_t now_ms);
  // The image, its tags, and the layers that no other image needs.
  void remove_image(std::string_view digest);
  // Layers that no image has come to need since `before_ms`; how many.
  std::size_t remove_unused_layers(std::int64_t before_ms);
};

}  // namespace tributary::lab::registry
