// Elements of SEDA drawn from the table, with values that an application may give, right and wrong.
#pragma once
#include "records/selection.hpp"
#include "sip/seda_schema.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace versoir::tests {

class DrawnElements {
 public:
  explicit DrawnElements(sip::SedaVersion version) : schema_(version, sip::SedaMode::written) {}

  /// One to eight elements of a Content.
  std::vector<records::DescribedElement> content() {
    const auto& particles = schema_.structure("Content")->particles;
    std::vector<records::DescribedElement> out;
    for (std::size_t n = 1 + random_() % 8; n > 0; --n) {
      const auto& particle = particles[random_() % particles.size()];
      // Words of their own in profiles, which the program writes itself, or that the platform gives.
      const bool own = particle.name == "DescriptionLevel" || particle.name == "StartDate" ||
                       particle.name == "EndDate" || particle.name == "SystemId";
      if (!own) out.push_back(draw(particle, 0));
    }
    return out;
  }

  records::DescribedElement physical(const std::string& id) {
    auto object = draw(*schema_.structure("DataObjectGroup")->find("PhysicalDataObject"), 0);
    std::erase_if(object.children, [](const auto& c) { return c.name == "DataObjectVersion"; });
    object.children.push_back({"PhysicalId", id, {}, {}, {}});
    return object;
  }

 private:
  std::string value() {
    static const std::vector<std::string> values{"Dupont",
                                                 "2014-06-02",
                                                 "2014-06-02 10:00:00",
                                                 "2014-06-02 10:00:00.123456",
                                                 "2014-06-02T10:00:00.123456789Z",
                                                 "2014-06-02T10:00:00+02:00",
                                                 "2014-06-02T24:00:00",
                                                 "0000-00-00",
                                                 "12000-01-01",
                                                 "2099-02-30",
                                                 "1987",
                                                 "<b>x</b>",
                                                 "",
                                                 "_x",
                                                 "-3",
                                                 "12.5",
                                                 "0",
                                                 "99999999999999999999",
                                                 "fra",
                                                 "Spécial é€",
                                                 "subject",
                                                 "true",
                                                 "\x01\x02",
                                                 "  ",
                                                 "a b",
                                                 "{\"a\":1}",
                                                 "\xED\xA0\x80",
                                                 "centimetre",
                                                 "SignedDocument",
                                                 std::string(40'000, 'y')};
    return values[random_() % values.size()];
  }

  records::DescribedElement draw(const sip::SedaParticle& particle, int depth) {
    records::DescribedElement e{particle.name, {}, {}, {}, {}};
    for (const auto& a : particle.type->attributes)
      if (random_() % 2 == 0) e.attributes.emplace_back(a.name, value());
    if (particle.type->text) {
      // A third of the listed values are right: otherwise hardly anything would be written.
      const auto& listed = particle.type->text->one_of;
      e.text = !listed.empty() && random_() % 3 == 0 ? listed[random_() % listed.size()] : value();
    } else if (depth < 5) {
      std::vector<const sip::SedaParticle*> elements;
      for (const auto& p : particle.type->particles)
        if (p.kind == sip::SedaParticle::Kind::element) elements.push_back(&p);
      for (std::size_t n = elements.empty() ? 0 : 1 + random_() % 5; n > 0; --n)
        e.children.push_back(draw(*elements[random_() % elements.size()], depth + 1));
    }
    return e;
  }

  sip::SedaSchema schema_;
  std::mt19937 random_{20261126};
};

}  // namespace versoir::tests
