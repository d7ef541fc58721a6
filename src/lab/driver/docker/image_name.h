// Names of images as Docker reads them: [server/]repository[:tag][@digest]. The first part is a
// server where it has a dot or a port in it, or is "localhost" (distribution/reference).
//
// Values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::lab::docker {

struct ImageName {
  std::string server;      // "" for a name without one
  std::string repository;  // "team/app"
  std::string tag;         // "" with a digest alone; otherwise "latest" where none is named
  std::string digest;      // "sha256:..."; "" for none

  std::string name() const { return server.empty() ? repository : server + "/" + repository; }
  // With the digest, or else the tag.
  std::string reference() const {
    return digest.empty() ? name() + ":" + tag : name() + "@" + digest;
  }
};

Result<ImageName> parse_image_name(std::string_view text);

}  // namespace tributary::lab::docker
