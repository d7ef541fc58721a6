#include "lab/compose/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/yaml.h"

namespace tributary::lab::compose {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T>
struct Read {
  T value;
  std::string messages;
};

template <class T>
Read<T> read(const std::string& yaml) {
  Read<T> outcome;
  config::Diagnostics diagnostics;
  const config::Node node = config::parse(yaml, "v.yml", diagnostics);
  config::decode(node, outcome.value, diagnostics);
  outcome.messages = diagnostics.render();
  return outcome;
}

std::vector<std::string> ports_of(const std::string& yaml) {
  std::vector<std::string> texts;
  for (const Port& port : read<Ports>(yaml).value.all)
    texts.push_back(std::to_string(port.mapping.host_port) + ":" +
                    std::to_string(port.mapping.container_port));
  return texts;
}

TEST(CommandLine, IsAListOrALineOfWords) {
  EXPECT_THAT(read<CommandLine>("[run, 'a b']").value.words, ElementsAre("run", "a b"));
  EXPECT_THAT(read<CommandLine>("run --name 'a b' \"c d\" e\\ f").value.words,
              ElementsAre("run", "--name", "a b", "c d", "e f"));
  EXPECT_THAT(read<CommandLine>("[]").value.words, IsEmpty());
  EXPECT_THAT(read<CommandLine>("''").value.words, IsEmpty());
  EXPECT_THAT(read<CommandLine>("run 'open").messages, HasSubstr("v.yml:1:1: error"));
  EXPECT_THAT(read<CommandLine>("[[a]]").messages, HasSubstr("must be text, got a list"));
}

TEST(Pairs, AreAListOrAMapping) {
  const auto pairs_of = [](const std::string& yaml) {
    std::vector<std::string> texts;
    for (const Pair& pair : read<Pairs>(yaml).value.all)
      texts.push_back(pair.name + (pair.value ? "=" + *pair.value : ""));
    return texts;
  };

  EXPECT_THAT(pairs_of("[A=1, B=, C, D=a=b]"), ElementsAre("A=1", "B=", "C", "D=a=b"));
  EXPECT_THAT(pairs_of("{A: 1, B: '', C: , D: true}"), ElementsAre("A=1", "B=", "C", "D=true"));
  EXPECT_THAT(read<Pairs>("['=x']").messages, HasSubstr("[0]: must be NAME=VALUE"));
  EXPECT_THAT(read<Pairs>("{A: [1]}").messages, HasSubstr("A: must be text, got a list"));
}

TEST(Ports, AreShortOrLong) {
  EXPECT_THAT(ports_of("['8000']"), ElementsAre("0:8000"));
  EXPECT_THAT(ports_of("[8000]"), ElementsAre("0:8000"));
  EXPECT_THAT(ports_of("['8000:8001/tcp']"), ElementsAre("8000:8001"));
  EXPECT_THAT(ports_of("['127.0.0.1:80:8080']"), ElementsAre("80:8080"));
  EXPECT_THAT(ports_of("['80-82:8080-8082']"), ElementsAre("80:8080", "81:8081", "82:8082"));
  EXPECT_THAT(ports_of("[{target: 80, published: 8080, mode: host}]"), ElementsAre("8080:80"));
}

TEST(Ports, RefuseWhatIsNone) {
  const auto refuses = [](const std::string& yaml, const std::string& message) {
    EXPECT_THAT(read<Ports>(yaml).messages, HasSubstr(message)) << yaml;
  };

  refuses("['0']", "[HOST:]CONTAINER");
  refuses("['65536']", "[HOST:]CONTAINER");
  refuses("['x:80']", "[HOST:]CONTAINER");
  refuses("['80/http']", "[HOST:]CONTAINER");
  refuses("['82-80']", "[HOST:]CONTAINER");
  refuses("['80-81:80-82']", "must be of one length");
  refuses("['53:53/udp']", "udp is not supported");
  refuses("[{target: 53, protocol: udp}]", "\"udp\" is not supported");
  refuses("[{targt: 53}]", "did you mean \"target\"?");
  refuses("'80'", "must be a list of ports");
}

TEST(Mounts, AreShortOrLong) {
  const auto mounts_of = [](const std::string& yaml) {
    std::vector<std::string> texts;
    for (const Mount& mount : read<Mounts>(yaml).value.all)
      texts.push_back(mount.source + "|" + mount.target + (mount.read_only ? "|ro" : ""));
    return texts;
  };

  EXPECT_THAT(mounts_of("[/data, 'a:/b', './x:/y:ro', '~/z:/z:rw']"),
              ElementsAre("|/data", "a|/b", "./x|/y|ro", "~/z|/z"));
  EXPECT_THAT(mounts_of("[{type: bind, source: ./x, target: /y, read_only: true}]"),
              ElementsAre("./x|/y|ro"));
  for (const char* bad : {"['']", "['a:b']", "['a:/b:rx']", "[':/b']", "['a:/b:ro:z']"})
    EXPECT_THAT(read<Mounts>(bad).messages, HasSubstr("must be [SOURCE:]TARGET")) << bad;
  EXPECT_THAT(read<Mounts>("[{type: tmpfs, target: /y}]").messages, HasSubstr("use the key tmpfs"));
}

TEST(TmpfsList, WantsASize) {
  const auto tmpfs = read<TmpfsList>("['/tmp:size=64m,noexec', '/run:rw,size=1g']").value.all;

  ASSERT_EQ(tmpfs.size(), 2U);
  EXPECT_EQ(tmpfs[0].size_mib, 64U);
  EXPECT_THAT(tmpfs[0].mount_options, ElementsAre("noexec"));
  EXPECT_EQ(tmpfs[1].size_mib, 1024U);
  EXPECT_EQ(read<TmpfsList>("/tmp:size=1m").value.all.size(), 1U);
  for (const char* bad : {"/tmp", "['/tmp:noexec']", "['tmp:size=1m']", "['/tmp:size=10k']"})
    EXPECT_THAT(read<TmpfsList>(bad).messages, HasSubstr("ECS wants a size")) << bad;
}

TEST(Memory, IsWrittenWithAUnit) {
  EXPECT_EQ(read<Memory>("512m").value.mib, 512U);
  EXPECT_EQ(read<Memory>("0.5gb").value.mib, 512U);
  EXPECT_EQ(read<Memory>("67108864").value.mib, 64U);
  EXPECT_EQ(read<Memory>("0").messages, "");
  EXPECT_THAT(read<Memory>("512").messages, HasSubstr("did you mean \"512m\"?"));
  EXPECT_THAT(read<Memory>("1k").messages, HasSubstr("less than the 4 MiB"));
}

TEST(Seconds, AreWhole) {
  EXPECT_EQ(read<Seconds>("1m30s").value.value, 90s);
  EXPECT_THAT(read<Seconds>("500ms").messages, HasSubstr("whole seconds"));
  EXPECT_THAT(read<Seconds>("soon").messages, HasSubstr("must be a duration"));
}

TEST(HealthTest, IsALineOrAList) {
  EXPECT_THAT(read<HealthTest>("curl localhost").value.command,
              ElementsAre("CMD-SHELL", "curl localhost"));
  EXPECT_THAT(read<HealthTest>("[CMD, /healthcheck]").value.command,
              ElementsAre("CMD", "/healthcheck"));
  EXPECT_THAT(read<HealthTest>("[NONE]").value.command, IsEmpty());
  EXPECT_THAT(read<HealthTest>("[/healthcheck]").messages, HasSubstr("got \"/healthcheck\" alone"));
  EXPECT_THAT(read<HealthTest>("[curl, x]").messages, HasSubstr("got \"curl\" first"));
}

TEST(ComposeDependencies, AreAListOrAMapping) {
  const auto list = read<ComposeDependencies>("[a, b]").value.all;
  const auto mapping = read<ComposeDependencies>(
                           "{a: {condition: service_healthy},"
                           " b: {condition: service_completed_successfully}}")
                           .value.all;

  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[1].dependency.container, "b");
  EXPECT_EQ(list[1].dependency.condition, StartCondition::start);
  ASSERT_EQ(mapping.size(), 2U);
  EXPECT_EQ(mapping[0].dependency.condition, StartCondition::healthy);
  EXPECT_EQ(mapping[1].dependency.condition, StartCondition::success);
  EXPECT_THAT(read<ComposeDependencies>("{a: {condition: healthy}}").messages,
              HasSubstr("v.yml:1:17: error: a: the condition \"healthy\" must be"));
}

}  // namespace
}  // namespace tributary::lab::compose
