#include "errors.h"

namespace pymongo_cpp {

namespace {

// Replaces the pending exception by type(message, *rest), keeping the traceback. The old one stays
// pending when the new one cannot be made.
void replace_exception(Ref old_exception, Ref new_exception) {
  if (!new_exception) {
    PyErr_Clear();
    restore_exception(old_exception.release());
    return;
  }
  const Ref traceback = Ref::steal(PyException_GetTraceback(old_exception.get()));
  if (traceback) PyException_SetTraceback(new_exception.get(), traceback.get());
  restore_exception(new_exception.release());
}

}  // namespace

void raise_invalid_bson(const ModuleState& state, const char* message) {
  PyErr_SetString(state.types.invalid_bson.get(), message);
}

void rewrap_as_invalid_bson(const ModuleState& state) {
  PyObject* invalid_bson = state.types.invalid_bson.get();
  if (!PyErr_ExceptionMatches(PyExc_Exception) || PyErr_ExceptionMatches(invalid_bson) ||
      PyErr_ExceptionMatches(PyExc_MemoryError)) {
    return;
  }
  Ref exception = Ref::steal(take_exception());
  const Ref text = Ref::steal(PyObject_Str(exception.get()));
  Ref replacement;
  if (text) replacement = Ref::steal(PyObject_CallOneArg(invalid_bson, text.get()));
  replace_exception(std::move(exception), std::move(replacement));
}

void add_document_to_error(const ModuleState& state, PyObject* document) {
  PyObject* invalid_document = state.types.invalid_document.get();
  if (state.document_in_error == DocumentInError::kNowhere ||
      !PyErr_ExceptionMatches(invalid_document)) {
    return;
  }
  Ref exception = Ref::steal(take_exception());
  const Ref text = Ref::steal(PyObject_Str(exception.get()));
  Ref replacement;
  if (text && state.document_in_error == DocumentInError::kProperty) {
    const Ref message = Ref::steal(PyUnicode_FromFormat("Invalid document: %U", text.get()));
    if (message) {
      replacement = Ref::steal(
          PyObject_CallFunctionObjArgs(invalid_document, message.get(), document, nullptr));
    }
  } else if (text) {
    const Ref message =
        Ref::steal(PyUnicode_FromFormat("Invalid document %S | %U", document, text.get()));
    if (message) {
      replacement = Ref::steal(PyObject_CallOneArg(invalid_document, message.get()));
    }
  }
  replace_exception(std::move(exception), std::move(replacement));
}

void raise_writer_error(const ModuleState& state, bsonpp::ErrorCode code) {
  switch (code) {
    case bsonpp::ErrorCode::kDocumentTooLarge:
      PyErr_SetString(PyExc_ValueError, "Document would overflow BSON size limit");
      return;
    case bsonpp::ErrorCode::kEmbeddedNul:
      PyErr_SetString(state.types.invalid_document.get(),
                      "regex patterns must not contain the NULL byte");
      return;
    default:
      PyErr_NoMemory();
      return;
  }
}

void raise_cannot_encode(const ModuleState& state, PyObject* value) {
  if (PyLong_Check(value)) {
    int overflow = 0;
    PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0) {
      PyErr_SetString(PyExc_OverflowError, "MongoDB can only handle up to 8-byte ints");
      return;
    }
    PyErr_Clear();
  }
  PyErr_Format(state.types.invalid_document.get(), "cannot encode object: %R, of type: %R", value,
               reinterpret_cast<PyObject*>(Py_TYPE(value)));
}

}  // namespace pymongo_cpp
