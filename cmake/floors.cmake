# floor(NAME FOLDERS ... LINKS ...): the static library redbed_NAME of every
# .cc in these folders of src/, and the test program NAME_test of every .cc in
# the same folders of tests/ (but bench_*.cc, which are programs of their own).

enable_testing()
if(REDBED_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.cc)
  add_library(test_support STATIC EXCLUDE_FROM_ALL ${sources})
  target_include_directories(test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_support PRIVATE quickly_compiled GTest::gtest)
  target_precompile_headers(test_support PRIVATE <gtest/gtest.h>)
endif()

# What nearly every file includes, read once: a quarter of the time that all
# take to compile. (Each still includes what it uses.)
set(common_headers <algorithm> <atomic> <functional> <map> <memory> <optional>
    <string> <vector>)

function(floor name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;LINKS")
  set(sources "")
  set(tests "")
  foreach(folder ${arg_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc)
    list(APPEND sources ${found})
    file(GLOB found CONFIGURE_DEPENDS
         ${CMAKE_SOURCE_DIR}/tests/${folder}/*.cc)
    list(APPEND tests ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  list(FILTER tests EXCLUDE REGEX "/bench_[a-z_]*\\.cc$")
  set(links "")
  foreach(link ${arg_LINKS})
    if(TARGET redbed_${link})
      list(APPEND links redbed_${link})
    else()
      list(APPEND links ${link})
    endif()
  endforeach()

  if(sources)
    add_library(redbed_${name} STATIC ${sources})
    target_link_libraries(redbed_${name} PUBLIC strict ${links})
    if(TARGET redbed_base AND NOT name STREQUAL base)
      target_precompile_headers(redbed_${name} REUSE_FROM redbed_base)
    else()
      target_precompile_headers(redbed_${name} PRIVATE ${common_headers})
    endif()
  else()
    add_library(redbed_${name} INTERFACE)
    target_link_libraries(redbed_${name} INTERFACE strict ${links})
  endif()

  if(REDBED_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE redbed_${name} test_support
                          GTest::gtest_main quickly_compiled)
    target_precompile_headers(${name}_test REUSE_FROM test_support)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST
                         DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
