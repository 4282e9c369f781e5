# The target simdjson::simdjson: from sources that the caller names, from the system or, where that
# has none, from a pinned release. What is built here is static, so that one wheel holds all.

set(BSONPP_SIMDJSON_SOURCE "" CACHE PATH "A folder with simdjson.h and simdjson.cpp to build")

function(bsonpp_build_simdjson folder)
  add_library(bsonpp_simdjson STATIC "${folder}/simdjson.cpp")
  add_library(simdjson::simdjson ALIAS bsonpp_simdjson)
  target_compile_features(bsonpp_simdjson PUBLIC cxx_std_17)
  target_include_directories(bsonpp_simdjson SYSTEM PUBLIC "${folder}")
  set_target_properties(
    bsonpp_simdjson
    PROPERTIES POSITION_INDEPENDENT_CODE ON
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  if(BSONPP_GNU_LIKE AND BSONPP_HARDENING)
    bsonpp_add_hardening(bsonpp_simdjson)
  endif()
endfunction()

if(BSONPP_SIMDJSON_SOURCE)
  bsonpp_build_simdjson("${BSONPP_SIMDJSON_SOURCE}")
  return()
endif()

find_package(simdjson 3.0 QUIET)
if(simdjson_FOUND)
  return()
endif()

set(BSONPP_SIMDJSON_URL "https://github.com/simdjson/simdjson/archive/refs/tags/v3.12.3.tar.gz"
    CACHE STRING "Where simdjson 3.12.3 is fetched from: an address, or a file")
set(BSONPP_SIMDJSON_SHA256 "d0af071f2f4187d8b26b556e83ef832b634bd5feb4e2f537b9dabbd334d4e334"
    CACHE STRING "SHA-256 of what BSONPP_SIMDJSON_URL gives")

# Not by FetchContent, whose errors do not say what to install.
function(bsonpp_download_simdjson archive)
  message(STATUS "simdjson was not found (Debian and Ubuntu: libsimdjson-dev); fetching 3.12.3")
  file(DOWNLOAD "${BSONPP_SIMDJSON_URL}" "${archive}" STATUS download INACTIVITY_TIMEOUT 30)
  list(POP_FRONT download failed)
  if(failed)
    file(REMOVE "${archive}")
    message(
      FATAL_ERROR
        "simdjson was not found, and could not be fetched from ${BSONPP_SIMDJSON_URL}: ${download}. "
        "Install it (Debian and Ubuntu: the package libsimdjson-dev), or name its release 3.12.3 "
        "with -DBSONPP_SIMDJSON_URL=FILE, or a folder with its simdjson.h and simdjson.cpp with "
        "-DBSONPP_SIMDJSON_SOURCE=FOLDER.")
  endif()
endfunction()

function(bsonpp_check_simdjson archive)
  file(SHA256 "${archive}" sha256)
  if(NOT sha256 STREQUAL BSONPP_SIMDJSON_SHA256)
    file(REMOVE "${PROJECT_BINARY_DIR}/simdjson.tar.gz")
    message(
      FATAL_ERROR
        "What ${BSONPP_SIMDJSON_URL} gave is not simdjson 3.12.3: its SHA-256 is ${sha256}, and not "
        "${BSONPP_SIMDJSON_SHA256}. Install simdjson instead (Debian and Ubuntu: the package "
        "libsimdjson-dev), or name another source with -DBSONPP_SIMDJSON_URL.")
  endif()
endfunction()

set(archive "${BSONPP_SIMDJSON_URL}")
if(NOT EXISTS "${archive}")
  set(archive "${PROJECT_BINARY_DIR}/simdjson.tar.gz")
  if(NOT EXISTS "${archive}")
    bsonpp_download_simdjson("${archive}")
  endif()
endif()
bsonpp_check_simdjson("${archive}")
# The files keep the archive's times: configuring again compiles nothing again.
file(REMOVE_RECURSE "${PROJECT_BINARY_DIR}/simdjson")
file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${PROJECT_BINARY_DIR}/simdjson"
     PATTERNS "*/singleheader/simdjson.h" "*/singleheader/simdjson.cpp")
file(GLOB folder "${PROJECT_BINARY_DIR}/simdjson/*/singleheader")
bsonpp_build_simdjson("${folder}")
