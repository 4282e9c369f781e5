// pymongo_cpp._native: the extension module.
#include "functions.h"
#include "native_function.h"
#include "state.h"

#include <new>

namespace pymongo_cpp {

namespace {

int execute(PyObject* module) {
  auto** slot = static_cast<ModuleState**>(PyModule_GetState(module));
  *slot = new (std::nothrow) ModuleState;
  if (*slot == nullptr) {
    PyErr_NoMemory();
    return -1;
  }
  if (!(*slot)->load(module)) return -1;
  for (PyMethodDef* functions : {public_functions, cbson_functions, cmessage_functions,
                                 lazy_functions, json_functions, full_level_functions}) {
    if (PyModule_AddFunctions(module, functions) < 0) return -1;
  }
  return add_native_function_type(module) ? 0 : -1;
}

ModuleState* state_or_null(PyObject* module) {
  auto** slot = static_cast<ModuleState**>(PyModule_GetState(module));
  return slot == nullptr ? nullptr : *slot;
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  const ModuleState* state = state_or_null(module);
  return state == nullptr ? 0 : state->traverse(visit, arg);
}

int clear(PyObject* module) {
  if (ModuleState* state = state_or_null(module); state != nullptr) state->clear();
  return 0;
}

void deallocate(void* module) {
  auto** slot = static_cast<ModuleState**>(PyModule_GetState(static_cast<PyObject*>(module)));
  if (slot != nullptr) delete std::exchange(*slot, nullptr);
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr},
};

}  // namespace

PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    "pymongo_cpp._native",
    PyDoc_STR("The BSON codec of pymongo-cpp, in C++."),
    sizeof(ModuleState*),
    nullptr,
    slots,
    traverse,
    clear,
    deallocate,
};

}  // namespace pymongo_cpp

PyMODINIT_FUNC PyInit__native() { return PyModuleDef_Init(&pymongo_cpp::module_definition); }
