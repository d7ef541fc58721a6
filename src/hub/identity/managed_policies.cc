#include "hub/identity/managed_policies.h"

#include <array>

namespace tributary::hub::identity {
namespace {

constexpr std::string_view kAdministrator =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

constexpr std::string_view kRemoteWrite =
    R"({"Version":"2012-10-17","Statement":[{"Action":["aps:RemoteWrite"],"Effect":"Allow",)"
    R"("Resource":"*"}]})";

constexpr std::string_view kQuery =
    R"({"Version":"2012-10-17","Statement":[{"Action":["aps:GetLabels","aps:GetMetricMetadata",)"
    R"("aps:GetSeries","aps:QueryMetrics"],"Effect":"Allow","Resource":"*"}]})";

constexpr std::string_view kFull =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"AllPrometheusActions","Effect":"Allow",)"
    R"("Action":["aps:*"],"Resource":"*"},{"Sid":"DescribeCluster","Effect":"Allow",)"
    R"("Action":["eks:DescribeCluster","ec2:DescribeSubnets","ec2:DescribeSecurityGroups"],)"
    R"("Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:CalledVia":)"
    R"(["aps.amazonaws.com"]}}},{"Sid":"CreateServiceLinkedRole","Effect":"Allow",)"
    R"("Action":"iam:CreateServiceLinkedRole","Resource":"arn:aws:iam::*:role/aws-service-role/)"
    R"(scraper.aps.amazonaws.com/AWSServiceRoleForAmazonPrometheusScraper*","Condition":)"
    R"({"StringEquals":{"iam:AWSServiceName":"scraper.aps.amazonaws.com"}}}]})";

constexpr std::string_view kConsole =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["tag:GetTagValues",)"
    R"("tag:GetTagKeys"],"Resource":"*"},{"Effect":"Allow","Action":["aps:CreateWorkspace",)"
    R"("aps:DescribeWorkspace","aps:UpdateWorkspaceAlias","aps:DeleteWorkspace",)"
    R"("aps:ListWorkspaces","aps:DescribeAlertManagerDefinition",)"
    R"("aps:DescribeRuleGroupsNamespace","aps:CreateAlertManagerDefinition",)"
    R"("aps:CreateRuleGroupsNamespace","aps:DeleteAlertManagerDefinition",)"
    R"("aps:DeleteRuleGroupsNamespace","aps:ListRuleGroupsNamespaces",)"
    R"("aps:PutAlertManagerDefinition","aps:PutRuleGroupsNamespace","aps:TagResource",)"
    R"("aps:UntagResource","aps:CreateLoggingConfiguration","aps:UpdateLoggingConfiguration",)"
    R"("aps:DeleteLoggingConfiguration","aps:DescribeLoggingConfiguration",)"
    R"("aps:UpdateWorkspaceConfiguration","aps:DescribeWorkspaceConfiguration",)"
    R"("aps:CreateQueryLoggingConfiguration","aps:UpdateQueryLoggingConfiguration",)"
    R"("aps:DeleteQueryLoggingConfiguration","aps:DescribeQueryLoggingConfiguration"],)"
    R"("Resource":"*"}]})";

constexpr std::string_view kTaskExecution =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":)"
    R"(["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability",)"
    R"("ecr:GetDownloadUrlForLayer","ecr:BatchGetImage","logs:CreateLogStream",)"
    R"("logs:PutLogEvents"],"Resource":"*"}]})";

constexpr std::array<AwsManagedPolicy, 6> kPolicies = {{
    {"/", "AdministratorAccess", 1, "2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z", kAdministrator},
    {"/", "AmazonPrometheusConsoleFullAccess", 9, "2020-12-15T18:11:10Z", "2026-02-12T17:59:47Z",
     kConsole},
    {"/", "AmazonPrometheusFullAccess", 2, "2020-12-15T18:10:46Z", "2023-11-26T20:16:13Z", kFull},
    {"/", "AmazonPrometheusQueryAccess", 1, "2020-12-19T01:02:58Z", "2020-12-19T01:02:58Z", kQuery},
    {"/", "AmazonPrometheusRemoteWriteAccess", 1, "2020-12-19T01:04:32Z", "2020-12-19T01:04:32Z",
     kRemoteWrite},
    {"/service-role/", "AmazonECSTaskExecutionRolePolicy", 1, "2017-11-16T18:48:22Z",
     "2017-11-16T18:48:22Z", kTaskExecution},
}};

}  // namespace

std::span<const AwsManagedPolicy> aws_managed_policies() { return kPolicies; }

}  // namespace tributary::hub::identity
