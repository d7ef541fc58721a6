#include "lab/registry/ecr_api.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "config/fields.h"

namespace tributary::lab::registry {
namespace {

using config::Node;

// What an operation is about, and so what its caller must be allowed to use.
enum class Subject : std::uint8_t {
  everything,    // "*"
  registry,      // any repository of the account
  repository,    // `repositoryName`
  repositories,  // each of `repositoryNames`, or any
  arn,           // `resourceArn`
};

struct Context {
  EcrOperations& operations;
  const Caller& caller;
  RepositoryName name;  // of the repository; without one, of the registry
  const Node& parameters;
  Timestamp now;
};

struct Operation {
  std::string_view name;
  Subject subject;
  std::function<ApiAnswer(const Context&)> run;
};

// Reads the parameters, and hands them on.
template <class Request, class Run>
auto with(Run run) {
  return [run](const Context& context) {
    Request request;
    config::Diagnostics diagnostics;
    config::decode(context.parameters, request, diagnostics);
    if (diagnostics.has_errors())
      return api_error("InvalidParameterException", diagnostics.sorted().front().to_string());
    return run(context, request);
  };
}

using Of = const Context&;

const std::vector<Operation>& all_operations() {
  using namespace ecr;
  static const std::vector<Operation> kAll = {
      {"CreateRepository", Subject::repository,
       with<CreateRepository>([](Of c, auto& r) { return c.operations.create(c.name, r, c.now); })},
      {"DeleteRepository", Subject::repository,
       with<DeleteRepository>([](Of c, auto& r) { return c.operations.remove(c.name, r); })},
      {"DescribeRepositories", Subject::repositories,
       with<DescribeRepositories>([](Of c, auto& r) { return c.operations.describe(c.name, r); })},
      {"ListImages", Subject::repository,
       with<ListImages>([](Of c, auto& r) { return c.operations.list_images(c.name, r); })},
      {"DescribeImages", Subject::repository,
       with<DescribeImages>([](Of c, auto& r) { return c.operations.describe_images(c.name, r); })},
      {"BatchGetImage", Subject::repository,
       with<BatchImages>([](Of c, auto& r) { return c.operations.get_images(c.name, r); })},
      {"BatchDeleteImage", Subject::repository,
       with<BatchImages>([](Of c, auto& r) { return c.operations.delete_images(c.name, r); })},
      {"PutImage", Subject::repository,
       with<PutImage>([](Of c, auto& r) { return c.operations.put_image(c.name, r, c.now); })},
      {"BatchCheckLayerAvailability", Subject::repository,
       with<CheckLayers>([](Of c, auto& r) { return c.operations.check_layers(c.name, r); })},
      {"PutImageTagMutability", Subject::repository, with<PutTagMutability>([](Of c, auto& r) {
         return c.operations.put_tag_mutability(c.name, r);
       })},
      {"PutImageScanningConfiguration", Subject::repository,
       with<PutScanning>([](Of c, auto& r) { return c.operations.put_scanning(c.name, r); })},
      {"DescribeImageScanFindings", Subject::repository,
       with<DescribeScan>([](Of c, auto& r) { return c.operations.scan_findings(c.name, r); })},
      {"GetRepositoryPolicy", Subject::repository,
       with<OneRepository>([](Of c, auto&) { return c.operations.get_repository_policy(c.name); })},
      {"GetLifecyclePolicy", Subject::repository,
       with<OneRepository>([](Of c, auto&) { return c.operations.get_lifecycle_policy(c.name); })},
      {"TagResource", Subject::arn,
       with<ResourceTags>([](Of c, auto& r) { return c.operations.tag(c.name, r); })},
      {"UntagResource", Subject::arn,
       with<ResourceTags>([](Of c, auto& r) { return c.operations.untag(c.name, r); })},
      {"ListTagsForResource", Subject::arn,
       with<ResourceTags>([](Of c, auto&) { return c.operations.list_tags(c.name); })},
      {"DescribeRegistry", Subject::registry,
       with<NoParameters>([](Of c, auto&) { return c.operations.describe_registry(c.name); })},
      {"GetAuthorizationToken", Subject::everything, with<GetAuthorizationToken>([](Of c, auto& r) {
         return c.operations.authorization_token(c.caller, r, c.now);
       })},
  };
  return kAll;
}

struct Unsupported {
  std::string_view operation;
  std::string_view what;
};

constexpr std::string_view kLayers = "layers go through the OCI distribution API at /v2/";
constexpr std::string_view kScans = "the lab scans no images";
constexpr std::string_view kLifecycle = "the lab has no lifecycle policies";
constexpr std::string_view kPolicies = "the lab has no policies of repositories or registries";
constexpr std::string_view kReplication = "the lab replicates nothing";
constexpr std::string_view kCaches = "the lab has no pull through caches";

// What ECR has and the lab does not.
constexpr std::array kUnsupported = {
    Unsupported{"InitiateLayerUpload", kLayers},
    Unsupported{"UploadLayerPart", kLayers},
    Unsupported{"CompleteLayerUpload", kLayers},
    Unsupported{"GetDownloadUrlForLayer", kLayers},
    Unsupported{"StartImageScan", kScans},
    Unsupported{"BatchGetRepositoryScanningConfiguration", kScans},
    Unsupported{"GetRegistryScanningConfiguration", kScans},
    Unsupported{"PutRegistryScanningConfiguration", kScans},
    Unsupported{"PutLifecyclePolicy", kLifecycle},
    Unsupported{"DeleteLifecyclePolicy", kLifecycle},
    Unsupported{"GetLifecyclePolicyPreview", kLifecycle},
    Unsupported{"StartLifecyclePolicyPreview", kLifecycle},
    Unsupported{"SetRepositoryPolicy", kPolicies},
    Unsupported{"DeleteRepositoryPolicy", kPolicies},
    Unsupported{"GetRegistryPolicy", kPolicies},
    Unsupported{"PutRegistryPolicy", kPolicies},
    Unsupported{"DeleteRegistryPolicy", kPolicies},
    Unsupported{"PutReplicationConfiguration", kReplication},
    Unsupported{"DescribeImageReplicationStatus", kReplication},
    Unsupported{"CreatePullThroughCacheRule", kCaches},
    Unsupported{"DeletePullThroughCacheRule", kCaches},
    Unsupported{"DescribePullThroughCacheRules", kCaches},
};

ApiAnswer unsupported(const std::string& operation) {
  for (const Unsupported& one : kUnsupported)
    if (one.operation == operation)
      return api_error("UnsupportedOperationException",
                       operation + " is not supported: " + std::string(one.what));
  return api_error("UnknownOperationException", "ECR has no operation " + operation);
}

std::string text_of(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  return value ? value->text() : "";
}

// The repositories that a call is about; for Subject::repositories without names, the registry.
std::variant<std::vector<RepositoryName>, ApiAnswer> subjects(const Operation& operation,
                                                              const ApiCall& call) {
  const Node& parameters = call.parameters;
  RepositoryName registry{call.caller.account, call.caller.region, ""};
  if (const std::string id = text_of(parameters, "registryId"); !id.empty()) {
    if (!is_account(id)) return invalid_parameter("registryId", "must have 12 digits");
    registry.account = id;
  }
  if (operation.subject == Subject::arn) {
    const std::string arn = text_of(parameters, "resourceArn");
    auto name = parse_repository_arn(arn);
    if (!name) return invalid_parameter("resourceArn", "must be a repository's ARN, got " + arn);
    return std::vector{*std::move(name)};
  }
  std::vector<std::string> names;
  if (operation.subject == Subject::repository)
    names.push_back(text_of(parameters, "repositoryName"));
  if (const Node* list = parameters.find("repositoryNames");
      list && operation.subject == Subject::repositories)
    for (const Node& name : list->elements()) names.push_back(name.text());
  std::vector<RepositoryName> found;
  for (std::string& name : names) {
    if (!is_repository_name(name))
      return invalid_parameter("repositoryName",
                               "must have 2 to 240 characters and satisfy regular expression "
                               "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'");
    found.push_back({registry.account, registry.region, std::move(name)});
  }
  if (found.empty()) found.push_back(std::move(registry));
  return found;
}

}  // namespace

net::Task<ApiAnswer> EcrApi::handle(ApiCall call) {
  const auto& all = all_operations();
  const auto operation = std::find_if(
      all.begin(), all.end(), [&](const Operation& one) { return one.name == call.operation; });
  if (operation == all.end()) co_return unsupported(call.operation);
  const auto about = subjects(*operation, call);
  if (const auto* refused = std::get_if<ApiAnswer>(&about)) co_return *refused;
  const std::string action = "ecr:" + call.operation;
  const auto& names = std::get<std::vector<RepositoryName>>(about);
  for (const RepositoryName& name : names) {
    RepositoryName subject = operation->subject == Subject::everything ? RepositoryName() : name;
    net::Task<std::optional<ApiAnswer>> asking = may(call.caller, action, std::move(subject));
    const std::optional<ApiAnswer> refused = co_await asking;
    if (refused) co_return *refused;
  }
  RepositoryName name = names.front();
  if (operation->subject == Subject::repositories) name.name.clear();
  const Context context{operations_, call.caller, std::move(name), call.parameters, clock_.now()};
  co_return operation->run(context);
}

net::Task<std::optional<ApiAnswer>> EcrApi::may(Caller caller, std::string action,
                                                RepositoryName repository) {
  std::string resource = "*";
  if (!repository.account.empty()) {
    if (repository.name.empty()) repository.name = "*";
    resource = repository.arn();
    if (repository.account != caller.account)
      co_return api_error("AccessDeniedException",
                          "User: " + caller.arn + " is not authorized to perform: " + action +
                              " on resource: " + resource +
                              " because no resource-based policy allows the " + action + " action");
  }
  Question question{.access_key_id = caller.access_key_id,
                    .action = std::move(action),
                    .resource = std::move(resource),
                    .context = {}};
  net::Task<std::optional<ApiAnswer>> asking = refusal(authority_, std::move(question));
  co_return co_await asking;
}

}  // namespace tributary::lab::registry
