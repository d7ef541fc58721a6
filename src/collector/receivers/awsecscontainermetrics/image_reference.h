// The name and the tag in an image reference such as `registry.example:5000/team/app:1.4@sha256:…`
// (grammar: the reference package of the distribution project).
//
// Values, no threads.
#pragma once

#include <string>
#include <string_view>

namespace tributary::collector::awsecscontainermetrics {

struct ImageReference {
  std::string name;  // with registry and port, without tag and digest
  std::string tag;   // "latest" where there is none

  bool operator==(const ImageReference&) const = default;
};

// Both parts are empty where the text is no reference.
ImageReference parse_image_reference(std::string_view image);

// What the collectors of 2021 made of it: the whole text, and what follows its last colon.
ImageReference split_image_2021(std::string_view image);

}  // namespace tributary::collector::awsecscontainermetrics
