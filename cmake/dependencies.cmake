# Debian 12's packages, static where there is a choice. Each has its reason in docs/decisions.
set(OPENSSL_USE_STATIC_LIBS ON)
set(ZLIB_USE_STATIC_LIBS ON)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)

# tributary_static_library(<target> <archive> [<what it needs>...])
function(tributary_static_library target archive)
  find_library(TRIBUTARY_LIB_${target} NAMES ${archive} REQUIRED)
  add_library(lib::${target} INTERFACE IMPORTED)
  target_link_libraries(lib::${target} INTERFACE ${TRIBUTARY_LIB_${target}} ${ARGN})
endfunction()

tributary_static_library(zlib libz.a)
tributary_static_library(deflate libdeflate.a)
tributary_static_library(snappy libsnappy.a)
tributary_static_library(zstd libzstd.a)
tributary_static_library(re2 libre2.a Threads::Threads)
tributary_static_library(yaml libyaml.a)
tributary_static_library(sqlite libsqlite3.a Threads::Threads)

# Header only: Boost 1.81 (unordered_flat_map), RapidJSON.
add_library(lib::headers INTERFACE IMPORTED)
add_library(lib::tls INTERFACE IMPORTED)
target_link_libraries(lib::tls INTERFACE OpenSSL::SSL OpenSSL::Crypto)

if(TRIBUTARY_TESTS)
  find_package(GTest REQUIRED)
endif()

# Where ccache is installed, it is used.
find_program(TRIBUTARY_CCACHE ccache)
if(TRIBUTARY_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TRIBUTARY_CCACHE})
endif()
