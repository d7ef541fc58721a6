# One target per folder:
#   tributary_library(tsdb SOURCES ... TESTS ... USES base model LIBS lib::snappy TEST_USES ...)
# USES names the folders it may include (tools/tidy.py holds the includes to it), LIBS the outside
# libraries. TESTS become one program, <name>_test.

add_library(tributary_options INTERFACE)
target_include_directories(tributary_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(tributary_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-missing-field-initializers
  -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees ghosts in inlined std::string and std::optional code (PR 105329, 105562, 80635).
  target_compile_options(tributary_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Clang 19 rejects an assignment operator in RapidJSON 1.1 that nobody calls
  # (GenericStringRef), unless it leaves templates alone until they are used.
  target_compile_options(tributary_options INTERFACE
    -fdelayed-template-parsing -Wno-delayed-template-parsing-in-cxx20)
endif()
target_compile_definitions(tributary_options INTERFACE
  TRIBUTARY_VERSION="${TRIBUTARY_VERSION}"
  TRIBUTARY_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_DISABLE_VISIBILITY RAPIDJSON_HAS_STDSTRING=1)

function(tributary_name out name)
  string(REPLACE "/" "_" flat ${name})
  set(${out} tributary_${flat} PARENT_SCOPE)
endfunction()

function(tributary_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;LIBS;TEST_USES;TEST_LIBS" ${ARGN})
  tributary_name(target ${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(${target} ${scope} tributary_options)
  foreach(used IN LISTS ARG_USES)
    tributary_name(used_target ${used})
    target_link_libraries(${target} ${scope} ${used_target})
  endforeach()
  target_link_libraries(${target} ${scope} ${ARG_LIBS})
  if(TRIBUTARY_TESTS AND ARG_TESTS)
    string(REPLACE "/" "_" flat ${name})
    tributary_test(${flat}_test SOURCES ${ARG_TESTS} USES ${name} ${ARG_TEST_USES}
      LIBS ${ARG_TEST_LIBS})
  endif()
endfunction()

# tributary_test(<program> SOURCES ... USES ... LIBS ...): a GoogleTest program, run by ctest.
function(tributary_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(used IN LISTS ARG_USES)
    tributary_name(used_target ${used})
    target_link_libraries(${name} PRIVATE ${used_target})
  endforeach()
  target_link_libraries(${name} PRIVATE tributary_options ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 240)
endfunction()

# tributary_program(<name> SOURCES ... USES ...): a program in bin/. A release build links it static
# and leaves its symbols in <name>.debug beside it.
function(tributary_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(used IN LISTS ARG_USES)
    tributary_name(used_target ${used})
    target_link_libraries(${name} PRIVATE ${used_target})
  endforeach()
  target_link_libraries(${name} PRIVATE tributary_options ${ARG_LIBS})
  if(TRIBUTARY_STATIC)
    target_link_options(${name} PRIVATE -static -Wl,--gc-sections)
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:${name}> $<TARGET_FILE:${name}>.debug
      COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=$<TARGET_FILE:${name}>.debug
              $<TARGET_FILE:${name}>
      VERBATIM)
  endif()
endfunction()

# tributary_fuzz(<target> USES ...): fuzz/<target>.cc defines LLVMFuzzerTestOneInput. With
# TRIBUTARY_FUZZ it becomes fuzz_<target> (libFuzzer); always, its corpus runs as an ordinary test.
function(tributary_fuzz name)
  cmake_parse_arguments(ARG "" "" "USES;LIBS" ${ARGN})
  set(programs "")
  if(TRIBUTARY_FUZZ)
    add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/fuzz/${name}.cc)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    list(APPEND programs fuzz_${name})
  endif()
  if(TRIBUTARY_TESTS)
    add_executable(${name}_corpus_test ${CMAKE_SOURCE_DIR}/fuzz/${name}.cc
      ${CMAKE_SOURCE_DIR}/fuzz/corpus_main.cc)
    add_test(NAME ${name}_corpus COMMAND ${name}_corpus_test
      ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(${name}_corpus PROPERTIES TIMEOUT 120)
    list(APPEND programs ${name}_corpus_test)
  endif()
  foreach(program IN LISTS programs)
    foreach(used IN LISTS ARG_USES)
      tributary_name(used_target ${used})
      target_link_libraries(${program} PRIVATE ${used_target})
    endforeach()
    target_link_libraries(${program} PRIVATE tributary_options ${ARG_LIBS})
  endforeach()
endfunction()
