#include "slot_wrapper.h"

namespace pymongo_cpp {

bool add_slot_method(PyObject* attributes, PyTypeObject* type, const SlotMethod& method) {
  // CPython recognises a slot's wrapper by what describes the slot, of which the only public trace
  // is in the wrappers that it has made itself.
  const Ref example =
      Ref::steal(PyObject_GetAttrString(reinterpret_cast<PyObject*>(method.example), method.name));
  if (!example) return false;
  if (!Py_IS_TYPE(example.get(), &PyWrapperDescr_Type)) {
    PyErr_Format(PyExc_TypeError, "%s.%s is not the wrapper of a slot", method.example->tp_name,
                 method.name);
    return false;
  }
  wrapperbase* description = reinterpret_cast<PyWrapperDescrObject*>(example.get())->d_base;
  const Ref wrapper = Ref::steal(PyDescr_NewWrapper(type, description, method.function));
  return wrapper && PyDict_SetItemString(attributes, method.name, wrapper.get()) == 0;
}

}  // namespace pymongo_cpp
