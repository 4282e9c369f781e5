# What every target of this project is compiled and linked with.

include(CheckCXXCompilerFlag)
include(CheckIPOSupported)

if(BSONPP_LTO AND NOT BSONPP_SANITIZE)
  check_ipo_supported(RESULT BSONPP_LTO_SUPPORTED LANGUAGES CXX)
endif()

set(BSONPP_GNU_LIKE OFF)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT MSVC)
  set(BSONPP_GNU_LIKE ON)
endif()

# _FORTIFY_SOURCE=3 came with GCC 12 and Clang 15; older compilers know level 2.
set(BSONPP_FORTIFY_LEVEL 2)
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 15))
  set(BSONPP_FORTIFY_LEVEL 3)
endif()

if(BSONPP_GNU_LIKE)
  # Clang only warns of an option that means nothing to the target.
  set(CMAKE_REQUIRED_FLAGS -Werror)
  check_cxx_compiler_flag(-fstack-protector-strong BSONPP_HAS_STACK_PROTECTOR)
  check_cxx_compiler_flag(-fstack-clash-protection BSONPP_HAS_STACK_CLASH_PROTECTION)
  check_cxx_compiler_flag(-fcf-protection=full BSONPP_HAS_CF_PROTECTION)
  check_cxx_compiler_flag(-mbranch-protection=standard BSONPP_HAS_BRANCH_PROTECTION)
  unset(CMAKE_REQUIRED_FLAGS)
endif()

function(bsonpp_add_warnings target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${BSONPP_WERROR}>:/WX>)
  elseif(BSONPP_GNU_LIKE)
    target_compile_options(
      ${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow $<$<BOOL:${BSONPP_WERROR}>:-Werror>)
    # GCC 12 sees an overlap in "text" + std::string where there is none (GCC bug 105651).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
  endif()
endfunction()

function(bsonpp_add_sanitizers target)
  target_compile_options(${target} PRIVATE "-fsanitize=${BSONPP_SANITIZE}"
                                           -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  target_link_options(${target} PRIVATE "-fsanitize=${BSONPP_SANITIZE}")
endfunction()

# Fortification needs an optimizing build and must not stand between a sanitizer and libc.
function(bsonpp_add_hardening target)
  target_compile_options(
    ${target}
    PRIVATE
      $<$<BOOL:${BSONPP_HAS_STACK_PROTECTOR}>:-fstack-protector-strong>
      $<$<BOOL:${BSONPP_HAS_STACK_CLASH_PROTECTION}>:-fstack-clash-protection>
      $<$<BOOL:${BSONPP_HAS_CF_PROTECTION}>:-fcf-protection=full>
      $<$<BOOL:${BSONPP_HAS_BRANCH_PROTECTION}>:-mbranch-protection=standard>)
  if(NOT BSONPP_SANITIZE)
    # Not as a definition: those come before the options, and -U would take it back.
    target_compile_options(
      ${target}
      PRIVATE "$<$<NOT:$<CONFIG:Debug>>:SHELL:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${BSONPP_FORTIFY_LEVEL}>")
  endif()
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
  endif()
endfunction()

# Applies the language level, warnings, hardening and sanitizers that this build asks for.
function(bsonpp_configure_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(
    ${target}
    PROPERTIES CXX_EXTENSIONS OFF
               POSITION_INDEPENDENT_CODE ON
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  if(BSONPP_LTO_SUPPORTED)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION_RELEASE ON)
  endif()
  bsonpp_add_warnings(${target})
  if(BSONPP_GNU_LIKE)
    if(BSONPP_HARDENING)
      bsonpp_add_hardening(${target})
    endif()
    if(BSONPP_SANITIZE)
      bsonpp_add_sanitizers(${target})
    endif()
  endif()
endfunction()
