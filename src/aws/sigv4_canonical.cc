#include "aws/sigv4_canonical.h"

#include <algorithm>

#include "aws/sha256.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex_value(char c) {
  if (c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

std::string decode_query_part(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (escape) {
      out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

// Spaces at the ends go, runs inside become one; a folded line counts as a space.
void append_squeezed(std::string& out, std::string_view value) {
  bool gap = false;
  bool first = true;
  for (const char c : trim(value)) {
    if (c == ' ' || c == '\r' || c == '\n' || (gap && is_space(c))) {
      gap = true;
      continue;
    }
    if (gap && !first) out.push_back(' ');
    gap = false;
    first = false;
    out.push_back(c);
  }
}

}  // namespace

std::string_view RequestView::path() const { return target.substr(0, target.find('?')); }

std::string_view RequestView::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string normalize_path(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  for (const std::string_view segment : split(path, '/')) {
    directory = segment.empty() || segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!directory) kept.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (directory || out.empty()) out += '/';
  return out;
}

std::string canonical_path(std::string_view path, PathForm form) {
  if (path.empty()) return "/";
  const std::string normal = form == PathForm::normalized ? normalize_path(path) : "";
  const std::string_view chosen = form == PathForm::normalized ? normal : path;
  std::string out;
  out.reserve(chosen.size());
  bool first = true;
  for (const std::string_view segment : split(chosen, '/')) {
    if (!first) out += '/';
    first = false;
    out += percent_encode(segment);
  }
  return out;
}

QueryParameters parse_query(std::string_view query) {
  QueryParameters parameters;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    parameters.emplace_back(decode_query_part(part.substr(0, equals)), decode_query_part(value));
  }
  return parameters;
}

bool has_broken_escape(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return true;
  }
  return false;
}

std::string canonical_query(const QueryParameters& parameters) {
  QueryParameters encoded;
  encoded.reserve(parameters.size());
  for (const auto& [name, value] : parameters)
    encoded.emplace_back(percent_encode(name), percent_encode(value));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string canonical_header_value(const net::Headers& headers, std::string_view name) {
  std::string out;
  bool first = true;
  for (const std::string_view value : headers.get_all(name)) {
    if (!first) out += ',';
    first = false;
    append_squeezed(out, value);
  }
  return out;
}

std::string canonical_request(const CanonicalParts& parts, const net::Headers& headers) {
  std::string out(parts.method);
  out += '\n';
  out += parts.path;
  out += '\n';
  out += parts.query;
  out += '\n';
  for (const std::string& name : parts.signed_headers) {
    out += name;
    out += ':';
    out += canonical_header_value(headers, name);
    out += '\n';
  }
  out += '\n';
  out += join(parts.signed_headers, ";");
  out += '\n';
  out += parts.payload_hash;
  return out;
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request) {
  std::string out(kAlgorithm);
  out += '\n';
  out += amz_date;
  out += '\n';
  out += scope;
  out += '\n';
  out += sha256_hex(canonical_request);
  return out;
}

}  // namespace tributary::aws
