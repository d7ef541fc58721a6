// The texts of an XML document by the path of their elements: enough for the answers of AWS' query
// protocol, and no more. Namespaces are dropped, attributes skipped; a document type is refused.
//
// Threads: pure function.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::aws {

// "ErrorResponse/Error/Code" -> "AccessDenied". Of repeated paths the first stays.
using XmlTexts = std::map<std::string, std::string, std::less<>>;

inline constexpr std::size_t kXmlDepthMax = 16;
inline constexpr std::size_t kXmlElementsMax = 1000;

Result<XmlTexts> parse_xml_texts(std::string_view xml);

}  // namespace tributary::aws
