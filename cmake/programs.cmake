# What can be run: the server, and what tests it from outside.

if(EXISTS ${CMAKE_SOURCE_DIR}/src/server/main.cc)
  add_executable(redbed src/server/main.cc)
  target_link_libraries(redbed PRIVATE redbed_server)
endif()

# Looks into data directories. What it needs the server does not: without the
# tests it is built where that is found.
if(REDBED_TESTS)
  set(required REQUIRED)
endif()
find_package(CLI11 QUIET ${required})
find_package(nlohmann_json QUIET ${required})
if(CLI11_FOUND AND nlohmann_json_FOUND)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/inspect/*.cc)
  add_executable(redbed-inspect ${sources})
  # For quotes only: tools/compare is no header of the standard library.
  target_compile_options(redbed-inspect PRIVATE
    -iquote ${CMAKE_SOURCE_DIR}/tools)
  target_link_libraries(redbed-inspect PRIVATE redbed_types CLI11::CLI11
                        nlohmann_json::nlohmann_json)
  # CLI11 throws.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/tools/inspect/main.cc
    PROPERTIES COMPILE_OPTIONS -fexceptions)
endif()

if(REDBED_TESTS)
  target_link_libraries(test_support PUBLIC redbed_base)

  # The rules of the house; it reads the sources themselves.
  add_executable(tidy_test tests/tidy_test.cc)
  target_compile_definitions(tidy_test PRIVATE
    REDBED_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_compile_options(tidy_test PRIVATE -Wall -Wextra)
  target_link_libraries(tidy_test PRIVATE GTest::gtest_main)
  gtest_discover_tests(tidy_test DISCOVERY_MODE PRE_TEST)

  # Real clients against a real server. One at a time: they measure nothing,
  # but they need the machine to themselves.
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/e2e/test_*.py)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    add_test(NAME e2e.${name} COMMAND /usr/bin/python3 ${script}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/tests/e2e)
    set_tests_properties(e2e.${name} PROPERTIES
      LABELS e2e RUN_SERIAL ON TIMEOUT 900
      ENVIRONMENT "REDBED_BINARY=$<TARGET_FILE:redbed>;REDBED_INSPECT=$<TARGET_FILE:redbed-inspect>;PYTHONDONTWRITEBYTECODE=1")
  endforeach()

  # Measurements, on request only: ninja benches.
  add_custom_target(benches)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
       ${CMAKE_SOURCE_DIR}/tests/bench_*.cc)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(folder ${source} DIRECTORY)
    # What the tests beside it share.
    file(GLOB helpers CONFIGURE_DEPENDS ${folder}/*.cc)
    list(FILTER helpers EXCLUDE REGEX "(_test|/bench_[a-z_]*)\\.cc$")
    add_executable(${name} EXCLUDE_FROM_ALL ${source} ${helpers})
    target_link_libraries(${name} PRIVATE redbed_server test_support)
    add_dependencies(benches ${name})
  endforeach()
endif()

# tests/fuzz/*_fuzz.cc: each replays its seeds as an ordinary test, and with
# REDBED_FUZZ (clang only) is a libFuzzer program that looks for more.
if(REDBED_TESTS)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE "_fuzz" "" seeds ${name})
    set(seeds ${CMAKE_SOURCE_DIR}/tests/fuzz/seeds/${seeds})
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE redbed_types redbed_resp test_support)
    if(REDBED_FUZZ)
      target_link_options(${name} PRIVATE -fsanitize=fuzzer)
      add_test(NAME ${name} COMMAND ${name} -runs=0 ${seeds})
    else()
      target_sources(${name} PRIVATE tests/fuzz/replay_seeds.cc)
      add_test(NAME ${name} COMMAND ${name} ${seeds})
    endif()
  endforeach()
endif()

# redis-server and redbed side by side; tests/compare/compare_main.cc tells
# more. Against itself redis-server shows that the tolerances suffice.
if(REDBED_TESTS)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/compare/*.cc)
  add_executable(compare_test ${sources})
  target_compile_definitions(compare_test PRIVATE
    REDBED_DIFFERENCES="${CMAKE_SOURCE_DIR}/tests/compare/differences.txt")
  target_link_libraries(compare_test PRIVATE strict redbed_base test_support
                        quickly_compiled)
  add_test(NAME compare_with_itself
           COMMAND compare_test --against-self --commands 20000)
  add_test(NAME compare
           COMMAND compare_test --redbed $<TARGET_FILE:redbed>)
  set_tests_properties(compare compare_with_itself PROPERTIES
    LABELS e2e RUN_SERIAL ON TIMEOUT 900)
endif()
