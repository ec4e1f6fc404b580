// One deleter for every C library: Handle<xmlDoc, xmlFreeDoc>, Handle<X509, X509_free>...
#pragma once
#include <memory>

namespace versoir::core {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const noexcept {
    static_cast<void>(Free(p));
  }
};

/// Owns one C handle; moves, never copies; costs a pointer.
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

}  // namespace versoir::core
