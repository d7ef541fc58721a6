// What ECR's operations do, for callers who may.
//
// Threads: one; blocks on disk.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "lab/api/api.h"
#include "lab/registry/ecr_requests.h"
#include "lab/registry/names.h"
#include "lab/registry/store.h"
#include "lab/registry/tokens.h"

namespace tributary::lab::registry {

class EcrOperations {
 public:
  EcrOperations(Store& store, Tokens& tokens) : store_(store), tokens_(tokens) {}

  // "127.0.0.1:9010": what repositoryUri begins with.
  void set_address(std::string address) { address_ = std::move(address); }

  ApiAnswer create(const RepositoryName& name, const ecr::CreateRepository& request, Timestamp now);
  ApiAnswer remove(const RepositoryName& name, const ecr::DeleteRepository& request);
  // `registry`: its name is empty.
  ApiAnswer describe(const RepositoryName& registry, const ecr::DescribeRepositories& request);
  ApiAnswer list_images(const RepositoryName& name, const ecr::ListImages& request);
  ApiAnswer describe_images(const RepositoryName& name, const ecr::DescribeImages& request);
  ApiAnswer get_images(const RepositoryName& name, const ecr::BatchImages& request);
  ApiAnswer delete_images(const RepositoryName& name, const ecr::BatchImages& request);
  ApiAnswer put_image(const RepositoryName& name, const ecr::PutImage& request, Timestamp now);
  ApiAnswer check_layers(const RepositoryName& name, const ecr::CheckLayers& request);
  ApiAnswer put_tag_mutability(const RepositoryName& name, const ecr::PutTagMutability& request);
  ApiAnswer put_scanning(const RepositoryName& name, const ecr::PutScanning& request);
  ApiAnswer scan_findings(const RepositoryName& name, const ecr::DescribeScan& request);
  ApiAnswer get_repository_policy(const RepositoryName& name);
  ApiAnswer get_lifecycle_policy(const RepositoryName& name);
  ApiAnswer tag(const RepositoryName& name, const ecr::ResourceTags& request);
  ApiAnswer untag(const RepositoryName& name, const ecr::ResourceTags& request);
  ApiAnswer list_tags(const RepositoryName& name);
  ApiAnswer describe_registry(const RepositoryName& registry);
  ApiAnswer authorization_token(const Caller& caller, const ecr::GetAuthorizationToken& request,
                                Timestamp now);

 private:
  std::string uri(const RepositoryName& name) const { return address_ + '/' + name.path(); }
  std::string repository_json(const RepositoryName& name, const Repository& repository) const;

  Store& store_;
  Tokens& tokens_;
  std::string address_ = "127.0.0.1:9010";
};

// "Invalid parameter at '<parameter>' failed to satisfy constraint: '<constraint>'"
ApiAnswer invalid_parameter(std::string_view parameter, std::string_view constraint);

}  // namespace tributary::lab::registry
