#include "net/request_batch.h"

namespace net {
namespace {

// Copying more views than these would cost more than reading ahead gains.
constexpr size_t kWordsCopiedMax = 16;

}  // namespace

void RequestBatch::Fill(resp::Parser* parser, std::string_view input,
                        size_t requests_max) {
  words_.clear();
  requests_.clear();
  last_in_parser_ = false;
  consumed_ = 0;
  outcome_ = resp::Parser::Outcome::kRequest;
  while (requests_.size() < requests_max) {
    outcome_ = parser->Next(input.substr(consumed_));
    consumed_ += parser->consumed();
    if (outcome_ != resp::Parser::Outcome::kRequest) return;
    const resp::Words words = parser->words();
    requests_.push_back({words_.size(), words.size(), consumed_});
    if (!parser->words_in_input() || words.size() > kWordsCopiedMax) {
      last_words_ = words;
      last_in_parser_ = true;
      return;
    }
    words_.insert(words_.end(), words.begin(), words.end());
  }
}

resp::Words RequestBatch::words(size_t i) const {
  if (last_in_parser_ && i + 1 == requests_.size()) return last_words_;
  const Request& request = requests_[i];
  return resp::Words(words_).subspan(request.first_word, request.word_count);
}

}  // namespace net
