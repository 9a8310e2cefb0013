# How everything is compiled, and the outside libraries under short names.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -g1")

option(REDBED_TESTS "Build the tests" ON)
option(REDBED_WERROR "Warnings are errors" OFF)
set(REDBED_SANITIZE "" CACHE STRING "address,undefined or thread")
option(REDBED_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Our sources only: warnings of others are not ours to mend.
add_library(strict INTERFACE)
target_compile_options(strict INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers -fno-rtti -fno-exceptions
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # ccache asks for the first two, because of precompiled headers. In these g++
  # takes the standard library for a part of the project, and warns of it.
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>"
  "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-array-bounds>"
  $<$<BOOL:${REDBED_WERROR}>:-Werror>)
target_include_directories(strict INTERFACE ${CMAKE_SOURCE_DIR}/src)

# Tests are compiled more often than they are run: what is tested keeps its
# optimization, the tests themselves need none to speak of.
add_library(quickly_compiled INTERFACE)
target_compile_options(quickly_compiled INTERFACE
  $<$<CONFIG:Release>:-O1> $<$<CONFIG:Release>:-g0>)

# A sanitizer's finding ends the program, so that no test can pass over it.
# -O1: at -O0 they are too slow to run often.
if(REDBED_SANITIZE)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=${REDBED_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${REDBED_SANITIZE})
endif()
if(REDBED_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
foreach(module uv=libuv lz4=liblz4 zstd=libzstd xxhash=libxxhash
        crypto=libcrypto)
  string(REPLACE "=" ";" pair ${module})
  list(GET pair 0 name)
  list(GET pair 1 package)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${package})
  add_library(${name} ALIAS PkgConfig::${name})
endforeach()

# spdlog compiled, not header-only: base/log.cc is the one file that pays.
find_package(spdlog REQUIRED)
add_library(spdlog ALIAS spdlog::spdlog)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/base/log.cc
  PROPERTIES COMPILE_OPTIONS -fexceptions SKIP_PRECOMPILE_HEADERS ON)

# The allocator takes over malloc for the whole program; under a sanitizer
# the sanitizer's own must stay.
add_library(allocator INTERFACE)
if(NOT REDBED_SANITIZE)
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(allocator INTERFACE PkgConfig::jemalloc)
  target_compile_definitions(allocator INTERFACE REDBED_JEMALLOC)
endif()

# Debian ships llhttp as C sources.
add_library(llhttp STATIC /usr/share/llhttp/api.c /usr/share/llhttp/http.c
  /usr/share/llhttp/llhttp.c)
target_include_directories(llhttp SYSTEM PUBLIC /usr/share/include/llhttp)
