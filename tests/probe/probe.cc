// A program for the images of the tests: does what its arguments say, one after the other. Linked
// static, it runs in an image that holds nothing else.
//
//   print TEXT, error TEXT, write TEXT (no line end), sleep MS, exit CODE, env NAME, cat FILE,
//   put FILE TEXT, whoami, directory, allocate MIB, spin MS, flood LINES, pause, stubborn, kill N,
//   get IPv4 PORT (status and last line of what an HTTP server answers)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

void say(std::FILE* stream, const std::string& text) {
  std::fputs(text.c_str(), stream);
  std::fflush(stream);
}

void cat(const char* path) {
  std::FILE* file = std::fopen(path, "r");
  if (!file) return say(stdout, std::string(path) + ": " + std::strerror(errno) + "\n");
  char piece[4096];
  while (const std::size_t size = std::fread(piece, 1, sizeof piece, file))
    say(stdout, std::string(piece, size));
  std::fclose(file);
}

void put(const char* path, const char* text) {
  std::FILE* file = std::fopen(path, "w");
  if (!file) return say(stdout, std::string(path) + ": " + std::strerror(errno) + "\n");
  std::fputs(text, file);
  std::fclose(file);
  say(stdout, std::string(path) + ": written\n");
}

void get(const char* address, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address, &to.sin_addr);
  const std::string request = "GET / HTTP/1.0\r\nHost: lab\r\n\r\n";
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
      ::write(fd, request.data(), request.size()) < 0)
    return say(stdout, std::string(address) + ": " + std::strerror(errno) + "\n");
  std::string answer;
  char piece[1024];
  for (ssize_t size; (size = ::read(fd, piece, sizeof piece)) > 0;)
    answer.append(piece, static_cast<std::size_t>(size));
  ::close(fd);
  const std::string status = answer.substr(answer.find(' ') + 1, 3);
  say(stdout, status + " " + answer.substr(answer.rfind('\n') + 1) + "\n");
}

void allocate(int mib) {
  for (int i = 0; i < mib; ++i) {
    auto* bytes = static_cast<char*>(std::malloc(1U << 20));
    for (std::size_t at = 0; at < (1U << 20); at += 4096) bytes[at] = static_cast<char>(at + 1);
  }
  say(stdout, "allocated\n");
}

// Until it has had so much of the processor, however many others want it.
void spin(int ms) {
  const std::clock_t end = std::clock() + ms * (CLOCKS_PER_SEC / 1000);
  volatile unsigned turns = 0;
  while (std::clock() < end) turns = turns + 1;
}

void wait_for_signals() {
  std::signal(SIGTERM, [](int) { ::_exit(0); });
  for (;;) ::pause();
}

// True where the word takes an argument, which was used.
bool with_argument(const std::string& word, const char* argument) {
  if (word == "print") return say(stdout, std::string(argument) + "\n"), true;
  if (word == "error") return say(stderr, std::string(argument) + "\n"), true;
  if (word == "write") return say(stdout, argument), true;
  if (word == "sleep") return ::usleep(static_cast<unsigned>(std::atoi(argument)) * 1000U), true;
  if (word == "exit") std::exit(std::atoi(argument));
  if (word == "kill") return std::raise(std::atoi(argument)), true;
  if (word == "cat") return cat(argument), true;
  if (word == "allocate") return allocate(std::atoi(argument)), true;
  if (word == "spin") return spin(std::atoi(argument)), true;
  if (word == "env") {
    const char* value = std::getenv(argument);
    return say(stdout, std::string(argument) + "=" + (value ? value : "(unset)") + "\n"), true;
  }
  if (word == "flood") {
    for (int i = 0; i < std::atoi(argument); ++i) say(stdout, "line " + std::to_string(i) + "\n");
    return true;
  }
  return false;
}

}  // namespace

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "pause") wait_for_signals();
    if (word == "stubborn") {
      std::signal(SIGTERM, SIG_IGN);
    } else if (word == "whoami") {
      say(stdout, std::to_string(::getuid()) + ":" + std::to_string(::getgid()) + "\n");
    } else if (word == "directory") {
      char path[4096];
      say(stdout, std::string(::getcwd(path, sizeof path) ? path : "?") + "\n");
    } else if (word == "put" && i + 2 < count) {
      put(words[i + 1], words[i + 2]);
      i += 2;
    } else if (word == "get" && i + 2 < count) {
      get(words[i + 1], std::atoi(words[i + 2]));
      i += 2;
    } else if (i + 1 < count && with_argument(word, words[i + 1])) {
      ++i;
    } else {
      say(stderr, "probe: what is \"" + word + "\"?\n");
      return 64;
    }
  }
  return 0;
}
