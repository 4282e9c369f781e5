#include "text.h"

namespace pymongo_cpp {

Ref decode_wide_text(std::string_view text, const char* error_handler) {
  const bsonpp::Utf8Summary summary = bsonpp::summarize_utf8(text);
  if (!summary.valid) {
    return Ref::steal(PyUnicode_DecodeUTF8(text.data(), ssize(text), error_handler));
  }
  const auto length = static_cast<Py_ssize_t>(summary.characters);
  Ref made = Ref::steal(PyUnicode_New(length, summary.widest));
  if (!made) return Ref();
  switch (PyUnicode_KIND(made.get())) {
    case PyUnicode_1BYTE_KIND:
      bsonpp::decode_utf8(text, reinterpret_cast<std::uint8_t*>(PyUnicode_1BYTE_DATA(made.get())));
      break;
    case PyUnicode_2BYTE_KIND:
      bsonpp::decode_utf8(text, reinterpret_cast<std::uint16_t*>(PyUnicode_2BYTE_DATA(made.get())));
      break;
    default:
      bsonpp::decode_utf8(text, reinterpret_cast<std::uint32_t*>(PyUnicode_4BYTE_DATA(made.get())));
      break;
  }
  return made;
}

}  // namespace pymongo_cpp
