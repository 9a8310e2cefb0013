// SHA-1 and SHA-256: names of scripts, digests of data sets, passwords of
// users. Checksums of our own files are XXH3, see checksum.h.
//
// Threads: Digest is a value with one holder at a time; the functions any.

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace base {

class Digest {
 public:
  enum class Kind { kSha1, kSha256 };

  explicit Digest(Kind kind);
  void Add(std::string_view bytes);
  // 20 or 32 bytes. REQUIRES: called once, and no Add after it.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string Sha1(std::string_view bytes);
std::string Sha256(std::string_view bytes);

// Two lower-case digits a byte.
std::string Hex(std::string_view bytes);

}  // namespace base
