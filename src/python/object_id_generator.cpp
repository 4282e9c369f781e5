#include "object_id_generator.h"

#include <bsonpp/type.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace pymongo_cpp {

namespace {

constexpr std::uint32_t kCounterMask = 0xFFFFFF;
constexpr Py_ssize_t kRandomSize = 5;

// Stands for the int ObjectId._inc.
struct Counter {
  PyObject_HEAD std::uint32_t next;
  // Since a number was last drawn. Who reads it may be PyMongo's generator, which then writes.
  bool was_read;
};

Counter* counter_of(PyObject* self) { return reinterpret_cast<Counter*>(self); }

PyObject* read_counter(PyObject* self, PyObject*, PyObject*) {
  counter_of(self)->was_read = true;
  return PyLong_FromUnsignedLong(counter_of(self)->next);
}

void deallocate_counter(PyObject* self) {
  const Ref type = Ref::steal(reinterpret_cast<PyObject*>(Py_TYPE(self)));
  type.as_type()->tp_free(self);
}

Ref make_counter_type(PyObject* module) {
  std::array<PyType_Slot, 3> slots = {{
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_counter)},
      {Py_tp_descr_get, reinterpret_cast<void*>(read_counter)},
      {0, nullptr},
  }};
  PyType_Spec spec = {
      "pymongo_cpp._native.ObjectIdCounter", sizeof(Counter), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
      slots.data()};
  return Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

// PyMongo's own, as long as nobody has assigned to it; an exception counts as absent.
PyObject* item(const Ref& dictionary, const Ref& name) {
  PyObject* value = PyDict_GetItemWithError(dictionary.get(), name.get());
  if (value == nullptr) PyErr_Clear();
  return value;
}

std::int64_t seconds_now() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
      .count();
}

// The C function behind `function` (time.time), provided that it tells the time: tests put another
// there, which tells what they like.
PyCFunction real_clock(PyObject* function) {
  if (!PyCFunction_CheckExact(function)) return nullptr;
  const Ref told = Ref::steal(PyObject_CallNoArgs(function));
  if (!told || !PyFloat_Check(told.get())) {
    PyErr_Clear();
    return nullptr;
  }
  const double difference = PyFloat_AS_DOUBLE(told.get()) - static_cast<double>(seconds_now());
  return std::abs(difference) < 2 ? PyCFunction_GET_FUNCTION(function) : nullptr;
}

bool intern(Ref& name, const char* text) {
  name = Ref::steal(PyUnicode_InternFromString(text));
  return static_cast<bool>(name);
}

bool is_small_number(PyObject* object, long most, long& value) {
  if (object == nullptr || !PyLong_CheckExact(object)) return false;
  value = PyLong_AsLong(object);
  if (value == -1) PyErr_Clear();
  return value >= 0 && value <= most;
}

}  // namespace

bool ObjectIdGenerator::load(PyObject* object_id, PyObject* module) {
  type_ = Ref::share(object_id);
  attributes_ = Ref::steal(new_type_dict_reference(type_.as_type()));
  const Ref objectid = Ref::steal(PyImport_ImportModule("bson.objectid"));
  time_module_ = Ref::steal(PyImport_ImportModule("time"));
  if (!attributes_ || !objectid || !time_module_) return false;
  module_globals_ = Ref::share(PyModule_GetDict(objectid.get()));
  time_globals_ = Ref::share(PyModule_GetDict(time_module_.get()));
  if (!intern(names_[kInitializer], "__init__") || !intern(names_[kCounter], "_inc") ||
      !intern(names_[kRandomMethod], "_random") || !intern(names_[kRandom], "_ObjectId__random") ||
      !intern(names_[kProcess], "_pid") || !intern(time_name_, "time") ||
      !intern(lock_name_, "_inc_lock") || !intern(locked_name_, "locked")) {
    return false;
  }
  random_method_ = Ref::share(attribute(kRandomMethod));
  time_function_ = Ref::share(item(time_globals_, time_name_));
  if (time_function_) clock_ = real_clock(time_function_.get());
  counter_type_ = make_counter_type(module);
  return static_cast<bool>(counter_type_);
}

bool ObjectIdGenerator::stop() {
  running_ = false;
  version_ = 0;
  seen_ = {};
  PyObject* counter = attribute(kCounter);
  if (!is_counter(counter)) return true;
  const Ref number = Ref::steal(PyLong_FromUnsignedLong(counter_of(counter)->next));
  return number && PyObject_SetAttr(type_.get(), names_[kCounter].get(), number.get()) == 0;
}

Ref ObjectIdGenerator::generate() {
#ifdef Py_GIL_DISABLED
  // Only PyMongo's lock would keep threads apart here.
  return Ref();
#else
  std::uint32_t seconds = 0;
  if (!running_ || !read_clock(seconds) || (!is_unchanged() && !check())) return Ref();
  if (counter_of(seen_[kCounter].get())->was_read) {
    if (is_locked() || !is_unchanged()) return Ref();
    counter_of(seen_[kCounter].get())->was_read = false;
  }
  Ref bytes = Ref::steal(
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(bsonpp::kObjectIdSize)));
  if (!bytes) return Ref();
  // From the checks to here no other thread can have run: nothing above calls Python code after
  // them, and an allocation does not release the interpreter's lock.
  Counter* counter = counter_of(seen_[kCounter].get());
  const std::uint32_t number = counter->next;
  counter->next = (number + 1) & kCounterMask;
  char* out = PyBytes_AS_STRING(bytes.get());
  for (int shift = 24; shift >= 0; shift -= 8) *out++ = static_cast<char>(seconds >> shift);
  std::memcpy(out, PyBytes_AS_STRING(seen_[kRandom].get()), kRandomSize);
  out += kRandomSize;
  for (int shift = 16; shift >= 0; shift -= 8) *out++ = static_cast<char>(number >> shift);
  return bytes;
#endif
}

bool ObjectIdGenerator::is_initializer_in_place() {
  return (version_ != 0 && version_ == type_version(type_.as_type())) ||
         attribute(kInitializer) == initializer_.get();
}

PyObject* ObjectIdGenerator::attribute(Attribute which) const {
  return item(attributes_, names_[which]);
}

// What int(time.time()) in bson.objectid would be; false when that is not the system's time.
bool ObjectIdGenerator::read_clock(std::uint32_t& seconds) const {
  if (item(module_globals_, time_name_) != time_module_.get() ||
      item(time_globals_, time_name_) != time_function_.get() || clock_ == nullptr ||
      PyCFunction_GET_FUNCTION(time_function_.get()) != clock_) {
    return false;
  }
  const std::int64_t now = seconds_now();
  if (now < 0 || now > std::int64_t{std::numeric_limits<std::uint32_t>::max()}) return false;
  seconds = static_cast<std::uint32_t>(now);
  return true;
}

// Whether all is as it was when check() last succeeded.
bool ObjectIdGenerator::is_unchanged() {
  if (!fork_marker_.is_marked()) return false;
  if (version_ != 0 && version_ == type_version(type_.as_type())) return true;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    if (!seen_[i] || item(attributes_, names_[i]) != seen_[i].get()) return false;
  }
  version_ = assign_type_version(type_.as_type());
  return true;
}

bool ObjectIdGenerator::check() {
  if (!is_counter(attribute(kCounter)) && !take_over(attribute(kCounter))) return false;
  long process = 0;
  const PyObject* random = attribute(kRandom);
  if (attribute(kInitializer) != initializer_.get() ||
      attribute(kRandomMethod) != random_method_.get() || random == nullptr ||
      !PyBytes_CheckExact(random) || Py_SIZE(random) != kRandomSize ||
      !is_small_number(attribute(kProcess), std::numeric_limits<long>::max(), process) ||
      process != process_number()) {
    return false;
  }
  std::array<Ref, kAttributes> values;
  for (std::size_t i = 0; i < kAttributes; ++i) {
    values[i] = Ref::share(attribute(static_cast<Attribute>(i)));
  }
  seen_ = std::move(values);
  version_ = assign_type_version(type_.as_type());
  fork_marker_.mark();
  return true;
}

bool ObjectIdGenerator::is_counter(PyObject* object) const noexcept {
  return object != nullptr && Py_IS_TYPE(object, counter_type_.as_type());
}

// Puts a counter in the place of the int that PyMongo, or a test, has written.
bool ObjectIdGenerator::take_over(PyObject* number) {
  long next = 0;
  const Ref held = Ref::share(number);
  if (!running_ || !is_small_number(number, kCounterMask, next) || is_locked() ||
      attribute(kCounter) != held.get()) {
    return false;
  }
  PyTypeObject* type = counter_type_.as_type();
  const Ref counter = Ref::steal(type->tp_alloc(type, 0));
  if (!counter) {
    PyErr_Clear();
    return false;
  }
  counter_of(counter.get())->next = static_cast<std::uint32_t>(next);
  counter_of(counter.get())->was_read = false;
  if (PyObject_SetAttr(type_.get(), names_[kCounter].get(), counter.get()) == 0) return true;
  PyErr_Clear();
  return false;
}

// Whether PyMongo's generator is between reading and writing the counter; so it counts when its
// lock cannot be asked.
bool ObjectIdGenerator::is_locked() const {
  const Ref lock = Ref::share(item(attributes_, lock_name_));
  if (!lock) return true;
  const Ref locked = Ref::steal(PyObject_CallMethodNoArgs(lock.get(), locked_name_.get()));
  const int truth = locked ? PyObject_IsTrue(locked.get()) : -1;
  if (truth < 0) PyErr_Clear();
  return truth != 0;
}

int ObjectIdGenerator::traverse(visitproc visit, void* arg) const {
  Py_VISIT(type_.get());
  Py_VISIT(counter_type_.get());
  Py_VISIT(initializer_.get());
  return 0;
}

}  // namespace pymongo_cpp
