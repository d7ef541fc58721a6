// The operations of the ECS API. Each request has two functions: `questions`, what its caller must
// be allowed to do, and `perform`, which does it and answers, errors in ECS' words.
//
// Threads: the Loop's.
#pragma once

#include <string>
#include <vector>

#include "lab/api/api.h"
#include "lab/ecs/control_plane.h"
#include "lab/ecs/requests.h"

namespace tributary::lab::ecs {

// Without the caller's key.
using Questions = std::vector<Question>;

Questions questions(ControlPlane& plane, const Caller& caller, const CreateCluster& request);
Questions questions(ControlPlane& plane, const Caller& caller, const DescribeClusters& request);
Questions questions(ControlPlane& plane, const Caller& caller, const ListClusters& request);
Questions questions(ControlPlane& plane, const Caller& caller, const DeleteCluster& request);
Questions questions(ControlPlane& plane, const Caller& caller,
                    const UpdateClusterSettings& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const CreateCluster& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeClusters& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListClusters& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DeleteCluster& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const UpdateClusterSettings& request);

Questions questions(ControlPlane& plane, const Caller& caller,
                    const RegisterTaskDefinition& request);
Questions questions(ControlPlane& plane, const Caller& caller,
                    const DescribeTaskDefinition& request);
Questions questions(ControlPlane& plane, const Caller& caller,
                    const DeregisterTaskDefinition& request);
Questions questions(ControlPlane& plane, const Caller& caller,
                    const DeleteTaskDefinitions& request);
Questions questions(ControlPlane& plane, const Caller& caller, const ListTaskDefinitions& request);
Questions questions(ControlPlane& plane, const Caller& caller,
                    const ListTaskDefinitionFamilies& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const RegisterTaskDefinition& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeTaskDefinition& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller,
                  const DeregisterTaskDefinition& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DeleteTaskDefinitions& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListTaskDefinitions& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller,
                  const ListTaskDefinitionFamilies& request);

Questions questions(ControlPlane& plane, const Caller& caller, const CreateService& request);
Questions questions(ControlPlane& plane, const Caller& caller, const UpdateService& request);
Questions questions(ControlPlane& plane, const Caller& caller, const DeleteService& request);
Questions questions(ControlPlane& plane, const Caller& caller, const DescribeServices& request);
Questions questions(ControlPlane& plane, const Caller& caller, const ListServices& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const CreateService& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const UpdateService& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DeleteService& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeServices& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListServices& request);

Questions questions(ControlPlane& plane, const Caller& caller, const RunTask& request);
Questions questions(ControlPlane& plane, const Caller& caller, const StopTask& request);
Questions questions(ControlPlane& plane, const Caller& caller, const DescribeTasks& request);
Questions questions(ControlPlane& plane, const Caller& caller, const ListTasks& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const RunTask& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const StopTask& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeTasks& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListTasks& request);

Questions questions(ControlPlane& plane, const Caller& caller, const TagResource& request);
Questions questions(ControlPlane& plane, const Caller& caller, const UntagResource& request);
Questions questions(ControlPlane& plane, const Caller& caller, const ListTagsForResource& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const TagResource& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const UntagResource& request);
ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListTagsForResource& request);

}  // namespace tributary::lab::ecs
