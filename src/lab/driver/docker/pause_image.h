// The image of the container that holds a task's network: one program that waits, made here, so
// that no registry is needed. It is the format of `docker save` (moby, image/spec): layer.tar, the
// configuration and manifest.json in a tar archive.
//
// Values; reads the program's file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace tributary::lab::docker {

// A program that does nothing until SIGTERM. This very one may be linked dynamically: the libraries
// that it has loaded go into the image. Any other must be linked static.
struct PauseProgram {
  std::string path = "/proc/self/exe";
  std::vector<std::string> arguments = {"pause"};
};

struct SavedImage {
  std::string name;     // "localhost/tributary-pause:<digits of its digest>"
  std::string archive;  // for POST /images/load
};

// The same program and label give the same name. `label` becomes the image's label tributary.lab.
Result<SavedImage> make_pause_image(const PauseProgram& program, const std::string& label);

}  // namespace tributary::lab::docker
