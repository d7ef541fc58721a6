#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve.h"

namespace tributary {
namespace {

using testing::HasSubstr;

std::vector<std::string> with(std::vector<std::string> more) {
  std::vector<std::string> all = {"--data",        "/tmp/lab", "--hub", "http://127.0.0.1:9009",
                                  "--service-key", "key.json"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::string error_of(std::vector<std::string> arguments) {
  const auto options = parse_serve_options(std::move(arguments));
  return options ? "" : options.error().message();
}

TEST(ServeOptions, HaveTheDefaultsThatTheHelpSays) {
  const auto options = parse_serve_options(with({}));

  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->listen.port, 9010);
  EXPECT_EQ(options->listen.host, "127.0.0.1");
  EXPECT_EQ(options->driver, ServeOptions::DriverKind::containers);
  EXPECT_EQ(options->container_socket, "/run/podman/podman.sock");
}

TEST(ServeOptions, TakeASocketAsAUrlOrAPath) {
  EXPECT_EQ(parse_serve_options(with({"--container-socket", "unix:///a/b"}))->container_socket,
            "/a/b");
  EXPECT_EQ(parse_serve_options(with({"--container-socket", "/a/b"}))->container_socket, "/a/b");
  EXPECT_THAT(error_of(with({"--container-socket", "a/b"})), HasSubstr("unix:///path"));
}

TEST(ServeOptions, NameWhatIsMissing) {
  EXPECT_THAT(error_of({}), HasSubstr("--data DIR"));
  EXPECT_THAT(error_of({"--data", "d"}), HasSubstr("--hub URL"));
  EXPECT_THAT(error_of({"--data", "d", "--hub", "http://127.0.0.1:1"}),
              HasSubstr("service-key create"));
  EXPECT_THAT(error_of(with({"--driver", "processes"})), HasSubstr("--programs FILE"));
}

TEST(ServeOptions, NameWhatIsWrong) {
  EXPECT_THAT(error_of(with({"--driver", "vm"})), HasSubstr("containers, processes"));
  EXPECT_THAT(error_of(with({"--listen", "9010"})), HasSubstr("9010"));
  EXPECT_THAT(error_of(with({"--listen", ":0"})), HasSubstr("image names contain it"));
  EXPECT_THAT(error_of(with({"--nonsense"})), HasSubstr("--nonsense"));
  EXPECT_THAT(error_of(with({"extra"})), HasSubstr("\"extra\""));
}

TEST(ServeOptions, RefuseWhatATaskCouldNotReach) {
  EXPECT_THAT(error_of(with({"--hub", "http://hub.example:9009"})), HasSubstr("no DNS"));
  EXPECT_THAT(error_of(with({"--lead-out", "db.example:5432"})), HasSubstr("no DNS"));
  EXPECT_EQ(error_of(with({"--hub", "http://localhost:9009"})), "");
}

}  // namespace
}  // namespace tributary
