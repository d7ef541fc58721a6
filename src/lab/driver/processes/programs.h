// What stands in for images where there are no containers: a file that names, for image names, the
// program of this machine to run.
//
//   programs:
//     - image: "*/demo-app:*"            # * is any text, ? any character; the first match counts
//       program: ../bin/demo-app         # from the file's folder; a bare name is searched in PATH
//       arguments: [--verbose]           # the image's ENTRYPOINT after the program
//       command: [--port, "8080"]        # the image's CMD
//       environment: {MODE: demo}
//       working_directory: /var/lib/demo
//       files:                           # paths in the image, and what they are here
//         /etc/demo.yaml: ./demo.yaml
//
// Whoever may run tasks may, by them, run any program as the lab's user: an entry point that the
// task definition names is searched in `files`, then in PATH.
//
// Values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/diagnostics.h"
#include "config/node.h"
#include "lab/task/task.h"

namespace tributary::lab {

struct Program {
  std::string image;
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  std::string working_directory;
  std::map<std::string, std::string> files;

  template <class Fields>
  void describe(Fields& f) {
    f.required("image", image, "pattern of image names: * is any text, ? any character");
    f.required("program", program, "what runs; from the file's folder, or searched in PATH");
    f.optional("arguments", arguments, "the image's ENTRYPOINT after the program");
    f.optional("command", command, "the image's CMD");
    f.optional("environment", environment, "the image's ENV");
    f.optional("working_directory", working_directory, "the image's WORKDIR");
    f.optional("files", files, "paths in the image, and what they are on this machine");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

// What a container runs: argv by Docker's rules, with the image's paths made this machine's.
std::vector<std::string> command_line(const Program& program, const ContainerDefinition& container);
// The same for a program inside, as a health check.
std::vector<std::string> command_inside(const Program& program, std::vector<std::string> words);

class Programs {
 public:
  Programs() = default;
  explicit Programs(std::vector<Program> programs) : programs_(std::move(programs)) {}

  // Null where none matches.
  const Program* find(std::string_view image) const;
  const std::vector<Program>& all() const { return programs_; }

 private:
  std::vector<Program> programs_;
};

// Relative paths are seen from `folder`.
Programs parse_programs(std::string text, const std::string& name, const std::string& folder,
                        config::Diagnostics& diagnostics);
Result<Programs> load_programs(const std::string& path);

// "*" is any text, "?" any character.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace tributary::lab
