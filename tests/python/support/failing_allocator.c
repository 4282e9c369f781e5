/* Makes chosen allocations of one Python call fail: the module `failing_allocator`.
 *
 * call(function, arguments, first, count) calls function(*arguments) while allocation number
 * `first` (from 1) of CPython's object and memory domains and the `count` - 1 after it fail, and
 * returns (succeeded, result or exception, number of allocations asked for). The allocators are
 * hooked around that one call only, so that nothing of the test itself fails.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

enum { DOMAINS = 2 };
static const PyMemAllocatorDomain domains[DOMAINS] = {PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
static PyMemAllocatorEx originals[DOMAINS];
static long asked, first_failing, last_failing;

static int fails(void) {
  ++asked;
  return first_failing <= asked && asked <= last_failing;
}

static void* hooked_malloc(void* context, size_t size) {
  PyMemAllocatorEx* original = context;
  return fails() ? NULL : original->malloc(original->ctx, size);
}

static void* hooked_calloc(void* context, size_t count, size_t size) {
  PyMemAllocatorEx* original = context;
  return fails() ? NULL : original->calloc(original->ctx, count, size);
}

static void* hooked_realloc(void* context, void* memory, size_t size) {
  PyMemAllocatorEx* original = context;
  return fails() ? NULL : original->realloc(original->ctx, memory, size);
}

static void hooked_free(void* context, void* memory) {
  PyMemAllocatorEx* original = context;
  original->free(original->ctx, memory);
}

static void hook(void) {
  for (int i = 0; i < DOMAINS; ++i) {
    PyMem_GetAllocator(domains[i], &originals[i]);
    PyMemAllocatorEx hooked = {&originals[i], hooked_malloc, hooked_calloc, hooked_realloc,
                               hooked_free};
    PyMem_SetAllocator(domains[i], &hooked);
  }
}

static void unhook(void) {
  for (int i = 0; i < DOMAINS; ++i) PyMem_SetAllocator(domains[i], &originals[i]);
}

static PyObject* call(PyObject* module, PyObject* args) {
  PyObject *function, *arguments;
  long first, count;
  (void)module;
  if (!PyArg_ParseTuple(args, "OO!ll", &function, &PyTuple_Type, &arguments, &first, &count)) {
    return NULL;
  }
  asked = 0;
  first_failing = first;
  last_failing = count > LONG_MAX - first ? LONG_MAX : first + count - 1;
  hook();
  PyObject* result = PyObject_Call(function, arguments, NULL);
  unhook();
  if (result != NULL) return Py_BuildValue("(ONl)", Py_True, result, asked);
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  if (type == NULL) {
    PyErr_SetString(PyExc_AssertionError, "the call failed without an exception");
    return NULL;
  }
  PyErr_NormalizeException(&type, &value, &traceback);
  Py_XDECREF(traceback);
  Py_DECREF(type);
  return Py_BuildValue("(ONl)", Py_False, value, asked);
}

static PyMethodDef methods[] = {{"call", call, METH_VARARGS, "See the top of the file."},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "failing_allocator", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_failing_allocator(void) { return PyModule_Create(&definition); }
