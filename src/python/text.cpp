#include "text.h"

#include <array>

namespace pymongo_cpp {

namespace {

// Text up to this many bytes is decoded in one pass, by way of the stack.
constexpr std::size_t kShortText = 1024;

Ref decode_short_text(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): decode_bmp() fills what is used.
  std::array<std::uint16_t, kShortText> units;
  std::size_t count = 0;
  std::uint32_t bits = 0;
  if (!bsonpp::decode_bmp(text, units.data(), count, bits)) return Ref();
  PyObject* made = PyUnicode_New(static_cast<Py_ssize_t>(count), bits < 0x100U ? 0xff : 0xffff);
  if (made == nullptr) return Ref();
  if (bits >= 0x100U) {
    std::memcpy(PyUnicode_2BYTE_DATA(made), units.data(), count * sizeof(std::uint16_t));
  } else {
    Py_UCS1* to = PyUnicode_1BYTE_DATA(made);
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Py_UCS1>(units[i]);
  }
  return Ref::steal(made);
}

}  // namespace

Ref decode_wide_text(std::string_view text, const char* error_handler) {
  if (text.size() <= kShortText) {
    Ref made = decode_short_text(text);
    if (made || PyErr_Occurred() != nullptr) return made;
  }
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
