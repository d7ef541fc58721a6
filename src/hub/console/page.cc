#include "hub/console/page.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "hub/console/bundle.h"
#include "net/content_encoding.h"

namespace tributary::hub::console {
namespace {

constexpr std::string_view kRoot = "/console/";
constexpr std::string_view kAssets = "assets/";  // named by what is in them
constexpr std::size_t kFileBytesMax = 16U << 20;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
constexpr std::string_view kFeatures =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

constexpr std::string_view kNotBuilt =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Tributary: no console in this build</title>\n"
    "<h1>This hub was built without its console</h1>\n"
    "<p>The API works as always. What is missing is the page, which needs Node.js (18.19 or later) "
    "and npm when the hub is built.</p>\n"
    "<p>To get it, in the sources: <code>apt-get install nodejs npm</code>, then "
    "<code>tools/web</code>, which builds the page, and <code>make build</code>, which puts it "
    "into "
    "<code>build/release/bin/tributary-hub</code>. Then restart the hub.</p>\n";

std::string_view type_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  for (const auto& [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  return "application/octet-stream";
}

void protect(net::Headers& headers) {
  headers.set("Content-Security-Policy", kPolicy);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  headers.set("Permissions-Policy", kFeatures);
}

net::Response answer(int status, std::string_view type, std::string body) {
  net::Response response{.status = status, .body = std::move(body)};
  if (!type.empty()) response.headers.set("Content-Type", type);
  response.headers.set("Cache-Control", "no-store");
  protect(response.headers);
  return response;
}

net::Response redirect(std::string location) {
  net::Response response = answer(302, "", "");
  response.headers.set("Location", location);
  return response;
}

const BundleFile* find(std::span<const BundleFile> files, std::string_view name) {
  const auto at = std::ranges::find(files, name, &BundleFile::name);
  return at == files.end() ? nullptr : &*at;
}

// A weak comparison of If-None-Match (RFC 9110, 13.1.2).
bool has_already(const net::ServerRequest& request, std::string_view tag) {
  for (const std::string_view value : request.headers.get_all("If-None-Match")) {
    for (std::string_view one : split(value, ',')) {
      one = trim(one);
      if (one.starts_with("W/")) one.remove_prefix(2);
      if (one == "*" || one == tag) return true;
    }
  }
  return false;
}

net::Response serve(const net::ServerRequest& request, const BundleFile& file) {
  const bool packed = net::accepts_gzip(request.headers);
  // The two codings are different bytes, so they differ in their tags.
  const std::string tag = "\"" + std::string(file.hash) + (packed ? "-gzip\"" : "\"");
  net::Response response = answer(200, type_of(file.name), "");
  response.headers.set("ETag", tag);
  response.headers.set("Vary", "Accept-Encoding");
  if (file.name.starts_with(kAssets)) {
    response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  } else if (file.name != "index.html") {
    response.headers.set("Cache-Control", "no-cache");
  }
  if (has_already(request, tag)) {
    response.status = 304;
  } else if (packed) {
    response.headers.set("Content-Encoding", "gzip");
    response.body = file.gzip;
  } else if (auto plain = net::gunzip(file.gzip, kFileBytesMax)) {
    response.body = *std::move(plain);
  } else {
    return answer(500, "text/plain; charset=utf-8", plain.error().message() + "\n");
  }
  return response;
}

// "." and "..", also percent-encoded: whoever signs or checks paths takes them away, so what they
// mean depends on who reads them.
bool has_dot_segments(std::string_view path) {
  const auto is_dots = [](std::string_view segment) {
    std::string plain = to_lower(segment);
    for (std::size_t at = plain.find("%2e"); at != plain.npos; at = plain.find("%2e"))
      plain.replace(at, 3, ".");
    return plain == "." || plain == "..";
  };
  const auto segments = split(path, '/');
  return std::ranges::any_of(segments, is_dots);
}

}  // namespace

std::optional<net::Response> page(const net::ServerRequest& request,
                                  std::span<const BundleFile> files) {
  const std::string_view path = request.path();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path == "/") {
    const bool bare = request.target == "/" && !request.headers.get("Authorization");
    if (!reads || !bare) return std::nullopt;
    return redirect(std::string(kRoot));
  }
  if (path != "/console" && !path.starts_with(kRoot)) return std::nullopt;
  if (!reads) {
    net::Response refused = answer(405, "text/plain; charset=utf-8", "only GET and HEAD\n");
    refused.headers.set("Allow", "GET, HEAD");
    return refused;
  }
  if (path == "/console") {
    const bool asks = request.target.size() > path.size();
    return redirect(std::string(kRoot) + (asks ? "?" + std::string(request.query()) : ""));
  }
  const BundleFile* const index = find(files, "index.html");
  if (index == nullptr) return answer(501, "text/html; charset=utf-8", std::string(kNotBuilt));
  const std::string_view name = path.substr(kRoot.size());
  const BundleFile* const file = find(files, name);
  if (file != nullptr) return serve(request, *file);
  // A script of an older build must not become a page.
  if (name.starts_with(kAssets) || has_dot_segments(path))
    return answer(404, "text/plain; charset=utf-8", "no such file\n");
  return serve(request, *index);
}

}  // namespace tributary::hub::console
