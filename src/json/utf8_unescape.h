// The escapes of JSON text that stand for other than ASCII, as the characters themselves.
#pragma once

#include <cstddef>
#include <string_view>

namespace bsonpp {

// Copies JSON text to `out`, which has room for as much, with the UTF-8 of each character that is
// not ASCII in place of its escape; returns the number of bytes. It is text of the same values, and
// no JSON where `text` is none: what is no escape of a character is copied as it is, and a
// character outside of a string is as wrong as its escape.
//
// A parser that comes to such an escape leaves the fast path, for each one.
std::size_t copy_unescaped(std::string_view text, char* out) noexcept;

}  // namespace bsonpp
