// Hints to the compiler, for the few places where a measurement asked for them.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define BSONPP_ALWAYS_INLINE __forceinline
#define BSONPP_NEVER_INLINE __declspec(noinline)
#else
#define BSONPP_ALWAYS_INLINE [[gnu::always_inline]] inline
#define BSONPP_NEVER_INLINE [[gnu::noinline]]
#endif

// What the caller knows to be true, and the compiler could not: another value is undefined
// behaviour.
#if defined(_MSC_VER) && !defined(__clang__)
#define BSONPP_ASSUME(condition) __assume(condition)
#else
#define BSONPP_ASSUME(condition) \
  do {                           \
    if (!(condition)) {          \
      __builtin_unreachable();   \
    }                            \
  } while (false)
#endif
