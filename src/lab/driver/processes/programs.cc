#include "lab/driver/processes/programs.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json_text.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace tributary::lab {
namespace {

struct ProgramsFile {
  std::vector<Program> programs;

  template <class Fields>
  void describe(Fields& f) {
    f.required("programs", programs, "what runs for which image");
  }
};

// A bare name stays: PATH is searched when it runs.
std::string from_folder(const std::string& folder, const std::string& path) {
  if (path.find('/') == std::string::npos) return path;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

// Whether a path in a word may end before `c`.
bool ends_path(char c) {
  return c != '/' && c != '.' && c != '-' && c != '_' &&
         !std::isalnum(static_cast<unsigned char>(c));
}

// "--config=/etc/x.yaml" with the image's path replaced wherever it stands whole.
std::string translate(const Program& program, std::string word) {
  for (const auto& [inside, here] : program.files) {
    std::size_t at = 0;
    while ((at = word.find(inside, at)) != std::string::npos) {
      const std::size_t end = at + inside.size();
      const bool whole =
          (at == 0 || ends_path(word[at - 1])) && (end == word.size() || ends_path(word[end]));
      if (whole) word.replace(at, inside.size(), here);
      at += whole ? here.size() : 1;
    }
  }
  return word;
}

}  // namespace

void Program::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (program.empty()) diagnostics.error(node.mark_of("program"), "program: must not be empty");
  for (const auto& [inside, here] : files)
    if (!inside.starts_with('/') || here.empty())
      diagnostics.error(node.mark_of("files"), "files: " + json_string(inside) + " to " +
                                                   json_string(here) +
                                                   ": want an absolute path in the image and a "
                                                   "path of this machine");
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one, and where its text may grow to
  std::size_t grown = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] != '*' && pattern[p] == text[t]))) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      grown = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++grown;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<std::string> command_inside(const Program& program, std::vector<std::string> words) {
  for (std::string& word : words) word = translate(program, std::move(word));
  return words;
}

std::vector<std::string> command_line(const Program& program,
                                      const ContainerDefinition& container) {
  std::vector<std::string> words;
  const bool own_entry = !container.entry_point.empty();
  if (own_entry) {
    words = container.entry_point;
  } else {
    words.push_back(program.program);
    words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  }
  // With an entry point of its own a container does not get the image's command.
  const bool own_command = !container.command.empty() || own_entry;
  const std::vector<std::string>& command = own_command ? container.command : program.command;
  words.insert(words.end(), command.begin(), command.end());
  return command_inside(program, std::move(words));
}

const Program* Programs::find(std::string_view image) const {
  for (const Program& program : programs_)
    if (matches_pattern(program.image, image)) return &program;
  return nullptr;
}

Programs parse_programs(std::string text, const std::string& name, const std::string& folder,
                        config::Diagnostics& diagnostics) {
  ProgramsFile file;
  const config::Node node = config::parse(std::move(text), name, diagnostics);
  if (diagnostics.has_errors() || !config::decode(node, file, diagnostics)) return {};
  for (Program& program : file.programs) {
    program.program = from_folder(folder, program.program);
    for (auto& [inside, here] : program.files) here = from_folder(folder, here);
  }
  return Programs(std::move(file.programs));
}

Result<Programs> load_programs(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Error(Code::not_found, "programs file " + json_string(path) + ": cannot be read");
  std::string text(std::istreambuf_iterator<char>(file), {});
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  config::Diagnostics diagnostics;
  Programs programs = parse_programs(std::move(text), path, folder, diagnostics);
  if (diagnostics.has_errors()) return diagnostics.to_error();
  return programs;
}

}  // namespace tributary::lab
