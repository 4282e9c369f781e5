#include "text.h"

namespace pymongo_cpp {

namespace {

template <typename CodeUnit>
void decode_into(std::string_view text, void* units, std::size_t characters) noexcept {
  bsonpp::decode_utf8(text, std::span(static_cast<CodeUnit*>(units), characters));
}

}  // namespace

Ref decode_wide_text(std::string_view text, const char* error_handler) {
  const bsonpp::Utf8Summary summary = bsonpp::summarize_utf8(text);
  if (!summary.valid) {
    return Ref::steal(PyUnicode_DecodeUTF8(text.data(), ssize(text), error_handler));
  }
  Ref made = Ref::steal(PyUnicode_New(static_cast<Py_ssize_t>(summary.characters), summary.widest));
  if (!made) return Ref();
  PyObject* string = made.get();
  switch (PyUnicode_KIND(string)) {
    case PyUnicode_1BYTE_KIND:
      decode_into<std::uint8_t>(text, PyUnicode_1BYTE_DATA(string), summary.characters);
      break;
    case PyUnicode_2BYTE_KIND:
      decode_into<std::uint16_t>(text, PyUnicode_2BYTE_DATA(string), summary.characters);
      break;
    default:
      decode_into<std::uint32_t>(text, PyUnicode_4BYTE_DATA(string), summary.characters);
      break;
  }
  return made;
}

}  // namespace pymongo_cpp
