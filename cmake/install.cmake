# cmake --install: the server, redbed-inspect, and the engine as a library:
# headers under include/redbed, one archive, and a CMake package. A user writes
#
#   find_package(redbed REQUIRED)
#   target_link_libraries(program PRIVATE redbed::redbed)
#
# and includes "lsm/db.h". tools/example is built so, by tests/e2e.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The floors that make up the library, in one archive, so that its user need
# not know them.
set(floors base lsm_wal lsm_memory lsm_table lsm_blob lsm_version
  lsm_compaction lsm)
set(objects "")
foreach(name ${floors})
  list(APPEND objects $<TARGET_OBJECTS:redbed_${name}>)
endforeach()
add_library(redbed_library STATIC ${objects})
set_target_properties(redbed_library PROPERTIES
  OUTPUT_NAME redbed EXPORT_NAME redbed LINKER_LANGUAGE CXX)
target_compile_features(redbed_library INTERFACE cxx_std_20)
target_include_directories(redbed_library INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/redbed>)
target_link_libraries(redbed_library INTERFACE
  $<INSTALL_INTERFACE:PkgConfig::redbed_outside>
  $<INSTALL_INTERFACE:spdlog::spdlog>
  $<INSTALL_INTERFACE:Threads::Threads>)
if(REDBED_SANITIZE)
  target_link_options(redbed_library INTERFACE
    -fsanitize=${REDBED_SANITIZE})
endif()

# What lsm/db.h includes, and what those include: the whole interface.
set(headers
  base/check.h base/checksum.h base/clock.h base/file_system.h base/status.h
  lsm/compaction/fault.h lsm/compaction/pressure.h lsm/db.h lsm/db_iterator.h lsm/faults.h lsm/format.h
  lsm/options.h lsm/snapshot.h lsm/stats.h lsm/sync_policy.h
  lsm/version/fault.h lsm/wal/fault.h lsm/write_batch.h)
foreach(header ${headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${CMAKE_SOURCE_DIR}/src/${header}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/redbed/${folder})
endforeach()

set(REDBED_OUTSIDE "liblz4 libzstd libxxhash libcrypto")
if(NOT REDBED_SANITIZE)
  string(APPEND REDBED_OUTSIDE " jemalloc")
endif()
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/redbed)
configure_package_config_file(cmake/redbedConfig.cmake.in
  ${CMAKE_BINARY_DIR}/redbedConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/redbedConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/redbedConfig.cmake
  ${CMAKE_BINARY_DIR}/redbedConfigVersion.cmake DESTINATION ${package})
install(TARGETS redbed_library EXPORT redbed)
install(EXPORT redbed NAMESPACE redbed:: FILE redbedTargets.cmake
        DESTINATION ${package})
install(TARGETS redbed)
# (redbed-bench is not: it links other databases.)
if(TARGET redbed-inspect)
  install(TARGETS redbed-inspect)
endif()
