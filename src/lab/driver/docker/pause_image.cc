#include "lab/driver/docker/pause_image.h"

#include <link.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <set>

#include "aws/sha256.h"
#include "base/disk.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "lab/driver/docker/tar.h"

namespace tributary::lab::docker {
namespace {

constexpr std::string_view kSelf = "/proc/self/exe";
#if defined(__aarch64__)
constexpr std::string_view kArchitecture = "arm64";
#else
constexpr std::string_view kArchitecture = "amd64";
#endif

template <class T>
std::optional<T> number_at(std::string_view bytes, std::uint64_t at) {
  T value;
  if (at > bytes.size() || bytes.size() - at < sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The dynamic linker that a 64-bit ELF file asks for (elf(5)); "" for a static program.
Result<std::string> interpreter_of(std::string_view elf) {
  const Error broken(Code::corruption, "not a 64-bit ELF file");
  if (!elf.starts_with("\x7f"
                       "ELF\x02"))
    return broken;
  const auto table = number_at<std::uint64_t>(elf, 32);
  const auto entry_bytes = number_at<std::uint16_t>(elf, 54);
  const auto entries = number_at<std::uint16_t>(elf, 56);
  if (!table || !entry_bytes || !entries || *table > elf.size()) return broken;
  constexpr std::uint32_t kInterpreter = 3;  // PT_INTERP
  for (std::uint64_t i = 0; i < *entries; ++i) {
    const std::uint64_t at = *table + i * *entry_bytes;
    const auto type = number_at<std::uint32_t>(elf, at);
    if (!type) return broken;
    if (*type != kInterpreter) continue;
    const auto offset = number_at<std::uint64_t>(elf, at + 8);
    const auto size = number_at<std::uint64_t>(elf, at + 32);
    if (!offset || !size || *offset > elf.size() || elf.size() - *offset < *size) return broken;
    return std::string(trim(std::string(elf.substr(*offset, *size)).c_str()));
  }
  return std::string();
}

// What this process has loaded beside its program, by the paths at which it was found: those are
// where the dynamic linker looks, too.
std::set<std::string> loaded_libraries() {
  std::set<std::string> paths;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        const std::string_view path = info->dlpi_name ? info->dlpi_name : "";
        if (path.starts_with('/')) static_cast<std::set<std::string>*>(out)->emplace(path);
        return 0;
      },
      &paths);
  return paths;
}

Result<void> add_libraries(Disk& disk, const std::string& interpreter, TarWriter& layer) {
  std::set<std::string> paths = loaded_libraries();
  paths.insert(interpreter);
  for (const std::string& path : paths) {
    TRIBUTARY_TRY(const std::string bytes, disk.read(path));
    if (auto done = layer.add_file(path.substr(1), bytes, 0755); !done) return done.error();
  }
  return {};
}

Result<std::string> make_layer(const PauseProgram& program) {
  RealDisk disk;
  TRIBUTARY_TRY(const std::string bytes, disk.read(program.path));
  auto interpreter = interpreter_of(bytes);
  if (!interpreter) return interpreter.error().within(program.path);
  TarWriter layer;
  if (auto done = layer.add_file("pause", bytes, 0755); !done) return done.error();
  if (!interpreter->empty()) {
    if (program.path != kSelf)
      return Error(Code::invalid_argument,
                   program.path + ": linked dynamically, wanted static for a pause image");
    if (auto done = add_libraries(disk, *interpreter, layer); !done) return done.error();
  }
  return std::move(layer).finish();
}

std::string configuration(const PauseProgram& program, const std::string& label,
                          const std::string& layer_digest) {
  std::string entry_point = "\"/pause\"";
  for (const std::string& argument : program.arguments) entry_point += "," + json_string(argument);
  return "{\"architecture\":\"" + std::string(kArchitecture) +
         "\",\"os\":\"linux\",\"created\":\"1970-01-01T00:00:00Z\",\"config\":{\"Entrypoint\":[" +
         entry_point + "],\"Labels\":{\"tributary.lab\":" + json_string(label) +
         "}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + layer_digest + "\"]}}";
}

}  // namespace

Result<SavedImage> make_pause_image(const PauseProgram& program, const std::string& label) {
  auto layer = make_layer(program);
  if (!layer) return layer.error().within("pause image");
  const std::string config = configuration(program, label, aws::sha256_hex(*layer));
  const std::string digest = aws::sha256_hex(config);
  SavedImage image;
  image.name = "localhost/tributary-pause:" + digest.substr(0, 16);
  const std::string manifest = "[{\"Config\":\"" + digest + ".json\",\"RepoTags\":[\"" +
                               image.name + "\"],\"Layers\":[\"layer.tar\"]}]";
  TarWriter archive;
  if (auto done = archive.add_file(digest + ".json", config, 0644); !done) return done.error();
  if (auto done = archive.add_file("layer.tar", *layer, 0644); !done) return done.error();
  if (auto done = archive.add_file("manifest.json", manifest, 0644); !done) return done.error();
  image.archive = std::move(archive).finish();
  return image;
}

}  // namespace tributary::lab::docker
