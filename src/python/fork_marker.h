// Notices a fork without a system call.
#pragma once

namespace pymongo_cpp {

// A mark that the process which makes it sees, and a process forked from it does not. Linux wipes a
// page for that; elsewhere the process number is asked for. The C library's handlers count forks
// too: an emulator of Linux may say that it will wipe the page, and not do so.
class ForkMarker {
 public:
  ForkMarker() noexcept;
  ForkMarker(const ForkMarker&) = delete;
  ForkMarker& operator=(const ForkMarker&) = delete;
  ~ForkMarker();

  // Marks this process.
  void mark() noexcept;
  // Whether mark() was called in this process, rather than in one that it was forked from.
  bool is_marked() const noexcept;

 private:
  long* page_ = nullptr;  // null where pages cannot be wiped
  long process_ = 0;
  unsigned forks_ = 0;
};

// This process's number, as os.getpid() gives it.
long process_number() noexcept;

}  // namespace pymongo_cpp
