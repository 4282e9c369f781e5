// Hints to the compiler, for the few places where a measurement asked for them.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define BSONPP_ALWAYS_INLINE __forceinline
#define BSONPP_NEVER_INLINE __declspec(noinline)
#else
#define BSONPP_ALWAYS_INLINE [[gnu::always_inline]] inline
#define BSONPP_NEVER_INLINE [[gnu::noinline]]
#endif
