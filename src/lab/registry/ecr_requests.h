// The requests of ECR's API, as its model has them (api.ecr, 2015-09-21).
//
// Values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/values.h"
#include "lab/registry/repository.h"

namespace tributary::lab::registry::ecr {

enum class TagStatus : std::uint8_t { any, tagged, untagged };
constexpr std::array<config::Choice<TagStatus>, 3> choices(TagStatus) {
  return {
      {{"ANY", TagStatus::any}, {"TAGGED", TagStatus::tagged}, {"UNTAGGED", TagStatus::untagged}}};
}

struct Tag {
  std::string key;
  std::string value;

  template <class Fields>
  void describe(Fields& f) {
    f.required("Key", key, "");
    f.optional("Value", value, "");
  }
};

struct ImageId {
  std::string digest;
  std::string tag;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("imageDigest", digest, "");
    f.optional("imageTag", tag, "");
  }
};

struct Scanning {
  bool scan_on_push = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("scanOnPush", scan_on_push, "");
  }
};

struct Encryption {
  std::string type = "AES256";
  std::string kms_key;

  template <class Fields>
  void describe(Fields& f) {
    f.required("encryptionType", type, "");
    f.optional("kmsKey", kms_key, "");
  }
};

struct Filter {
  TagStatus tag_status = TagStatus::any;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("tagStatus", tag_status, "");
  }
};

struct Page {
  std::uint32_t results_max = 100;
  std::string next_token;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("maxResults", results_max, "");
    f.optional("nextToken", next_token, "");
  }
};

// What names one repository, and all that most operations have.
struct OneRepository {
  std::string registry_id;
  std::string repository_name;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("registryId", registry_id, "");
    f.required("repositoryName", repository_name, "");
  }
};

struct CreateRepository : OneRepository {
  std::vector<Tag> tags;
  TagMutability tag_mutability = TagMutability::may_move;
  Scanning scanning;
  Encryption encryption;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.optional("tags", tags, "");
    f.optional("imageTagMutability", tag_mutability, "");
    f.optional("imageScanningConfiguration", scanning, "");
    f.optional("encryptionConfiguration", encryption, "");
  }
};

struct DeleteRepository : OneRepository {
  bool force = false;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.optional("force", force, "");
  }
};

struct DescribeRepositories : Page {
  std::string registry_id;
  std::vector<std::string> repository_names;

  template <class Fields>
  void describe(Fields& f) {
    Page::describe(f);
    f.optional("registryId", registry_id, "");
    f.optional("repositoryNames", repository_names, "");
  }
};

struct ListImages : OneRepository {
  Page page;
  Filter filter;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    page.describe(f);
    f.optional("filter", filter, "");
  }
};

struct DescribeImages : ListImages {
  std::vector<ImageId> image_ids;

  template <class Fields>
  void describe(Fields& f) {
    ListImages::describe(f);
    f.optional("imageIds", image_ids, "");
  }
};

// BatchGetImage, BatchDeleteImage
struct BatchImages : OneRepository {
  std::vector<ImageId> image_ids;
  std::vector<std::string> accepted_media_types;  // every image has but the one it was pushed with

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.required("imageIds", image_ids, "");
    f.optional("acceptedMediaTypes", accepted_media_types, "");
  }
};

struct PutImage : OneRepository {
  std::string manifest;
  std::string media_type;
  std::string tag;
  std::string digest;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.required("imageManifest", manifest, "");
    f.optional("imageManifestMediaType", media_type, "");
    f.optional("imageTag", tag, "");
    f.optional("imageDigest", digest, "");
  }
};

struct CheckLayers : OneRepository {
  std::vector<std::string> layer_digests;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.required("layerDigests", layer_digests, "");
  }
};

struct PutTagMutability : OneRepository {
  TagMutability tag_mutability = TagMutability::may_move;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.required("imageTagMutability", tag_mutability, "");
  }
};

struct PutScanning : OneRepository {
  Scanning scanning;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.required("imageScanningConfiguration", scanning, "");
  }
};

struct DescribeScan : OneRepository {
  ImageId image_id;
  Page page;

  template <class Fields>
  void describe(Fields& f) {
    OneRepository::describe(f);
    f.required("imageId", image_id, "");
    page.describe(f);
  }
};

// TagResource, UntagResource, ListTagsForResource
struct ResourceTags {
  std::string resource_arn;
  std::vector<Tag> tags;
  std::vector<std::string> tag_keys;

  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", resource_arn, "");
    f.optional("tags", tags, "");
    f.optional("tagKeys", tag_keys, "");
  }
};

struct GetAuthorizationToken {
  std::vector<std::string> registry_ids;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("registryIds", registry_ids, "");
  }
};

struct NoParameters {
  template <class Fields>
  void describe(Fields&) {}
};

}  // namespace tributary::lab::registry::ecr
