# cmake -D DIST=<the built page> -D OUT=<directory> -D GZIP=<gzip_best> -P embed.cmake
#
# Writes OUT/bundle.cc, which holds each file of DIST compressed. Does nothing where DIST is as it was
# the last time; without an index.html in DIST the bundle is empty.
cmake_minimum_required(VERSION 3.25)

set(names "")
if(EXISTS ${DIST}/index.html)
  file(GLOB_RECURSE names RELATIVE ${DIST} ${DIST}/*)
  list(SORT names)
endif()

set(externs "")
set(table "")
set(packed_now "")
set(number 0)
foreach(name IN LISTS names)
  file(SHA256 ${DIST}/${name} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  set(packed ${OUT}/${hash}.gz)
  list(APPEND packed_now ${packed})
  if(NOT EXISTS ${packed})
    execute_process(COMMAND ${GZIP} ${DIST}/${name} ${packed}.new COMMAND_ERROR_IS_FATAL ANY)
    file(RENAME ${packed}.new ${packed})
  endif()
  set(symbol tributary_console_${number})
  string(APPEND externs
    "asm(\".pushsection .rodata\\n\"\n"
    "    \"${symbol}: .incbin \\\"${packed}\\\"\\n\"\n"
    "    \"${symbol}_end: .byte 0\\n\"\n"
    "    \".popsection\");\n"
    "extern \"C\" const char ${symbol}[];\n"
    "extern \"C\" const char ${symbol}_end[];\n")
  string(APPEND table
    "    BundleFile{\"${name}\", between(${symbol}, ${symbol}_end), \"${hash}\"},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(GLOB packed_before ${OUT}/*.gz)
list(REMOVE_ITEM packed_before ${packed_now})
if(packed_before)
  file(REMOVE ${packed_before})
endif()

set(text "// Written by src/hub/console/embed.cmake.
#include \"hub/console/bundle.h\"

#include <array>

${externs}
namespace tributary::hub::console {

std::span<const BundleFile> bundle() {
  [[maybe_unused]] const auto between = [](const char* begin, const char* end) {
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
  };
  static const std::array<BundleFile, ${number}> kFiles = {
${table}  };
  return kFiles;
}

}  // namespace tributary::hub::console
")
set(old "")
if(EXISTS ${OUT}/bundle.cc)
  file(READ ${OUT}/bundle.cc old)
endif()
if(NOT old STREQUAL text)
  file(WRITE ${OUT}/bundle.cc "${text}")
endif()
