# redbed-bench measures Redbed beside RocksDB and LevelDB. It is built where
# CLI11 is found, and knows those of the two that are found: nothing else in
# this tree depends on them. tools/redbed-bench installs all three.

find_package(CLI11 QUIET)
if(NOT CLI11_FOUND OR REDBED_SANITIZE)
  return()
endif()

set(sources main store redbed_store usage workloads)
set(libraries redbed_lsm CLI11::CLI11)
foreach(name rocksdb leveldb)
  string(TOUPPER ${name} upper)
  find_path(${upper}_INCLUDE ${name}/db.h)
  find_library(${upper}_LIBRARY ${name})
  if(${upper}_INCLUDE AND ${upper}_LIBRARY)
    list(APPEND sources ${name}_store)
    list(APPEND libraries ${${upper}_LIBRARY})
    list(APPEND definitions BENCH_${upper})
  endif()
endforeach()
list(TRANSFORM sources PREPEND tools/bench/)
list(TRANSFORM sources APPEND .cc)

add_executable(redbed-bench ${sources})
# For quotes only: to <compare>, which is a header, tools/compare is none.
target_compile_options(redbed-bench PRIVATE -iquote ${CMAKE_SOURCE_DIR}/tools)
target_link_libraries(redbed-bench PRIVATE ${libraries})
target_compile_definitions(redbed-bench PRIVATE ${definitions}
  BENCH_REDBED_VERSION="${PROJECT_VERSION}")
# The other libraries are made with both, and CLI11 throws.
set_source_files_properties(${sources} PROPERTIES
  COMPILE_OPTIONS "-fexceptions;-frtti")

if(REDBED_TESTS)
  add_test(NAME bench_smoke
           COMMAND ${CMAKE_SOURCE_DIR}/tools/bench/compare.py
           --program $<TARGET_FILE:redbed-bench> --rounds 1 --keys 2000
           --memory-mb 16 --workloads
           fillsync,fillrandom,readhot,readcold,readmissing,scan,deleterandom
           --out ${CMAKE_BINARY_DIR}/bench-smoke)
  set_tests_properties(bench_smoke PROPERTIES TIMEOUT 600)
endif()
