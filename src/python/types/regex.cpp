#include "regex.h"

#include <bsonpp/writer.h>

#include <array>

namespace pymongo_cpp {

namespace {

// re.IGNORECASE and so on, by their letters in BSON.
struct Flag {
  char letter;
  long bit;
};
constexpr std::array<Flag, 6> kFlags = {Flag{'i', 2},  Flag{'l', 4},  Flag{'m', 8},
                                        Flag{'s', 16}, Flag{'u', 32}, Flag{'x', 64}};

long flag_bits(std::string_view letters) {
  long bits = 0;
  for (const char letter : letters) {
    for (const Flag& flag : kFlags) {
      if (flag.letter == letter) bits |= flag.bit;
    }
  }
  return bits;
}

// Bytes patterns are the only ones that may not be UTF-8.
bool check_utf8(const ModuleState& state, std::string_view pattern) {
  if (bsonpp::is_utf8(pattern)) return true;
  PyErr_SetString(state.types.invalid_string_data.get(), "regex patterns must be valid UTF-8");
  return false;
}

bool pattern_view(PyObject* pattern, std::string_view& view) {
  if (PyUnicode_Check(pattern)) return utf8_view(pattern, view);
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(pattern, &data, &size) < 0) return false;
  view = {data, static_cast<std::size_t>(size)};
  return true;
}

Ref attribute(const ModuleState& state, PyObject* value, const Slot& slot, const Ref& name) {
  Ref found;
  if (Py_IS_TYPE(value, state.types.regex.as_type()) && slot.found()) found = slot.get(value);
  return found ? std::move(found) : Ref::steal(PyObject_GetAttr(value, name.get()));
}

}  // namespace

Ref make_regex(const ModuleState& state, const CodecOptions& options, std::string_view pattern,
               std::string_view flags) {
  Ref pattern_text = decode_text(pattern, options.error_handler);
  if (!pattern_text || !decode_text(flags, options.error_handler)) return Ref();
  Ref bits = Ref::steal(PyLong_FromLong(flag_bits(flags)));
  if (!bits) return Ref();
  if (!state.layouts.regex_pattern.found()) {
    return Ref::steal(PyObject_CallFunctionObjArgs(state.types.regex.get(), pattern_text.get(),
                                                   bits.get(), nullptr));
  }
  PyTypeObject* type = state.types.regex.as_type();
  Ref regex = Ref::steal(type->tp_alloc(type, 0));
  if (!regex) return Ref();
  state.layouts.regex_pattern.initialize(regex.get(), std::move(pattern_text));
  state.layouts.regex_flags.initialize(regex.get(), std::move(bits));
  return regex;
}

bool regex_text(const ModuleState& state, PyObject* value, RegexText& text) {
  const Layouts& layouts = state.layouts;
  const Ref flags = attribute(state, value, layouts.regex_flags, state.names.flags);
  if (!flags) return false;
  const long bits = PyLong_AsLong(flags.get());
  if (bits == -1 && PyErr_Occurred() != nullptr) return false;
  text.owner = attribute(state, value, layouts.regex_pattern, state.names.pattern);
  if (!text.owner || !pattern_view(text.owner.get(), text.pattern)) return false;
  if (bsonpp::contains_nul(text.pattern)) {
    PyErr_SetString(state.types.invalid_document.get(),
                    "regex patterns must not contain the NULL byte");
    return false;
  }
  if (!PyUnicode_Check(text.owner.get()) && !check_utf8(state, text.pattern)) return false;
  char* next = text.flags;
  for (const Flag& flag : kFlags) {
    if ((bits & flag.bit) != 0) *next++ = flag.letter;
  }
  *next = '\0';
  return true;
}

}  // namespace pymongo_cpp
