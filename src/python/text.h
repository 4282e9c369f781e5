// Between UTF-8 and Python's str.
#pragma once

#include "ref.h"

#include <bsonpp/attributes.h>
#include <bsonpp/copy.h>
#include <bsonpp/utf8.h>

#include <cstring>
#include <span>
#include <string_view>

namespace pymongo_cpp {

inline Py_ssize_t ssize(std::string_view text) noexcept {
  return static_cast<Py_ssize_t>(text.size());
}

// A str of text that is not all ASCII. Invalid UTF-8 goes through CPython's decoder with the named
// error handler (null: strict), which raises UnicodeDecodeError or replaces.
BSONPP_NEVER_INLINE Ref decode_wide_text(std::string_view text, const char* error_handler);

BSONPP_ALWAYS_INLINE Ref decode_text(std::string_view text, const char* error_handler) {
  if (!bsonpp::is_ascii(text)) [[unlikely]] {
    return decode_wide_text(text, error_handler);
  }
  // CPython keeps the strings of no and of one character.
  if (text.size() < 2) return Ref::steal(PyUnicode_FromStringAndSize(text.data(), ssize(text)));
  PyObject* made = PyUnicode_New(ssize(text), 0x7f);
  if (made == nullptr) return Ref();
  bsonpp::copy_short(ascii_data(made), text.data(), text.size());
  return Ref::steal(made);
}

// The characters of a str that is all ASCII; false when it is not. The view ends before the zero
// byte that CPython keeps behind them.
inline bool ascii_view(PyObject* string, std::string_view& view) noexcept {
  if (!PyUnicode_IS_COMPACT_ASCII(string)) return false;
  view = {ascii_data(string), static_cast<std::size_t>(PyUnicode_GET_LENGTH(string))};
  return true;
}

// The UTF-8 of any str, which CPython keeps with the object; false with UnicodeEncodeError when it
// holds surrogates.
inline bool utf8_view(PyObject* string, std::string_view& view) {
  if (ascii_view(string, view)) return true;
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(string, &size);
  if (data == nullptr) return false;
  view = {data, static_cast<std::size_t>(size)};
  return true;
}

// The same view with the zero byte that CPython keeps behind the characters.
inline std::string_view with_terminator(std::string_view view) noexcept {
  return {view.data(), view.size() + 1};
}

}  // namespace pymongo_cpp
