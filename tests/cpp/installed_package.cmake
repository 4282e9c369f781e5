# Installs bsonpp into an empty prefix, then builds and runs examples/cpp against that prefix alone.

set(prefix "${BUILD_DIR}/installed-package/prefix")
set(example_build "${BUILD_DIR}/installed-package/example")
file(REMOVE_RECURSE "${prefix}" "${example_build}")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${prefix}" --config "${CONFIG}"
    --component bsonpp)
run("${CMAKE_COMMAND}" -S "${EXAMPLE_DIR}" -B "${example_build}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${example_build}" --config "${CONFIG}")
run("${CMAKE_CTEST_COMMAND}" --test-dir "${example_build}" --output-on-failure -C "${CONFIG}"
    --no-tests=error)

if(EXPECT_JSON AND NOT EXISTS "${example_build}/convert_json")
  message(FATAL_ERROR "the installed package has no component json")
endif()
