// Generator draws the requests of one seed: the same seed gives the same
// requests, whatever the servers answer.
//
// Threads: one.

#pragma once

#include <vector>

#include "base/random.h"
#include "compare/grammar.h"
#include "compare/recipes.h"
#include "compare/request.h"
#include "compare/vocabulary.h"

namespace compare {

class Generator {
 public:
  explicit Generator(uint64_t seed);

  // The next requests of a client, sent as one pipeline.
  std::vector<Request> DrawPipeline(int client);
  // A request on keys and values.
  Request DrawData() { return Draw(data_); }
  // The client's connection is a new one.
  void ForgetClient(int client) {
    in_multi_[client] = false;
    is_new_[client] = true;
  }

  base::Random& random() { return random_; }
  Vocabulary& vocabulary() { return vocabulary_; }

 private:
  struct Entry {
    Grammar grammar;
    Spoiling spoiling;
  };
  // Rows by weight: the one after which the draw falls below the sum.
  struct Menu {
    std::vector<Entry> entries;
    std::vector<uint64_t> sums;

    void Add(std::span<const Recipe> recipes);
  };

  Request Draw(const Menu& menu);
  Request DrawAny();
  void Spoil(Request* request);

  base::Random random_;
  Vocabulary vocabulary_{random_};
  Menu data_;
  Menu service_;
  // As far as can be known without the replies.
  bool in_multi_[kClients] = {};
  bool is_new_[kClients] = {};
};

}  // namespace compare
