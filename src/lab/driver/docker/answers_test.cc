#include "lab/driver/docker/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(DockerAnswers, TellPodmanFromDocker) {
  const auto podman = parse_version(
      R"({"Components":[{"Name":"Podman Engine"}],"Version":"4.3.1","ApiVersion":"1.41"})");
  const auto docker =
      parse_version(R"({"Components":[{"Name":"Engine"}],"Version":"27.0","ApiVersion":"1.46"})");

  ASSERT_TRUE(podman);
  EXPECT_TRUE(podman->podman);
  EXPECT_EQ(podman->version, "4.3.1");
  EXPECT_EQ(podman->api_version, "1.41");
  ASSERT_TRUE(docker);
  EXPECT_FALSE(docker->podman);
}

TEST(DockerAnswers, RefuseAVersionThatCannotBePartOfAPath) {
  const auto odd = parse_version(R"({"ApiVersion":"1/../x"})");
  const auto html = parse_version("<html>");

  ASSERT_FALSE(odd);
  EXPECT_THAT(odd.error().message(), HasSubstr("\"1/../x\""));
  ASSERT_FALSE(html);
  EXPECT_THAT(html.error().message(), HasSubstr("version: not JSON at byte 0"));
}

TEST(DockerAnswers, SayWhyInTheEnginesWords) {
  EXPECT_EQ(error_text(R"({"message":"no such container"})"), "no such container");
  EXPECT_EQ(error_text(R"({"cause":"x","message":"y: x","response":500})"), "y: x");
  EXPECT_EQ(error_text(" 404 page not found\n"), "404 page not found");
  EXPECT_EQ(error_text(std::string(1000, 'x')).size(), 400U);
  EXPECT_EQ(error_text(""), "");
}

TEST(DockerAnswers, GiveAnIdOfLettersAndDigitsAlone) {
  EXPECT_EQ(*parse_id(R"({"Id":"ab12","Warnings":[]})"), "ab12");
  EXPECT_FALSE(parse_id(R"({"Id":"../x"})"));
  EXPECT_FALSE(parse_id("{}"));
  EXPECT_FALSE(parse_id("[]"));
}

TEST(DockerAnswers, TellAContainersState) {
  const auto seen =
      parse_container(R"({"Id":"ab","State":)"
                      R"({"Running":true,"OOMKilled":true,"ExitCode":137,"Pid":12,"Error":"e"}})");

  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->id, "ab");
  EXPECT_TRUE(seen->running);
  EXPECT_TRUE(seen->out_of_memory);
  EXPECT_EQ(seen->exit_code, 137);
  EXPECT_EQ(seen->pid, 12);
  EXPECT_EQ(seen->error, "e");
  EXPECT_FALSE(parse_container("{}"));
  EXPECT_FALSE(parse_container(R"({"State":7})")->running);
}

TEST(DockerAnswers, GiveTheDigestOfTheRepositoryThatWasAskedFor) {
  const char* text =
      R"({"Id":"aa","RepoDigests":["other/app@sha256:1","x.org/app@sha256:2"],"RepoTags":["x:1"]})";

  EXPECT_EQ(parse_image(text, "x.org/app")->digest, "sha256:2");
  EXPECT_EQ(parse_image(text, "app")->digest, "sha256:1");
  EXPECT_EQ(parse_image(text, "nothing/like/it")->digest, "sha256:1");
  EXPECT_EQ(parse_image(text, "app")->id, "sha256:aa");
  EXPECT_EQ(parse_image(R"({"Id":"sha256:aa","RepoDigests":null})", "app")->digest, "");
  EXPECT_FALSE(parse_image("{}", "app"));
  EXPECT_THAT(parse_image_tags(text), ElementsAre("x:1"));
  EXPECT_THAT(parse_image_tags("x"), IsEmpty());
}

TEST(DockerAnswers, GiveTheExitCodeInEitherForm) {
  EXPECT_EQ(*parse_wait("{\"StatusCode\":3,\"Error\":null}\n"), 3);
  EXPECT_EQ(*parse_wait("137\n"), 137);
  EXPECT_EQ(parse_wait(R"({"StatusCode":-1,"Error":{"Message":"gone"}})").error().message(),
            "wait: gone");
  EXPECT_FALSE(parse_wait("{}"));
  EXPECT_FALSE(parse_wait(""));
}

TEST(DockerAnswers, TellHowAProgramInsideEnded) {
  const auto running = parse_exec(R"({"Running":true,"ExitCode":null,"Pid":7})");
  const auto ended = parse_exec(R"({"Running":false,"ExitCode":2,"Pid":0})");

  ASSERT_TRUE(running);
  EXPECT_TRUE(running->running);
  EXPECT_EQ(running->pid, 7);
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->running);
  EXPECT_EQ(ended->exit_code, 2);
  EXPECT_FALSE(parse_exec("{}"));
}

TEST(DockerAnswers, ListIdsAndNames) {
  EXPECT_THAT(*parse_ids(R"([{"Id":"a"},{"Id":"b"},{},7])"), ElementsAre("a", "b"));
  EXPECT_THAT(*parse_ids("null"), IsEmpty());
  EXPECT_THAT(*parse_volume_names(R"({"Volumes":[{"Name":"v"}],"Warnings":[]})"), ElementsAre("v"));
  EXPECT_THAT(*parse_volume_names(R"({"Volumes":null})"), IsEmpty());
}

TEST(DockerAnswers, GiveStatisticsAsDockerWritesThem) {
  const auto stats = parse_stats(
      R"({"read":"2026-01-02T03:04:05Z","pids_stats":{"current":3},
          "blkio_stats":{"io_service_bytes_recursive":[
            {"major":8,"minor":0,"op":"Read","value":4096},
            {"major":8,"minor":0,"op":"write","value":512},
            {"major":8,"minor":0,"op":"Total","value":4608}],"io_serviced_recursive":null},
          "cpu_stats":{"cpu_usage":{"total_usage":50,"percpu_usage":[20,30],
            "usage_in_kernelmode":10,"usage_in_usermode":40},"system_cpu_usage":1000,
            "online_cpus":2,"throttling_data":{"periods":5,"throttled_periods":4,
            "throttled_time":3}},
          "memory_stats":{"usage":100,"max_usage":200,"limit":300,"stats":{"cache":7,"rss":8}}})",
      Timestamp(9s));

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->read, Timestamp(9s));
  EXPECT_EQ(stats->cpu_total_ns, 50U);
  EXPECT_EQ(stats->cpu_user_ns, 40U);
  EXPECT_EQ(stats->cpu_system_ns, 10U);
  EXPECT_THAT(stats->per_cpu_ns, ElementsAre(20U, 30U));
  EXPECT_EQ(stats->machine_cpu_ns, 1000U);
  EXPECT_EQ(stats->cpus_online, 2U);
  EXPECT_EQ(stats->throttling_periods, 5U);
  EXPECT_EQ(stats->throttled_periods, 4U);
  EXPECT_EQ(stats->throttled_ns, 3U);
  EXPECT_EQ(stats->memory_bytes, 100U);
  EXPECT_EQ(stats->memory_max_bytes, 200U);
  EXPECT_EQ(stats->memory_limit_bytes, 300U);
  EXPECT_THAT(stats->memory_detail, ElementsAre(Pair("cache", 7U), Pair("rss", 8U)));
  ASSERT_EQ(stats->block_io.size(), 1U);
  EXPECT_EQ(stats->block_io[0].read_bytes, 4096U);
  EXPECT_EQ(stats->block_io[0].write_bytes, 512U);
  EXPECT_EQ(stats->processes, 3U);
}

TEST(DockerAnswers, LeaveStatisticsAtZeroThatAreNotThere) {
  const auto stats = parse_stats(R"({"cpu_stats":7,"memory_stats":{"stats":null}})", Timestamp());

  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cpu_total_ns, 0U);
  EXPECT_THAT(stats->memory_detail, IsEmpty());
}

TEST(DockerAnswers, FindThePullsFailureInItsProgressInPiecesOfAnySize) {
  const std::string docker =
      "{\"status\":\"Pulling\"}\r\n"
      "{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied\"}\r\n";
  for (std::size_t size = 1; size <= docker.size(); ++size) {
    PullProgress progress;
    for (std::size_t at = 0; at < docker.size(); at += size)
      ASSERT_TRUE(progress.take(std::string_view(docker).substr(at, size)));
    const auto done = progress.finish();
    ASSERT_FALSE(done) << size;
    EXPECT_EQ(done.error().message(), "denied");
  }
}

TEST(DockerAnswers, TakeAPullWithoutAFailureForDone) {
  PullProgress progress;

  ASSERT_TRUE(
      progress.take("{\"stream\":\"Copying\"}\nnot json\n{\"images\":[\"a\"],\"id\":\"a\"}"));

  EXPECT_TRUE(progress.finish());
}

TEST(DockerAnswers, RefuseALineOfProgressWithoutEnd) {
  PullProgress progress;

  const auto taken = progress.take(std::string(PullProgress::kLineBytesMax + 1, 'x'));

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), Code::limit_exceeded);
}

}  // namespace
}  // namespace tributary::lab::docker
