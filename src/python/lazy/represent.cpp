// repr() of lazy documents and arrays: bounded in length, however large they are.
#include "node.h"

namespace pymongo_cpp::lazy {

namespace {

constexpr std::size_t kMostElements = 8;
constexpr std::size_t kMostBytes = 64;  // of an element that is shown as a value
constexpr std::size_t kMostKeyBytes = 64;
constexpr Py_ssize_t kMostCharacters = 120;  // of one value's repr()

// A value's repr(), or what stands for a value that is too large or cannot be decoded.
Ref value_text(ModuleState& state, const Node& node, const bsonpp::Element& element) {
  if (element.type == bsonpp::Type::kDocument || element.type == bsonpp::Type::kArray ||
      element.whole.size() > kMostBytes + element.key.size()) {
    return Ref::steal(PyUnicode_FromFormat("<%zu bytes>", element.value.size()));
  }
  const Ref value = decode_value(state, node, bsonpp::Cursor(element.whole), node.embedded);
  Ref text = value ? Ref::steal(PyObject_Repr(value.get())) : Ref();
  if (!text) {
    if (!PyErr_ExceptionMatches(PyExc_Exception)) return Ref();
    PyErr_Clear();
    return Ref::steal(PyUnicode_FromString("<invalid>"));
  }
  if (PyUnicode_GET_LENGTH(text.get()) <= kMostCharacters) return text;
  const Ref start = Ref::steal(PyUnicode_Substring(text.get(), 0, kMostCharacters));
  return start ? Ref::steal(PyUnicode_FromFormat("%U...", start.get())) : Ref();
}

Ref element_text(ModuleState& state, const Node& node, const bsonpp::Element& element,
                 bool with_key) {
  Ref value = value_text(state, node, element);
  if (!value || !with_key) return value;
  const bool cut = element.key.size() > kMostKeyBytes;
  const std::string_view shown = element.key.substr(0, kMostKeyBytes);
  const Ref key = Ref::steal(
      PyUnicode_DecodeUTF8(shown.data(), static_cast<Py_ssize_t>(shown.size()), "replace"));
  if (!key) return Ref();
  return Ref::steal(PyUnicode_FromFormat("%R%s: %U", key.get(), cut ? "..." : "", value.get()));
}

}  // namespace

PyObject* represent(PyObject* self, const char* opening, const char* closing, bool with_keys) {
  ModuleState& state = state_of(self);
  Node& node = node_of(self);
  const Ref name = Ref::steal(PyType_GetName(Py_TYPE(self)));
  if (!name) return nullptr;
  if (!ensure_index(state, node)) {
    if (!PyErr_ExceptionMatches(state.types.invalid_bson.get())) return nullptr;
    PyErr_Clear();
    return PyUnicode_FromFormat("%U(<malformed, %zu bytes>)", name.get(), node.size);
  }
  const Ref parts = Ref::steal(PyList_New(0));
  bsonpp::ElementReader reader(node.bytes());
  bsonpp::Element element;
  std::size_t shown = 0;
  if (!parts) return nullptr;
  while (shown < kMostElements && reader.next(element)) {
    const Ref part = element_text(state, node, element, with_keys);
    if (!part || PyList_Append(parts.get(), part.get()) < 0) return nullptr;
    ++shown;
  }
  const Ref comma = Ref::steal(PyUnicode_FromString(", "));
  const Ref inside = comma ? Ref::steal(PyUnicode_Join(comma.get(), parts.get())) : Ref();
  if (!inside) return nullptr;
  return PyUnicode_FromFormat("%U(%s%U%s%s)", name.get(), opening, inside.get(),
                              shown < node.count ? ", ..." : "", closing);
}

}  // namespace pymongo_cpp::lazy
