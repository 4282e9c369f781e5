#include <gtest/gtest.h>

#include <cstdlib>

namespace {

// An optimized build is a fortified one, unless a sanitizer does the same work.
#if defined(__GLIBC__) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
TEST(Hardening, LibcCallsCheckTheirBuffers) {
#if (defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12) || \
    (defined(__clang__) && __clang_major__ >= 15)
  EXPECT_EQ(__USE_FORTIFY_LEVEL, 3);
#else
  EXPECT_EQ(__USE_FORTIFY_LEVEL, 2);
#endif
}
#endif

// The sanitized builds have the standard library check its own preconditions.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
TEST(Hardening, TheStandardLibraryChecksItsPreconditions) {
#ifdef _GLIBCXX_ASSERTIONS
  SUCCEED();
#else
  FAIL() << "_GLIBCXX_ASSERTIONS is not defined";
#endif
}
#endif

}  // namespace
