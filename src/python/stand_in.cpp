#include "stand_in.h"

#include "full_level.h"
#include "functions.h"

#include <array>

namespace pymongo_cpp {

namespace {

struct StandIn {
  PyObject_HEAD vectorcallfunc call;
  StandInFunction native;
  PyObject* function;
};

StandIn* stand_in_of(PyObject* self) { return reinterpret_cast<StandIn*>(self); }

PyObject* call(PyObject* self, PyObject* const* arguments, std::size_t flags,
               PyObject* keyword_names) {
  const StandIn* stand_in = stand_in_of(self);
  auto** state = static_cast<ModuleState**>(PyType_GetModuleState(Py_TYPE(self)));
  if (state != nullptr && *state != nullptr && (*state)->full_level != nullptr) {
    PyObject* result = stand_in->native(*(*state)->full_level, arguments, PyVectorcall_NARGS(flags),
                                        keyword_names);
    if (result != nullptr || PyErr_Occurred() != nullptr) return result;
  }
  return PyObject_Vectorcall(stand_in->function, arguments, flags, keyword_names);
}

PyObject* bind(PyObject* self, PyObject* instance, PyObject*) {
  if (instance == nullptr || instance == Py_None) return Py_NewRef(self);
  return PyMethod_New(self, instance);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(stand_in_of(self)->function);
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  const Ref function = Ref::steal(std::exchange(stand_in_of(self)->function, nullptr));
  const Ref type = Ref::steal(reinterpret_cast<PyObject*>(Py_TYPE(self)));
  type.as_type()->tp_free(self);
}

PyObject* represent(PyObject* self) { return PyObject_Repr(stand_in_of(self)->function); }

// The function's own attribute, whose name is the closure.
PyObject* get_attribute(PyObject* self, void* name) {
  return PyObject_GetAttrString(stand_in_of(self)->function, static_cast<const char*>(name));
}

// Pickled, as functions are, by its name.
PyObject* reduce(PyObject* self, PyObject*) {
  return PyObject_GetAttrString(stand_in_of(self)->function, "__qualname__");
}

constexpr std::array<const char*, 10> kAttributes = {
    "__annotations__", "__closure__",    "__code__",   "__defaults__", "__doc__",
    "__globals__",     "__kwdefaults__", "__module__", "__name__",     "__qualname__"};

constexpr std::array<PyGetSetDef, kAttributes.size() + 1> attribute_table() {
  std::array<PyGetSetDef, kAttributes.size() + 1> table{};
  for (std::size_t i = 0; i < kAttributes.size(); ++i) {
    table[i] = {kAttributes[i], get_attribute, nullptr, nullptr, const_cast<char*>(kAttributes[i])};
  }
  return table;
}

std::array<PyGetSetDef, kAttributes.size() + 1> attributes = attribute_table();

PyMethodDef methods[] = {
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(StandIn, call), READONLY, nullptr},
    {"__wrapped__", T_OBJECT, offsetof(StandIn, function), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

}  // namespace

Ref make_stand_in_type(PyObject* module) {
  std::array<PyType_Slot, 9> slots = {{
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
      {Py_tp_descr_get, reinterpret_cast<void*>(bind)},
      {Py_tp_repr, reinterpret_cast<void*>(represent)},
      {Py_tp_getset, attributes.data()},
      {Py_tp_members, members},
      {Py_tp_methods, methods},
      {0, nullptr},
  }};
  PyType_Spec spec = {"pymongo_cpp._native.StandIn", sizeof(StandIn), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                          Py_TPFLAGS_METHOD_DESCRIPTOR | Py_TPFLAGS_IMMUTABLETYPE |
                          Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots.data()};
  return Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

Ref make_stand_in(const Ref& stand_in_type, PyObject* function, StandInFunction native) {
  Ref self = Ref::steal(stand_in_type.as_type()->tp_alloc(stand_in_type.as_type(), 0));
  if (!self) return Ref();
  StandIn* stand_in = stand_in_of(self.get());
  stand_in->call = call;
  stand_in->native = native;
  stand_in->function = Ref::share(function).release();
  return self;
}

}  // namespace pymongo_cpp
