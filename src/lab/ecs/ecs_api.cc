#include "lab/ecs/ecs_api.h"

#include <algorithm>
#include <array>

#include "lab/ecs/operations.h"
#include "lab/ecs/task_definition.h"

namespace tributary::lab::ecs {
namespace {

// What a call asks of the Authority, and what it does then.
template <class Request>
net::Task<ApiAnswer> run(Authority& authority, ControlPlane& plane, ApiCall call) {
  Request request;
  config::Diagnostics diagnostics;
  if (!config::decode(call.parameters, request, diagnostics)) {
    const bool of_definition = std::is_same_v<Request, RegisterTaskDefinition>;
    co_return api_error(of_definition ? "ClientException" : "InvalidParameterException",
                        messages_of(diagnostics));
  }
  Questions asked = questions(plane, call.caller, request);
  for (Question& question : asked) {
    question.access_key_id = call.caller.access_key_id;
    net::Task<std::optional<ApiAnswer>> asking = refusal(authority, std::move(question));
    const std::optional<ApiAnswer> refused = co_await asking;
    if (refused) co_return *refused;
  }
  co_return perform(plane, call.caller, request);
}

using Run = net::Task<ApiAnswer> (*)(Authority&, ControlPlane&, ApiCall);

struct Operation {
  std::string_view name;
  Run run;
};

constexpr std::array<Operation, 23> kOperations = {{
    {"CreateCluster", run<CreateCluster>},
    {"CreateService", run<CreateService>},
    {"DeleteCluster", run<DeleteCluster>},
    {"DeleteService", run<DeleteService>},
    {"DeleteTaskDefinitions", run<DeleteTaskDefinitions>},
    {"DeregisterTaskDefinition", run<DeregisterTaskDefinition>},
    {"DescribeClusters", run<DescribeClusters>},
    {"DescribeServices", run<DescribeServices>},
    {"DescribeTaskDefinition", run<DescribeTaskDefinition>},
    {"DescribeTasks", run<DescribeTasks>},
    {"ListClusters", run<ListClusters>},
    {"ListServices", run<ListServices>},
    {"ListTagsForResource", run<ListTagsForResource>},
    {"ListTaskDefinitionFamilies", run<ListTaskDefinitionFamilies>},
    {"ListTaskDefinitions", run<ListTaskDefinitions>},
    {"ListTasks", run<ListTasks>},
    {"RegisterTaskDefinition", run<RegisterTaskDefinition>},
    {"RunTask", run<RunTask>},
    {"StopTask", run<StopTask>},
    {"TagResource", run<TagResource>},
    {"UntagResource", run<UntagResource>},
    {"UpdateClusterSettings", run<UpdateClusterSettings>},
    {"UpdateService", run<UpdateService>},
}};

// Operations of ECS that the lab has nothing for.
constexpr std::array<std::string_view, 37> kUnserved = {"CreateCapacityProvider",
                                                        "CreateTaskSet",
                                                        "DeleteAccountSetting",
                                                        "DeleteAttributes",
                                                        "DeleteCapacityProvider",
                                                        "DeleteTaskSet",
                                                        "DeregisterContainerInstance",
                                                        "DescribeCapacityProviders",
                                                        "DescribeContainerInstances",
                                                        "DescribeServiceDeployments",
                                                        "DescribeServiceRevisions",
                                                        "DescribeTaskSets",
                                                        "DiscoverPollEndpoint",
                                                        "ExecuteCommand",
                                                        "GetTaskProtection",
                                                        "ListAccountSettings",
                                                        "ListAttributes",
                                                        "ListContainerInstances",
                                                        "ListServiceDeployments",
                                                        "ListServicesByNamespace",
                                                        "PutAccountSetting",
                                                        "PutAccountSettingDefault",
                                                        "PutAttributes",
                                                        "PutClusterCapacityProviders",
                                                        "RegisterContainerInstance",
                                                        "StartTask",
                                                        "StopServiceDeployment",
                                                        "SubmitAttachmentStateChanges",
                                                        "SubmitContainerStateChange",
                                                        "SubmitTaskStateChange",
                                                        "UpdateCapacityProvider",
                                                        "UpdateCluster",
                                                        "UpdateContainerAgent",
                                                        "UpdateContainerInstancesState",
                                                        "UpdateServicePrimaryTaskSet",
                                                        "UpdateTaskProtection",
                                                        "UpdateTaskSet"};

}  // namespace

net::Task<ApiAnswer> EcsApi::handle(ApiCall call) {
  const auto operation = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (operation == kOperations.end()) {
    const bool known = std::ranges::find(kUnserved, call.operation) != kUnserved.end();
    co_return known
        ? api_error("UnsupportedFeatureException",
                    call.operation + ": this lab does not support it")
        : api_error("UnknownOperationException", "ECS has no operation " + call.operation);
  }
  net::Task<ApiAnswer> running = operation->run(authority_, plane_, std::move(call));
  co_return co_await running;
}

}  // namespace tributary::lab::ecs
