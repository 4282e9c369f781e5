// New ObjectIds, from the same counter and random bytes as PyMongo's own.
#pragma once

#include "fork_marker.h"
#include "ref.h"

#include <array>
#include <cstdint>

namespace pymongo_cpp {

// Makes what ObjectId.__init__() makes for None: 4 bytes of time, the process's 5 random bytes and
// a counter of 3 bytes (the ObjectId specification, version 0.2).
//
// PyMongo keeps counter, random bytes and process number as class attributes, and so they stay:
// in place of the int ObjectId._inc there is an object of which Python code reads the next number,
// and which any assignment to ObjectId._inc replaces. What changes any of them, PyMongo's own
// generator included, is noticed before the next number is drawn.
class ObjectIdGenerator {
 public:
  // `object_id` is the class and `module` the extension. False with a Python exception.
  bool load(PyObject* object_id, PyObject* module);
  bool is_loaded() const noexcept { return static_cast<bool>(counter_type_); }
  // The replacement of ObjectId.__init__, in whose presence alone generate() works.
  void set_initializer(Ref initializer) { initializer_ = std::move(initializer); }
  PyObject* initializer() const noexcept { return initializer_.get(); }

  // From now on generate() may draw from the counter.
  void start() noexcept { running_ = true; }
  // No longer; ObjectId._inc is an int again. False with a Python exception.
  bool stop();

  // The next 12 bytes. Null without an exception where PyMongo's own generator has to make them:
  // something of it was replaced or removed, it holds the lock, or the process was forked.
  Ref generate();
  // Whether calling ObjectId would get to the native initializer.
  bool is_initializer_in_place();

  int traverse(visitproc visit, void* arg) const;

 private:
  enum Attribute : std::uint8_t { kInitializer, kCounter, kRandomMethod, kRandom, kProcess };
  static constexpr std::size_t kAttributes = 5;

  PyObject* attribute(Attribute which) const;
  bool read_clock(std::uint32_t& seconds) const;
  bool is_unchanged();
  bool check();
  bool is_counter(PyObject* object) const noexcept;
  bool take_over(PyObject* number);
  bool is_locked() const;

  Ref type_;
  Ref attributes_;     // of the class
  Ref random_method_;  // PyMongo's ObjectId._random
  Ref counter_type_;
  Ref initializer_;
  Ref module_globals_;  // of bson.objectid
  Ref time_module_;
  Ref time_globals_;
  Ref time_function_;
  PyCFunction clock_ = nullptr;  // the C function behind time.time; null when it was replaced
  Ref time_name_;
  Ref lock_name_;
  Ref locked_name_;
  std::array<Ref, kAttributes> names_;
  std::array<Ref, kAttributes> seen_;  // the attributes' values when check() last succeeded
  unsigned int version_ = 0;           // of the class at that time
  ForkMarker fork_marker_;
  bool running_ = false;
};

}  // namespace pymongo_cpp
