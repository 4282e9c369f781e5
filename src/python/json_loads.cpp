#include "json_loads.h"

#include "buffer.h"
#include "json_loader.h"
#include "json_support.h"

namespace pymongo_cpp {

namespace {

// The text's UTF-8, for as long as `buffer` lives; false when it cannot be had.
bool text_view(PyObject* text, Buffer& buffer, std::string_view& view) {
  if (PyUnicode_Check(text)) {
    return utf8_view(text, view);
  }
  if ((!PyBytes_Check(text) && !PyByteArray_Check(text)) || !buffer.read(text)) return false;
  view = bsonpp::as_text(buffer.bytes());
  return true;
}

}  // namespace

Ref load_text(ModuleState& state, PyObject* text, PyObject* options, PyObject* object_hook) {
  const auto parsed = state.options(options);
  if (!parsed) return Ref();
  Buffer buffer;
  std::string_view view;
  if (parsed->document_kind != DocumentKind::kDict || !text_view(text, buffer, view)) {
    PyErr_Clear();
    return Ref::share(Py_NotImplemented);
  }
  const BorrowedParser parser(state);
  if (!parser) return Ref();
  bsonpp::JsonElement root;
  // The parser copies the text, so that nothing done below can change what is read.
  if ((*parser).parse(view, root) != bsonpp::JsonErrorCode::kOk) {
    return Ref::share(Py_NotImplemented);
  }
  JsonLoader loader(state, (*parser).tape(), *parsed, options, object_hook);
  Ref made = loader.value(root);
  if (!made && loader.refused()) return Ref::share(Py_NotImplemented);
  return made;
}

}  // namespace pymongo_cpp
