#include "json_loads.h"

#include "json_loader.h"
#include "json_support.h"

namespace pymongo_cpp {

namespace {

// The text's UTF-8; false without an exception when it cannot be had.
bool text_view(PyObject* text, std::string_view& view) {
  if (PyUnicode_Check(text)) {
    if (utf8_view(text, view)) return true;
    PyErr_Clear();
    return false;
  }
  if (PyBytes_Check(text)) {
    view = {PyBytes_AS_STRING(text), static_cast<std::size_t>(PyBytes_GET_SIZE(text))};
    return true;
  }
  if (PyByteArray_Check(text)) {
    view = {PyByteArray_AS_STRING(text), static_cast<std::size_t>(PyByteArray_GET_SIZE(text))};
    return true;
  }
  return false;
}

}  // namespace

Ref load_text(ModuleState& state, PyObject* text, PyObject* options, PyObject* object_hook) {
  const auto parsed = state.options_cache.get(state, options);
  if (!parsed) return Ref();
  std::string_view view;
  if (parsed->document_kind != DocumentKind::kDict || !text_view(text, view)) {
    return Ref::share(Py_NotImplemented);
  }
  const BorrowedParser parser(state);
  if (!parser) return Ref();
  bsonpp::JsonElement root;
  // The parser copies the text, so that nothing done below can change what is read.
  if ((*parser).parse(view, root) != bsonpp::JsonErrorCode::kOk) {
    return Ref::share(Py_NotImplemented);
  }
  JsonLoader loader(state, *parsed, options, object_hook);
  Ref made = loader.value(root);
  if (!made && loader.refused()) return Ref::share(Py_NotImplemented);
  return made;
}

}  // namespace pymongo_cpp
