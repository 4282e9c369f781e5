# The target simdjson::simdjson, from the system or, where it has none, built from a pinned release.

find_package(simdjson 3.0 QUIET)
if(NOT simdjson_FOUND)
  message(STATUS "simdjson was not found (Debian and Ubuntu: libsimdjson-dev); fetching 3.10.1")
  include(FetchContent)
  set(SIMDJSON_DEVELOPER_MODE OFF)
  set(BUILD_SHARED_LIBS OFF)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  FetchContent_Declare(
    simdjson
    URL https://github.com/simdjson/simdjson/archive/refs/tags/v3.10.1.tar.gz
    URL_HASH SHA256=1e8f881cb2c0f626c56cd3665832f1e97b9d4ffc648ad9e1067c134862bba060
    DOWNLOAD_EXTRACT_TIMESTAMP OFF)
  FetchContent_MakeAvailable(simdjson)
endif()
