#include "lab/driver/docker/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace tributary::lab::docker {
namespace {

using testing::HasSubstr;
using testing::Not;

TaskSpec task() {
  TaskSpec task;
  task.id = "0123456789abcdef0123456789abcdef";
  task.account = "111122223333";
  task.region = "eu-west-1";
  task.cluster = "demo";
  task.definition.family = "web";
  task.definition.revision = 7;
  task.definition.volumes = {{.name = "data", .host_path = ""},
                             {.name = "conf", .host_path = "/etc/conf"}};
  return task;
}

TEST(DockerRequests, SayEverythingOfAContainer) {
  CreateContainer create;
  create.image = "app:1";
  create.entry_point = {"/bin/app", "--flag"};
  create.command = {"a \"b\""};
  create.environment = {{"A", "1"}, {"B", ""}};
  create.labels = {{"k", "v"}};
  create.user = "1:2";
  create.working_directory = "/w";
  create.network = "none";
  create.cgroup_parent = "/p/t";
  create.read_only_root = true;
  create.tmpfs = {{"/t", "size=1m"}};
  create.mounts = {{.source = "v", .target = "/v", .is_volume = true, .read_only = true},
                   {.source = "/h", .target = "/b"}};
  create.ulimits = {{"nofile", 1, 2}};
  create.cpu_shares = 256;
  create.memory_bytes = 1024;
  create.memory_reservation_bytes = 512;

  EXPECT_EQ(
      body_of(create),
      R"({"Image":"app:1","Entrypoint":["/bin/app","--flag"],"Cmd":["a \"b\""],)"
      R"("Env":["A=1","B="],"Labels":{"k":"v"},"User":"1:2","WorkingDir":"/w",)"
      R"("Healthcheck":{"Test":["NONE"]},"HostConfig":{"NetworkMode":"none",)"
      R"("LogConfig":{"Type":"json-file","Config":{"max-size":"100m"}},"CgroupParent":"/p/t",)"
      R"("ReadonlyRootfs":true,"Tmpfs":{"/t":"size=1m"},"Mounts":[)"
      R"({"Type":"volume","Source":"v","Target":"/v","ReadOnly":true},)"
      R"({"Type":"bind","Source":"/h","Target":"/b"}],)"
      R"("Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"CpuShares":256,)"
      R"("Memory":1024,"MemorySwap":1024,"MemoryReservation":512}})");
}

TEST(DockerRequests, LeaveOutWhatTheImageSays) {
  CreateContainer create;
  create.image = "app";
  create.network = "host";

  const std::string body = body_of(create);

  for (const char* name : {"Entrypoint", "Cmd", "User", "WorkingDir", "Memory", "Mounts", "Tmpfs",
                           "CpuShares", "ReadonlyRootfs", "CgroupParent"})
    EXPECT_THAT(body, Not(HasSubstr(std::string("\"") + name + "\""))) << name;
}

TEST(DockerRequests, TakeAContainerFromItsTask) {
  const TaskSpec of = task();
  ContainerDefinition definition;
  definition.name = "app";
  definition.image = "x.org/app:1";
  definition.cpu_units = 128;
  definition.memory_mib = 64;
  definition.tmpfs = {{.container_path = "/t", .size_mib = 8, .mount_options = {"noexec"}}};
  definition.mount_points = {{.volume = "data", .container_path = "/d", .read_only = true},
                             {.volume = "conf", .container_path = "/c"}};
  definition.docker_labels = {{"mine", "1"}};

  const CreateContainer create = describe_container(of, definition);

  EXPECT_EQ(create.cpu_shares, 128U);
  EXPECT_EQ(create.memory_bytes, 64U << 20);
  EXPECT_EQ(create.tmpfs.at("/t"), "noexec,size=8m");
  ASSERT_EQ(create.mounts.size(), 2U);
  EXPECT_EQ(create.mounts[0].source, "ecs-0123456789abcdef0123456789abcdef-data");
  EXPECT_TRUE(create.mounts[0].is_volume);
  EXPECT_TRUE(create.mounts[0].read_only);
  EXPECT_EQ(create.mounts[1].source, "/etc/conf");
  EXPECT_FALSE(create.mounts[1].is_volume);
  EXPECT_EQ(create.labels.at("mine"), "1");
  EXPECT_EQ(create.labels.at("com.amazonaws.ecs.container-name"), "app");
  EXPECT_EQ(create.labels.at("com.amazonaws.ecs.task-arn"),
            "arn:aws:ecs:eu-west-1:111122223333:task/demo/0123456789abcdef0123456789abcdef");
  EXPECT_EQ(create.labels.at("com.amazonaws.ecs.task-definition-version"), "7");
  EXPECT_EQ(container_name(of, "app"), "ecs-web-7-app-0123456789abcdef0123456789abcdef");
}

TEST(DockerRequests, GiveAContainerWithoutCpuUnitsTheLeastShare) {
  EXPECT_EQ(describe_container(task(), {}).cpu_shares, 2U);
}

TEST(DockerRequests, WriteTheLoginAsUrlSafeBase64) {
  const std::string header =
      registry_auth({.server = "127.0.0.1:9010", .user = "AWS", .password = "p?>~\xc3\xbf"});

  EXPECT_EQ(header.find_first_of("+/"), std::string::npos);
  std::string standard = header;
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  EXPECT_EQ(base64_decode(standard),
            "{\"username\":\"AWS\",\"password\":\"p?>~\xc3\xbf\","
            "\"serveraddress\":\"127.0.0.1:9010\"}");
}

TEST(DockerRequests, FilterByTheOwner) {
  EXPECT_EQ(percent_decode(owner_filter("/a \"b\"")),
            "{\"label\":[\"tributary.lab=/a \\\"b\\\"\"]}");
}

TEST(DockerRequests, NameVolumesAndPrograms) {
  EXPECT_EQ(create_volume_body("v", "/data"), R"({"Name":"v","Labels":{"tributary.lab":"/data"}})");
  EXPECT_EQ(create_exec_body({"/p", "x y"}),
            R"({"AttachStdout":true,"AttachStderr":true,"Cmd":["/p","x y"]})");
}

}  // namespace
}  // namespace tributary::lab::docker
