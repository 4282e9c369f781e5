# bsonpp::bsonpp, and with the component json bsonpp::json, which needs simdjson.

include("${CMAKE_CURRENT_LIST_DIR}/bsonppTargets.cmake")

if("json" IN_LIST bsonpp_FIND_COMPONENTS AND EXISTS "${CMAKE_CURRENT_LIST_DIR}/bsonppJsonTargets.cmake")
  find_package(simdjson 3.0 QUIET)
  if(simdjson_FOUND)
    include("${CMAKE_CURRENT_LIST_DIR}/bsonppJsonTargets.cmake")
    set(bsonpp_json_FOUND TRUE)
  endif()
endif()

foreach(component IN LISTS bsonpp_FIND_COMPONENTS)
  if(bsonpp_FIND_REQUIRED_${component} AND NOT bsonpp_${component}_FOUND)
    set(bsonpp_FOUND FALSE)
    set(bsonpp_NOT_FOUND_MESSAGE
        "bsonpp was installed without its component ${component}, or simdjson is missing")
  endif()
endforeach()
