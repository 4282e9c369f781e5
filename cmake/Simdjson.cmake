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
set(archive "${BSONPP_SIMDJSON_URL}")
# FetchContent would fail too, but not say what to install.
if(NOT EXISTS "${archive}" AND NOT FETCHCONTENT_SOURCE_DIR_SIMDJSON)
  message(STATUS "simdjson was not found (Debian and Ubuntu: libsimdjson-dev); fetching 3.12.3")
  set(archive "${PROJECT_BINARY_DIR}/simdjson-3.12.3.tar.gz")
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
endif()

include(FetchContent)
set(SIMDJSON_DEVELOPER_MODE OFF)
set(BUILD_SHARED_LIBS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
FetchContent_Declare(
  simdjson
  URL "${archive}"
  URL_HASH SHA256=d0af071f2f4187d8b26b556e83ef832b634bd5feb4e2f537b9dabbd334d4e334
  DOWNLOAD_EXTRACT_TIMESTAMP OFF
  SYSTEM)
FetchContent_MakeAvailable(simdjson)
