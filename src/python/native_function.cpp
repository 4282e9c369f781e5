#include "native_function.h"

#include "full_level.h"
#include "functions.h"

#include <array>

namespace pymongo_cpp {

namespace {

using FastFunction = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

// A call goes straight to the C function. Everything else that can be asked of a Python function,
// its name, documentation, annotations and, by __wrapped__, its signature, is that of the function
// that it stands for: a builtin function has no place for a default that is no constant.
struct NativeFunction {
  PyObject_HEAD vectorcallfunc vectorcall;
  FastFunction function;  // but of a stand-in
  PyObject* module;       // the first argument of `function`; `builtin` keeps it alive
  PyObject* builtin;      // what `function` was taken from
  StandInFunction stand_in;
  PyObject* wrapped;  // the Python function
  PyObject* weak_references;
};

NativeFunction* native_function(PyObject* self) { return reinterpret_cast<NativeFunction*>(self); }

PyObject* call(PyObject* callable, PyObject* const* arguments, std::size_t count_and_flag,
               PyObject* keyword_names) {
  const NativeFunction* self = native_function(callable);
  return self->function(self->module, arguments, PyVectorcall_NARGS(count_and_flag), keyword_names);
}

// A stand-in that is left over when its module is gone calls the Python function.
PyObject* call_stand_in(PyObject* callable, PyObject* const* arguments, std::size_t count_and_flag,
                        PyObject* keyword_names) {
  const NativeFunction* self = native_function(callable);
  auto** state = static_cast<ModuleState**>(PyType_GetModuleState(Py_TYPE(callable)));
  if (state != nullptr && *state != nullptr && (*state)->full_level != nullptr) {
    PyObject* result = self->stand_in(*(*state)->full_level, arguments,
                                      PyVectorcall_NARGS(count_and_flag), keyword_names);
    if (result != nullptr || PyErr_Occurred() != nullptr) return result;
  }
  return PyObject_Vectorcall(self->wrapped, arguments, count_and_flag, keyword_names);
}

PyObject* make(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  static std::array<const char*, 3> names = {"function", "wrapped", nullptr};
  PyObject* builtin = nullptr;
  PyObject* wrapped = nullptr;
  if (PyArg_ParseTupleAndKeywords(arguments, keywords, "O!O:NativeFunction",
                                  const_cast<char**>(names.data()), &PyCFunction_Type, &builtin,
                                  &wrapped) == 0) {
    return nullptr;
  }
  if (PyCFunction_GET_FLAGS(builtin) != (METH_FASTCALL | METH_KEYWORDS)) {
    PyErr_Format(PyExc_TypeError, "%R is not called by METH_FASTCALL | METH_KEYWORDS", builtin);
    return nullptr;
  }
  PyObject* object = type->tp_alloc(type, 0);
  if (object == nullptr) return nullptr;
  NativeFunction* self = native_function(object);
  self->vectorcall = call;
  self->function = reinterpret_cast<FastFunction>(
      reinterpret_cast<void (*)()>(PyCFunction_GET_FUNCTION(builtin)));
  self->module = PyCFunction_GET_SELF(builtin);
  self->builtin = Ref::share(builtin).release();
  self->wrapped = Ref::share(wrapped).release();
  return object;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(native_function(self)->builtin);
  Py_VISIT(native_function(self)->wrapped);
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  if (native_function(self)->weak_references != nullptr) PyObject_ClearWeakRefs(self);
  const Ref builtin = Ref::steal(native_function(self)->builtin);
  const Ref wrapped = Ref::steal(native_function(self)->wrapped);
  const Ref type = Ref::steal(reinterpret_cast<PyObject*>(Py_TYPE(self)));
  type.as_type()->tp_free(self);
}

// Every type has this one, so the generic look-up would never get to the function's.
bool type_hides(PyObject* name) {
  return PyUnicode_CompareWithASCIIString(name, "__module__") == 0;
}

// pydoc looks this up by object.__getattribute__().
PyObject* get_doc(PyObject* self, void*) {
  return PyObject_GetAttrString(native_function(self)->wrapped, "__doc__");
}

PyObject* get_attribute(PyObject* self, PyObject* name) {
  if (!type_hides(name)) {
    PyObject* found = PyObject_GenericGetAttr(self, name);
    if (found != nullptr || PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return found;
    PyErr_Clear();
  }
  return PyObject_GetAttr(native_function(self)->wrapped, name);
}

// A stand-in is a method of PyMongo's class still.
PyObject* represent(PyObject* self) {
  const NativeFunction* function = native_function(self);
  if (function->stand_in != nullptr) return PyObject_Repr(function->wrapped);
  return PyUnicode_FromFormat("<native function in the place of %R>", function->wrapped);
}

// Binds to an instance whose class has it as an attribute, as a Python function does; pydoc takes
// what does so for a function.
PyObject* bind(PyObject* self, PyObject* instance, PyObject*) {
  if (instance == nullptr || instance == Py_None) return Py_NewRef(self);
  return PyMethod_New(self, instance);
}

// By name, as functions are: another process finds the one that it has there.
PyObject* reduce(PyObject* self, PyObject*) {
  return PyObject_GetAttrString(native_function(self)->wrapped, "__qualname__");
}

PyMemberDef kMembers[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(NativeFunction, vectorcall), READONLY, nullptr},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(NativeFunction, weak_references), READONLY,
     nullptr},
    {"__wrapped__", T_OBJECT, offsetof(NativeFunction, wrapped), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyGetSetDef kAttributes[] = {
    {"__doc__", get_doc, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef kMethods[] = {
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool add_native_function_type(PyObject* module) {
  std::array<PyType_Slot, 11> slots = {{
      {Py_tp_new, reinterpret_cast<void*>(make)},
      {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
      {Py_tp_descr_get, reinterpret_cast<void*>(bind)},
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_getattro, reinterpret_cast<void*>(get_attribute)},
      {Py_tp_repr, reinterpret_cast<void*>(represent)},
      {Py_tp_members, kMembers},
      {Py_tp_getset, kAttributes},
      {Py_tp_methods, kMethods},
      {0, nullptr},
  }};
  PyType_Spec spec = {"pymongo_cpp._native.NativeFunction", sizeof(NativeFunction), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                          Py_TPFLAGS_METHOD_DESCRIPTOR | Py_TPFLAGS_IMMUTABLETYPE,
                      slots.data()};
  const Ref type = Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
  return type && PyModule_AddType(module, type.as_type()) == 0;
}

Ref make_stand_in(PyTypeObject* type, PyObject* wrapped, StandInFunction native) {
  Ref made = Ref::steal(type->tp_alloc(type, 0));
  if (!made) return Ref();
  NativeFunction* self = native_function(made.get());
  self->vectorcall = call_stand_in;
  self->stand_in = native;
  self->wrapped = Ref::share(wrapped).release();
  return made;
}

}  // namespace pymongo_cpp
