#include "compare/grammar.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/strings.h"

namespace compare {

class Grammar::Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Sequence ReadAll() {
    Sequence parts = ReadSequence();
    CHECK(rest_.empty());
    return parts;
  }

 private:
  void SkipSpaces() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }

  bool Take(std::string_view mark) {
    SkipSpaces();
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(mark.size());
    return true;
  }

  Sequence ReadSequence() {
    Sequence parts;
    while (true) {
      SkipSpaces();
      if (rest_.empty() ||
          std::string_view("|])").find(rest_[0]) != std::string_view::npos) {
        return parts;
      }
      parts.push_back(ReadPart());
    }
  }

  Part ReadPart() {
    Part part;
    if (rest_[0] == '[' || rest_[0] == '(') {
      part.kind = Part::Kind::kChoice;
      part.optional = rest_[0] == '[';
      rest_.remove_prefix(1);
      do {
        part.alternatives.push_back(ReadSequence());
      } while (Take("|"));
      CHECK(Take(part.optional ? "]" : ")"));
    } else if (Take("<")) {
      part.kind = Part::Kind::kSlot;
      const size_t end = rest_.find('>');
      CHECK(end != std::string_view::npos);
      part.text = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
    } else {
      const size_t end = std::min(rest_.find_first_of(" |])"), rest_.size());
      part.text = rest_.substr(0, end);
      rest_.remove_prefix(end);
    }
    part.repeats = Take("...");
    return part;
  }

  std::string_view rest_;
};

class Grammar::Drawing {
 public:
  Drawing(base::Random& random, const FillSlot& fill, Request* words)
      : random_(random), fill_(fill), words_(words) {}

  void Add(const Sequence& parts) {
    std::vector<const Part*> options;
    for (const Part& part : parts) {
      if (part.optional) {
        options.push_back(&part);
        continue;
      }
      AddOptions(&options);
      AddPart(part);
    }
    AddOptions(&options);
  }

 private:
  static constexpr uint64_t kMistakeOneIn = 40;

  void AddOptions(std::vector<const Part*>* options) {
    if (options->size() > 1 && random_.OneIn(4)) {
      for (size_t i = options->size() - 1; i > 0; --i) {
        std::swap((*options)[i], (*options)[random_.Below(i + 1)]);
      }
    }
    for (const Part* const option : *options) {
      if (random_.Below(5) < 3) continue;
      AddPart(*option);
      if (random_.OneIn(kMistakeOneIn)) AddPart(*option);
    }
    options->clear();
  }

  void AddPart(const Part& part) {
    const uint64_t times = !part.repeats      ? 1
                           : random_.OneIn(3) ? 1 + random_.Below(4)
                                              : 1;
    for (uint64_t i = 0; i < times; ++i) AddOnce(part);
  }

  void AddOnce(const Part& part) {
    switch (part.kind) {
      case Part::Kind::kWord:
        words_->push_back(Spelled(part.text));
        return;
      case Part::Kind::kSlot:
        fill_(part.text, words_);
        return;
      case Part::Kind::kChoice: {
        const size_t count = part.alternatives.size();
        Add(part.alternatives[random_.Below(count)]);
        if (count > 1 && random_.OneIn(kMistakeOneIn)) {
          Add(part.alternatives[random_.Below(count)]);
        }
        return;
      }
    }
  }

  std::string Spelled(const std::string& word) {
    if (random_.OneIn(8)) return base::AsciiLower(word);
    if (!random_.OneIn(16)) return word;
    std::string mixed = base::AsciiLower(word);
    mixed[0] = word[0];
    return mixed;
  }

  base::Random& random_;
  const FillSlot& fill_;
  Request* const words_;
};

Grammar::Grammar(std::string_view text) : parts_(Reader(text).ReadAll()) {}

Request Grammar::Draw(base::Random& random, const FillSlot& fill) const {
  Request words;
  Drawing(random, fill, &words).Add(parts_);
  return words;
}

}  // namespace compare
