#include "code.h"

namespace pymongo_cpp {

namespace {

Ref call_code(const ModuleState& state, PyObject* text, PyObject* scope) {
  return Ref::steal(PyObject_CallFunctionObjArgs(state.types.code.get(), text, scope, nullptr));
}

}  // namespace

// Code.__new__() is Python code that looks for an attribute which a str does not have.
Ref make_code(const ModuleState& state, PyObject* text, PyObject* scope) {
  if (!state.layouts.code || (scope != nullptr && !PyDict_Check(scope))) {
    return call_code(state, text, scope);
  }
  const Ref arguments = Ref::steal(PyTuple_Pack(1, text));
  if (!arguments) return Ref();
  Ref code =
      Ref::steal(PyUnicode_Type.tp_new(state.types.code.as_type(), arguments.get(), nullptr));
  PyObject* held_scope = scope == nullptr ? Py_None : scope;
  if (!code || PyObject_SetAttr(code.get(), state.names.private_scope.get(), held_scope) < 0) {
    return Ref();
  }
  return code;
}

}  // namespace pymongo_cpp
