#include "base/digest.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace base {
namespace {

std::string DigestOf(Digest::Kind kind, std::string_view bytes) {
  Digest digest(kind);
  digest.Add(bytes);
  return digest.Finish();
}

}  // namespace

void Digest::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr);
  CHECK(EVP_DigestInit_ex(context_.get(),
                          kind == Kind::kSha1 ? EVP_sha1() : EVP_sha256(),
                          nullptr) == 1);
}

void Digest::Add(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Digest::Finish() {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context_.get(), bytes, &size) == 1);
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string Sha1(std::string_view bytes) {
  return DigestOf(Digest::Kind::kSha1, bytes);
}

std::string Sha256(std::string_view bytes) {
  return DigestOf(Digest::Kind::kSha256, bytes);
}

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

}  // namespace base
